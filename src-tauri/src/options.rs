//! Where the wallet lies and which node it begins with: from the system, or named for a trial.

use std::path::PathBuf;
use std::sync::Arc;

use consent::Language;
use jiff::tz::TimeZone;
use screens::Options;
use wallet::system_clock;

/// `MY_HOME_DATA_DIR` and `MY_HOME_TANGLE` name another directory and node than the usual ones.
pub(crate) fn read() -> Options {
    Options {
        directory: named("MY_HOME_DATA_DIR").map_or_else(usual_directory, PathBuf::from),
        node: named("MY_HOME_TANGLE"),
        connect: Arc::new(tangle::connect),
        clock: system_clock(),
        zone: TimeZone::system(),
        language: language(),
        radio: crate::radio::open(),
    }
}

fn named(variable: &str) -> Option<String> {
    std::env::var(variable)
        .ok()
        .filter(|value| !value.is_empty())
}

fn usual_directory() -> PathBuf {
    let absolute = |variable| {
        named(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.unwrap_or_default().join("meterkast/my-home-app")
}

fn language() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(named);
    Language::of_locale(&locale.unwrap_or_default())
}
