//! Pairing over Bluetooth LE: the device as a GATT server while its window is open, and nothing on the air otherwise.
//!
//! bluetoothd has the radio; this program speaks to it over D-Bus and needs no rights of its own. There may be no adapter, or
//! none yet, it may be blocked, and bluetoothd may be restarted: each is said in a sentence, tried again, and never
//! ends anything else, since pairing over the Tangle is always there (`docs/protocol.md` section 5.5).

#[cfg(target_os = "linux")]
mod adapter;
#[cfg(target_os = "linux")]
mod conversation;
#[cfg(target_os = "linux")]
mod service;
#[cfg(target_os = "linux")]
mod silent;
#[cfg(target_os = "linux")]
mod trouble;

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::daemon::Daemon;

/// Which adapter is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The first one there is.
    Auto,
    /// None: pairing is over the Tangle alone.
    Off,
    /// The one of this name, such as `hci0`.
    Named(String),
}

impl FromStr for Choice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            "off" => Self::Off,
            name => Self::Named(name.to_owned()),
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Off => "off",
            Self::Named(name) => name,
        })
    }
}

/// Puts whichever of these devices has its window open on the air; never ends.
#[cfg(target_os = "linux")]
pub(crate) async fn serve(daemons: &[&Daemon], choice: &Choice) {
    use std::time::Duration;

    use crate::daemon::Complaint;

    /// Between two looks whether a window was opened.
    const LOOK: Duration = Duration::from_millis(500);
    /// Before an adapter that is missing or refuses is looked for again.
    const AGAIN: Duration = Duration::from_secs(3);

    if *choice == Choice::Off {
        return std::future::pending().await;
    }
    let mut complaint = Complaint::new("Bluetooth works");
    loop {
        let Some(daemon) = last_opened(daemons) else {
            tokio::time::sleep(LOOK).await;
            continue;
        };
        let held = match adapter::find(choice).await {
            Ok(adapter) => {
                complaint.about(None::<trouble::Trouble>);
                let wanted =
                    || last_opened(daemons).is_some_and(|first| std::ptr::eq(first, daemon));
                conversation::hold(daemon, &adapter, wanted).await
            }
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = held {
            complaint.about(Some(trouble));
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// What keeps phones from pairing nearby, a sentence each.
#[cfg(target_os = "linux")]
pub(crate) async fn what_is_missing() -> Vec<String> {
    let adapter = adapter::find(&Choice::Auto).await.err();
    let unusable = adapter.map(|trouble| trouble.to_string());
    unusable
        .into_iter()
        .chain(adapter::settings_to_change())
        .collect()
}

/// Elsewhere Bluetooth is not served.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn what_is_missing() -> Vec<String> {
    Vec::new()
}

/// Elsewhere than on Linux there is no bluetoothd.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn serve(_daemons: &[&Daemon], _choice: &Choice) {
    std::future::pending().await
}

/// The device that somebody stands before: one that is talking, or else the one whose window was opened last.
#[cfg(target_os = "linux")]
fn last_opened<'a>(daemons: &[&'a Daemon]) -> Option<&'a Daemon> {
    let listening = daemons.iter().copied();
    let by_urgency = listening.filter_map(|daemon| Some((daemon.on_the_air()?, daemon)));
    by_urgency
        .max_by_key(|(seconds, _)| *seconds)
        .map(|(_, daemon)| daemon)
}
