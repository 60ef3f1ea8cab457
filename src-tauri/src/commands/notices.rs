//! What is told while a person looks elsewhere, and whether the system shows it.

use screens::{NoticeKind, Problem};
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tauri_plugin_notification::{NotificationExt, PermissionState};

use super::{Answered, Wallet};

/// Whether the system shows what My Home tells. A desktop always may; a phone asks its owner once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NoticesAllowed {
    /// It does.
    Yes,
    /// It has not asked its owner yet.
    NotAsked,
    /// Its owner does not want it; only the system's own settings change that.
    No,
}

#[tauri::command]
#[specta::specta]
pub(crate) fn choose_notices(app: Wallet<'_>, told: Vec<NoticeKind>) -> Answered<()> {
    app.choose_notices(&told)
}

/// Asks the phone, which blocks.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn notices_allowed(window: AppHandle) -> Answered<NoticesAllowed> {
    allowed(window.notification().permission_state())
}

/// Has the phone ask its owner, and waits for the answer.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn ask_for_notices(window: AppHandle) -> Answered<NoticesAllowed> {
    let notification = window.notification();
    match allowed(notification.permission_state())? {
        NoticesAllowed::NotAsked => allowed(notification.request_permission()),
        // What Android allows already it is not asked for: the plugin would never answer.
        known => Ok(known),
    }
}

fn allowed(state: tauri_plugin_notification::Result<PermissionState>) -> Answered<NoticesAllowed> {
    match state {
        Ok(PermissionState::Granted) => Ok(NoticesAllowed::Yes),
        Ok(PermissionState::Prompt) => Ok(NoticesAllowed::NotAsked),
        // Android would ask a second time, but who has said no was heard.
        Ok(PermissionState::Denied | PermissionState::PromptWithRationale) => {
            Ok(NoticesAllowed::No)
        }
        Err(error) => Err(Problem::Fault {
            why: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{NoticesAllowed, PermissionState, allowed};

    #[test]
    fn a_no_is_heard_the_first_time() {
        let state = |state| allowed(Ok(state)).ok();
        assert_eq!(state(PermissionState::Granted), Some(NoticesAllowed::Yes));
        assert_eq!(
            state(PermissionState::Prompt),
            Some(NoticesAllowed::NotAsked)
        );
        assert_eq!(state(PermissionState::Denied), Some(NoticesAllowed::No));
        let asked_once = PermissionState::PromptWithRationale;
        assert_eq!(state(asked_once), Some(NoticesAllowed::No));
    }
}
