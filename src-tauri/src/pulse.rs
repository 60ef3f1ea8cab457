//! What goes on while the window is open: hearing what is new, and locking when nobody is there.

use std::sync::Arc;
use std::time::Duration;

use screens::App;
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;
use tauri_specta::Event;

use crate::events::{Changed, Locked};

const BEAT: Duration = Duration::from_secs(2);
/// So many beats are half a minute.
const LOOK_FOR_SILENCE: u32 = 15;
const WATCH: Duration = Duration::from_secs(1);

pub(crate) async fn beat(window: AppHandle, app: Arc<App>) {
    let mut beats: u32 = 0;
    loop {
        let news = app.sync().await;
        if news {
            drop(Changed.emit(&window));
        }
        // Silence brings no news: it is looked for now and then.
        if news || beats.is_multiple_of(LOOK_FOR_SILENCE) {
            tell(&window, &app);
        }
        beats = beats.wrapping_add(1);
        tokio::time::sleep(BEAT).await;
    }
}

/// Locks when nobody is there. It waits for nothing else: a node that does not answer keeps no wallet open.
pub(crate) async fn watch(window: AppHandle, app: Arc<App>) {
    loop {
        tokio::time::sleep(WATCH).await;
        if app.lock_if_idle() {
            drop(Locked.emit(&window));
        }
    }
}

/// A wallet that is locked or cannot be read has nothing to tell; the screens say why.
fn tell(window: &AppHandle, app: &App) {
    let watched = window
        .get_webview_window("main")
        .is_some_and(|window| window.is_focused().unwrap_or(false));
    for notice in app.notices(watched).unwrap_or_default() {
        let notification = window.notification().builder();
        let shown = notification.title(notice.title).body(notice.body).show();
        // Settings say so where the system shows none; why it does not is for whoever reads what programs say.
        if let Err(error) = shown {
            tracing::warn!("a notification was not shown: {error}");
        }
    }
}
