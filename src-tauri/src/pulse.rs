//! What goes on while the window is open: hearing what is new, and locking when nobody is there.

use std::sync::Arc;
use std::time::Duration;

use screens::App;
use tauri::AppHandle;
use tauri_specta::Event;

use crate::events::{Changed, Locked};

const BEAT: Duration = Duration::from_secs(2);

pub(crate) async fn beat(window: AppHandle, app: Arc<App>) {
    loop {
        if app.sync().await {
            drop(Changed.emit(&window));
        }
        if app.lock_if_idle() {
            drop(Locked.emit(&window));
        }
        tokio::time::sleep(BEAT).await;
    }
}
