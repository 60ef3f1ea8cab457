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
mod rfkill;
#[cfg(target_os = "linux")]
mod service;
#[cfg(target_os = "linux")]
mod settings;
#[cfg(target_os = "linux")]
mod silent;
#[cfg(target_os = "linux")]
mod trouble;

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::daemon::Daemon;
use crate::status::RadioReport;

/// Which adapter is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first one there is.
    Auto,
    /// None: pairing is over the Tangle alone.
    #[default]
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
            tell(daemons, None);
            tokio::time::sleep(LOOK).await;
            continue;
        };
        let held = match adapter::find(choice).await {
            Ok(adapter) => {
                complaint.about(None::<trouble::Trouble>);
                tell(daemons, None);
                let wanted =
                    || last_opened(daemons).is_some_and(|first| std::ptr::eq(first, daemon));
                conversation::hold(daemon, &adapter, wanted).await
            }
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = held {
            tell(daemons, Some(&trouble));
            complaint.about(Some(trouble));
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// So that whoever asks one of them hears it too.
#[cfg(target_os = "linux")]
fn tell(daemons: &[&Daemon], trouble: Option<&trouble::Trouble>) {
    let sentence = trouble.map(ToString::to_string);
    daemons
        .iter()
        .for_each(|daemon| daemon.radio_has(sentence.clone()));
}

/// How the radio is at this moment. Nothing is switched on for it.
#[cfg(target_os = "linux")]
pub(crate) async fn look(choice: &Choice) -> RadioReport {
    match choice {
        Choice::Off => RadioReport::default(),
        choice => adapter::look(choice).await.into(),
    }
}

#[cfg(target_os = "linux")]
impl From<Result<String, trouble::Trouble>> for RadioReport {
    fn from(looked: Result<String, trouble::Trouble>) -> Self {
        match looked {
            Ok(adapter) => Self {
                adapter: Some(adapter),
                trouble: None,
            },
            Err(trouble) => Self {
                adapter: None,
                trouble: Some(trouble.to_string()),
            },
        }
    }
}

/// Which of bluetoothd's settings keep phones from pairing nearby.
#[cfg(target_os = "linux")]
pub(crate) fn settings_to_change() -> Option<String> {
    settings::to_change()
}

/// Elsewhere Bluetooth is not served.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn look(_choice: &Choice) -> RadioReport {
    RadioReport::default()
}

/// Elsewhere there is no bluetoothd.
#[cfg(not(target_os = "linux"))]
pub(crate) fn settings_to_change() -> Option<String> {
    None
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
