//! Where the wallet lies, which node it begins with and in which language: from the system, or named for a trial.

use std::path::PathBuf;
use std::sync::Arc;

use consent::Language;
use jiff::tz::TimeZone;
use screens::Options;
use tauri::{AppHandle, Manager};
use wallet::system_clock;

/// The wallet would lie nowhere in particular.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system does not say where your programs keep their data, so My Home does not know where your wallet is: name its folder in MY_HOME_DATA_DIR"
)]
pub(crate) struct NoFolder;

/// `MY_HOME_DATA_DIR` and `MY_HOME_TANGLE` name another directory and node than the usual ones.
pub(crate) fn read(window: &AppHandle) -> Result<Options, NoFolder> {
    Ok(Options {
        directory: directory(named("MY_HOME_DATA_DIR"), || usual_directory(window))?,
        node: named("MY_HOME_TANGLE"),
        connect: Arc::new(tangle::connect),
        clock: system_clock(),
        zone: TimeZone::system(),
        language: Language::of_locale(&locale().unwrap_or_default()),
        radio: crate::radio::open(),
    })
}

fn named(variable: &str) -> Option<String> {
    std::env::var(variable)
        .ok()
        .filter(|value| !value.is_empty())
}

/// From the root on: a wallet is found again wherever the program is started from.
fn directory(
    named: Option<String>,
    usual: impl FnOnce() -> Option<PathBuf>,
) -> Result<PathBuf, NoFolder> {
    let directory = match named {
        Some(named) => std::path::absolute(named).ok(),
        None => usual().filter(|usual| usual.is_absolute()),
    };
    directory.ok_or(NoFolder)
}

#[cfg(target_os = "linux")]
fn usual_directory(window: &AppHandle) -> Option<PathBuf> {
    let absolute = |variable| {
        named(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_DATA_HOME").or_else(|| {
        let home = absolute("HOME").or_else(|| window.path().home_dir().ok());
        home.map(|home| home.join(".local/share"))
    });
    base.map(|base| base.join("meterkast/my-home-app"))
}

/// Among the data of this machine alone: on Windows the others go to every machine that the person signs in to, and two
/// wallets on one record are none. In a folder of its own, because the web view keeps its data there too, and on Android
/// that folder has the system's permissions.
#[cfg(not(target_os = "linux"))]
fn usual_directory(window: &AppHandle) -> Option<PathBuf> {
    let ours = window.path().app_local_data_dir().ok();
    ours.map(|ours| ours.join("wallet"))
}

/// As programs on Linux are told.
#[cfg(target_os = "linux")]
fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(named)
}

/// The one that the person put first in the system's settings.
#[cfg(not(target_os = "linux"))]
fn locale() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::path::PathBuf;

    use super::{NoFolder, directory};

    #[test]
    fn the_wallet_lies_where_it_is_found_again_or_nowhere() {
        let here = std::env::current_dir().unwrap();
        let usual = || Some(here.join("usual"));
        assert_eq!(directory(None, usual), Ok(here.join("usual")));
        let other = here.join("other").display().to_string();
        assert_eq!(directory(Some(other), usual), Ok(here.join("other")));
        assert_eq!(
            directory(Some("trial".into()), usual),
            Ok(here.join("trial")),
            "a folder that is named from here on"
        );

        assert_eq!(directory(None, || None), Err(NoFolder));
        let relative = || Some(PathBuf::from("meterkast/my-home-app"));
        assert_eq!(directory(None, relative), Err(NoFolder));
    }
}
