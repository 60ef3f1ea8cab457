//! One window, also while one closes and another start hands it a link.
//!
//! The second start may find the first one gone before it answers: then it begins again, and is the window. The first
//! may be handed a link when it is already closing: then it starts another with it.

use std::process::Command;
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use crate::begin_again;
use crate::links::Waiting;

/// How often a start has begun again already.
const BEGINNINGS: &str = "MY_HOME_BEGINNINGS";
/// A window that closes is gone long before as many.
const MOST: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);
/// What is being handed over while the name is given up comes in within this.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// Begins again if the window that was there did not answer; otherwise gives the error back.
pub(crate) fn begin_again_if_the_other_left(error: tauri::Error) -> tauri::Error {
    let before = std::env::var(BEGINNINGS).ok();
    let before: u32 = before
        .and_then(|number| number.parse().ok())
        .unwrap_or_default();
    let unanswered = matches!(&error, tauri::Error::PluginInitialization(plugin, _) if plugin == "single-instance");
    if unanswered && before < MOST {
        std::thread::sleep(PAUSE);
        begin_again::with(BEGINNINGS, &before.saturating_add(1).to_string());
    }
    error
}

/// Hears that the window closes, and leaves no link behind.
pub(crate) fn hear(app: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { .. } | WindowEvent::Destroyed,
            ..
        }
        | RunEvent::ExitRequested { .. } => app.state::<Waiting>().closing(),
        RunEvent::Exit => hand_on(app),
        _ => {}
    }
}

/// A link that came while the window was closing opens another.
fn hand_on(app: &AppHandle) {
    tauri_plugin_single_instance::destroy(app);
    std::thread::sleep(UNDER_WAY);
    let link = app.state::<Waiting>().came_too_late();
    if let (Some(link), Ok(program)) = (link, std::env::current_exe()) {
        drop(
            Command::new(program)
                .arg(link)
                .env_remove(BEGINNINGS)
                .spawn(),
        );
    }
}
