//! Devices nearby: the wallet as a Bluetooth central.
//!
//! Everything that depends on the system is behind [`Central`] and [`Pipe`]: a desktop and an iPhone have one
//! implementation, an Android phone another. What is written and heard are frames (`docs/protocol.md` section 5.5), which are
//! cut and put together here.

#[cfg(all(feature = "bluetooth", target_os = "android"))]
mod android;
#[cfg(feature = "bluetooth")]
mod around;
#[cfg(all(feature = "bluetooth", not(target_os = "android")))]
mod desktop;
mod talk;

use std::time::Duration;

use async_trait::async_trait;
use pairing::bluetooth::{Condition, Info, InfoError, OWNERS_NAME};
use pairing::{PairingCode, Serial};

#[cfg(all(feature = "bluetooth", target_os = "android"))]
pub use android::AndroidCentral;
#[cfg(all(feature = "bluetooth", not(target_os = "android")))]
pub use desktop::DesktopCentral;
pub(crate) use talk::Talk;

/// A device whose pairing window is open, as its advertisement describes it. Nothing of this is authenticated.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Nearby {
    /// How this computer's Bluetooth calls it.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// The serial in its name, if there is one.
    #[serde(serialize_with = "as_text")]
    pub serial: Option<Serial>,
    /// The median strength of its advertisements at the last five looks in dBm, where it was measured: the higher, the nearer. It can be
    /// faked, so it orders lists and decides nothing.
    pub signal: Option<i16>,
}

impl Nearby {
    /// Whether it is on the air for its owner, who may call it, and not for wallets that want to pair.
    #[must_use]
    pub fn is_for_its_owner(&self) -> bool {
        self.name == OWNERS_NAME
    }
}

/// Says of a device that was found that looking further is not needed.
pub type Enough<'a> = dyn Fn(&Nearby) -> bool + Sync + 'a;

/// This computer's or phone's Bluetooth.
#[async_trait]
pub trait Central: Send + Sync {
    /// Looks around for so long, or until a device is `enough`; the nearest first.
    ///
    /// # Errors
    /// [`NearbyError`] when Bluetooth cannot be used.
    async fn look(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError>;

    /// Connects to a device that was found, and listens to its notifications.
    ///
    /// # Errors
    /// [`NearbyError`].
    async fn connect(&self, device: &Nearby) -> Result<Box<dyn Pipe>, NearbyError>;

    /// Waits until connections that were closed are gone, which takes seconds: for a program that ends after this.
    async fn settle(&self) {}
}

/// A connection to a device. Every call ends within a time of its own.
#[async_trait]
pub trait Pipe: Send {
    /// The MTU of the connection; 23 where it is not known.
    fn mtu(&self) -> u16;

    /// The value of the *info* characteristic.
    ///
    /// # Errors
    /// [`NearbyError`].
    async fn info(&mut self) -> Result<Vec<u8>, NearbyError>;

    /// Writes one frame to the *pipe* characteristic, with response.
    ///
    /// # Errors
    /// [`NearbyError`].
    async fn write(&mut self, frame: &[u8]) -> Result<(), NearbyError>;

    /// The next notification of the *pipe* characteristic. Can be dropped and called again.
    ///
    /// # Errors
    /// [`NearbyError`].
    async fn next(&mut self) -> Result<Vec<u8>, NearbyError>;

    /// Ends the connection, without waiting for it.
    fn close(self: Box<Self>);
}

/// Why pairing over Bluetooth did not work.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NearbyError {
    /// No adapter, or no service that looks after it.
    #[error("there is no Bluetooth on this computer: no adapter, or bluetoothd does not run")]
    Absent,
    /// The system does not let this program use it.
    #[error("this program may not use Bluetooth; allow it in the settings of the system")]
    NotAllowed,
    /// Something else about this computer.
    #[error("Bluetooth cannot be used on this computer: {0}")]
    Unusable(String),
    /// Switched off.
    #[error("Bluetooth is switched off on this computer; switch it on and try again")]
    Off,
    /// The adapter that was named is not there.
    #[error("there is no Bluetooth adapter {name} here, only {}", there.join(", "))]
    NoSuchAdapter {
        /// What was named.
        name: String,
        /// What there is.
        there: Vec<String>,
    },
    /// There are several, and none was named.
    #[error("this computer has several Bluetooth adapters; say which one: {}", .0.join(", "))]
    WhichAdapter(Vec<String>),
    /// Nothing was found.
    #[error(
        "no Raspberry Pi with an open pairing window was found nearby; pull its plug and put it back, which opens it for two minutes, or type `pi-daemon pair` there, and stand within a few metres"
    )]
    NotFound,
    /// Others were found, but not the one of the code.
    #[error("the Raspberry Pi of this code, {0}, was not found nearby; other ones were")]
    OnlyOthers(Serial),
    /// Several were found, and a typed code does not say which.
    #[error("several were found nearby; say which one: {}", names(.0))]
    Several(Vec<Nearby>),
    /// None of this name was found.
    #[error("no Raspberry Pi called “{0}” was found nearby")]
    NoneCalled(String),
    /// The device closed its window meanwhile.
    #[error(
        "the pairing window of the Raspberry Pi is closed; pull its plug and put it back, which opens it for two minutes, or type `pi-daemon pair` there"
    )]
    NotListening,
    /// No device showed that it is this wallet's own and may be called.
    #[error(
        "your Raspberry Pi was not found nearby; it listens to you for two minutes after its plug was pulled and put back, or after `pi-daemon near`"
    )]
    NotCalled,
    /// It took the call, or a request, and said nothing more.
    #[error("the Raspberry Pi did not answer in time; try again")]
    Mute,
    /// Another central talks to it.
    #[error("another phone or computer is talking to the Raspberry Pi at this moment")]
    Busy,
    /// What it says of itself.
    #[error(transparent)]
    Info(#[from] InfoError),
    /// The connection.
    #[error("the Bluetooth connection broke: {0}")]
    Broken(String),
    /// It does not answer to a claim: another secret.
    #[error(
        "the Raspberry Pi does not answer to this code; compare it with the one that `pi-daemon setup` shows"
    )]
    Silent,
    /// The connection broke, or the person gave up, when the device may have taken this wallet already. It waits for it until
    /// another wallet takes its place, which its next start or a command allows.
    #[error(
        "the Bluetooth connection ended at the last step; pull the plug of the Raspberry Pi and put it back, or type `pi-daemon pair` there, and pair again"
    )]
    Unfinished,
}

impl NearbyError {
    /// Whether the person has to do something before another way makes sense.
    pub(crate) fn is_a_question(&self) -> bool {
        matches!(
            self,
            Self::Several(_)
                | Self::NoneCalled(_)
                | Self::NoSuchAdapter { .. }
                | Self::WhichAdapter(_)
                | Self::Unfinished
        )
    }
}

/// Whether a device that was found is the one to pair with, so far as that can be told.
pub(crate) fn fits(device: &Nearby, code: &PairingCode, called: Option<&str>) -> bool {
    match (called, code.serial()) {
        (Some(called), _) => is_called(device, called),
        (None, Some(serial)) => device.serial == Some(serial),
        // A typed code: whoever is there, and only if nobody else is.
        (None, None) => false,
    }
}

/// The one of these that the code or the person names; the only one, if neither does.
pub(crate) fn choose(
    mut found: Vec<Nearby>,
    code: &PairingCode,
    called: Option<&str>,
) -> Result<Nearby, NearbyError> {
    found.retain(|device| !device.is_for_its_owner());
    if let Some(at) = found.iter().position(|device| fits(device, code, called)) {
        return Ok(found.swap_remove(at));
    }
    match (called, code.serial()) {
        (Some(called), _) => Err(NearbyError::NoneCalled(called.to_owned())),
        _ if found.is_empty() => Err(NearbyError::NotFound),
        (None, Some(serial)) => Err(NearbyError::OnlyOthers(serial)),
        (None, None) if found.len() > 1 => Err(NearbyError::Several(found)),
        (None, None) => found.pop().ok_or(NearbyError::NotFound),
    }
}

/// What a claim would certainly meet is not tried.
pub(crate) fn would_answer(info: Info, code: &PairingCode) -> Result<(), NearbyError> {
    if let Some(serial) = code.serial()
        && info.condition != Condition::Near
        && serial != info.serial
    {
        return Err(NearbyError::OnlyOthers(serial));
    }
    match info.condition {
        Condition::Closed => Err(NearbyError::NotListening),
        // The device itself says why not, and for how long.
        Condition::Listening
        | Condition::Busy
        | Condition::Paired
        | Condition::Locked
        | Condition::Near => Ok(()),
    }
}

fn is_called(device: &Nearby, called: &str) -> bool {
    let serial = device.serial.map(|serial| serial.to_string());
    [Some(&device.id), Some(&device.name), serial.as_ref()]
        .into_iter()
        .flatten()
        .any(|known| known.eq_ignore_ascii_case(called))
}

fn names(found: &[Nearby]) -> String {
    let names: Vec<&str> = found.iter().map(|device| device.name.as_str()).collect();
    names.join(", ")
}

fn as_text<S: serde::Serializer>(
    serial: &Option<Serial>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match serial {
        Some(serial) => serializer.collect_str(serial),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn device(serial: u8) -> Nearby {
        let serial = Serial([0, 0, 0, serial]);
        Nearby {
            id: format!("hci0/{serial}"),
            name: pairing::bluetooth::local_name(serial),
            serial: Some(serial),
            signal: None,
        }
    }

    fn codes() -> (PairingCode, PairingCode) {
        let identity = channel::IdentityKey::from_seed(&[1; 32]);
        let mut rng = crate::random();
        let serial = Serial([0, 0, 0, 1]);
        let scanned = pairing::DevicePairing::new(&identity.verifying(), serial, &mut rng).code();
        let typed = scanned.to_typed().parse().unwrap();
        (scanned, typed)
    }

    #[test]
    fn a_scanned_code_names_its_device_and_a_typed_one_takes_the_only_one() {
        let (scanned, typed) = codes();
        let (ours, other) = (device(1), device(2));
        let both = vec![other.clone(), ours.clone()];
        assert_eq!(choose(both.clone(), &scanned, None), Ok(ours.clone()));
        let only_other = choose(vec![other.clone()], &scanned, None);
        assert!(matches!(only_other, Err(NearbyError::OnlyOthers(_))));
        assert_eq!(choose(vec![other.clone()], &typed, None), Ok(other.clone()));
        let several = choose(both.clone(), &typed, None).unwrap_err();
        assert!(several.is_a_question());
        assert!(several.to_string().contains("Meterkast 00000002"));
        assert_eq!(choose(both.clone(), &typed, Some("00000002")), Ok(other));
        let called = choose(both, &scanned, Some("the shed"));
        assert_eq!(called, Err(NearbyError::NoneCalled("the shed".into())));
        assert_eq!(choose(vec![], &scanned, None), Err(NearbyError::NotFound));
    }

    #[test]
    fn a_closed_window_or_another_serial_is_not_tried() {
        let (scanned, typed) = codes();
        let info = |serial, condition| Info {
            condition,
            serial: Serial([0, 0, 0, serial]),
            hint: None,
        };
        assert_eq!(
            would_answer(info(1, Condition::Listening), &scanned),
            Ok(())
        );
        assert_eq!(would_answer(info(2, Condition::Listening), &typed), Ok(()));
        assert!(would_answer(info(2, Condition::Listening), &scanned).is_err());
        let closed = would_answer(info(1, Condition::Closed), &scanned);
        assert_eq!(closed, Err(NearbyError::NotListening));
    }
}
