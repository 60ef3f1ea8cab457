//! Links that the system hands over. A link is a pointer, never an approval: it waits until the wallet is open and the
//! screens take it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::Event;

use crate::events::LinkArrived;

/// As long as a link of ours may be, in bytes.
const LONGEST: usize = 2_048;

/// The link that came last and was not taken yet: who clicks twice means the second.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Door>);

#[derive(Default)]
struct Door {
    link: Option<String>,
    /// The window is going: what comes now is for the next one.
    closing: bool,
    too_late: Option<String>,
}

impl Waiting {
    pub(crate) fn take(&self) -> Option<String> {
        self.door().link.take()
    }

    /// The window is going.
    #[cfg(desktop)]
    pub(crate) fn closing(&self) {
        self.door().closing = true;
    }

    /// The link that came when the window was going already.
    #[cfg(desktop)]
    pub(crate) fn came_too_late(&self) -> Option<String> {
        self.door().too_late.take()
    }

    fn put(&self, link: String) {
        let mut door = self.door();
        match door.closing {
            true => door.too_late = Some(link),
            false => door.link = Some(link),
        }
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears links at the start and while the window is open.
pub(crate) fn listen(app: &tauri::App) -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(target_os = "linux")]
    say_who_opens_them(app);
    let handle = app.handle().clone();
    app.deep_link().on_open_url(move |event| {
        for url in event.urls() {
            arrive(&handle, url.as_str());
        }
    });
    for url in app.deep_link().get_current()?.into_iter().flatten() {
        arrive(app.handle(), url.as_str());
    }
    Ok(())
}

/// What is installed has said so already; an AppImage is installed by nobody.
#[cfg(target_os = "linux")]
fn say_who_opens_them(app: &tauri::App) {
    // Where the desktop cannot be told, a link can be copied into the window.
    if app.env().appimage.is_some() {
        drop(app.deep_link().register_all());
    }
}

fn arrive(app: &AppHandle, link: &str) {
    app.state::<Waiting>().put(cut(link).to_owned());
    // Nobody hears it if the window is not there yet; then the screens take it when they begin.
    drop(LinkArrived.emit(app));
    raise(app);
}

/// As much of a link as has to be kept: of one that is too long enough for that to be said.
fn cut(link: &str) -> &str {
    let end = link
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| *at > LONGEST);
    end.and_then(|end| link.get(..end)).unwrap_or(link)
}

/// Brings the window to the front.
pub(crate) fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        #[cfg(desktop)]
        drop(window.unminimize());
        drop(window.set_focus());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::{LONGEST, cut};

    #[test]
    fn a_link_that_is_too_long_stays_too_long_to_be_followed_and_no_longer() {
        let link = format!("meterkast://consent?n=x&r={}", "a".repeat(100_000));
        assert_eq!(cut(&link).len(), LONGEST + 1);
        assert_eq!(
            cut(&link).parse::<consent::ConsentLink>().err(),
            Some(consent::LinkError::TooLong(LONGEST + 1))
        );
        let wide = "€".repeat(LONGEST);
        assert!((LONGEST + 1..LONGEST + 4).contains(&cut(&wide).len()));
        assert_eq!(cut("meterkast://consent"), "meterkast://consent");
    }
}
