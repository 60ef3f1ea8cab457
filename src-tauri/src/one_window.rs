//! One window, also while one closes and another start hands it a link.
//!
//! The second start may find the first one gone before it answers: then it begins again, and is the window. The first
//! may be handed a link when it is already closing: then it starts another with it.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command};
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

/// Hears that the window closes, and hands on what came too late for it.
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

/// A link that came while the window was closing opens another. If that fails it is said, without the link: it has a secret.
fn hand_on(app: &AppHandle) {
    tauri_plugin_single_instance::destroy(app);
    std::thread::sleep(UNDER_WAY);
    let Some(link) = app.state::<Waiting>().came_too_late() else {
        return;
    };
    // The file that runs is gone where a newer version was installed; the name that it was started under leads to that one.
    let started_as = std::env::args_os().next().map(PathBuf::from);
    let names = std::env::current_exe().into_iter().chain(started_as);
    if let Err(error) = open_another(names, &link) {
        tracing::error!(
            "a link came while My Home was closing, and no other window could be opened for it ({error}): open the link again"
        );
    }
}

/// Starts the first of these programs that is there.
fn open_another(names: impl Iterator<Item = PathBuf>, link: &str) -> io::Result<Child> {
    let mut failed = io::Error::new(
        io::ErrorKind::NotFound,
        "the system does not say where this program lies",
    );
    for name in names {
        match Command::new(name).arg(link).env_remove(BEGINNINGS).spawn() {
            Ok(other) => return Ok(other),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::path::PathBuf;

    use super::open_another;

    #[test]
    fn a_program_that_was_replaced_is_found_by_its_name_and_one_that_is_gone_is_said() {
        let gone = || PathBuf::from("/nowhere/my-home-app (deleted)");
        let names = [gone(), PathBuf::from("true")];
        let mut other = open_another(names.into_iter(), "meterkast://consent").unwrap();
        assert!(other.wait().unwrap().success());
        let failed = open_another(std::iter::once(gone()), "meterkast://consent");
        assert_eq!(failed.unwrap_err().kind(), std::io::ErrorKind::NotFound);
        assert!(open_another(std::iter::empty(), "meterkast://consent").is_err());
    }
}
