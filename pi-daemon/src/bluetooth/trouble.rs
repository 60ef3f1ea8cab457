//! What can be wrong with Bluetooth, each in a sentence that says what to do.

use bluer::{Error, ErrorKind, InternalErrorKind};

/// Why nothing is on the air. Pairing goes over the Tangle meanwhile.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(
        "Bluetooth cannot be used, because the system's message bus (D-Bus) does not answer: {0}. Pairing goes over the Tangle"
    )]
    NoBus(String),
    #[error(
        "Bluetooth cannot be used, because bluetoothd does not run. Install bluez, or: systemctl start bluetooth. Pairing goes over the Tangle meanwhile"
    )]
    NoBluetoothd,
    #[error(
        "there is no Bluetooth adapter here; one that is plugged in is used at once. Pairing goes over the Tangle meanwhile"
    )]
    NoAdapter,
    #[error(
        "there is no Bluetooth adapter {name}, only {}. It is used as soon as it is there", there.join(", ")
    )]
    NotThisAdapter { name: String, there: Vec<String> },
    #[error(
        "Bluetooth is switched off by software. Switch it on with: sudo rfkill unblock bluetooth"
    )]
    Blocked,
    #[error("Bluetooth is switched off by a switch on this device")]
    SwitchedOff,
    #[error("the Bluetooth adapter went away or bluetoothd was restarted; it is looked for again")]
    Gone,
    #[error("bluetoothd did not answer within {0} s; it is asked again")]
    Silent(u64),
    #[error("bluetoothd refuses: {0}; it is asked again")]
    Refused(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match &error.kind {
            ErrorKind::NotFound
            | ErrorKind::DoesNotExist
            | ErrorKind::NotificationSessionStopped => Self::Gone,
            ErrorKind::Internal(InternalErrorKind::DBus(name)) => match name.as_str() {
                "org.freedesktop.DBus.Error.ServiceUnknown"
                | "org.freedesktop.DBus.Error.NameHasNoOwner"
                | "org.freedesktop.DBus.Error.Spawn.ServiceNotFound" => Self::NoBluetoothd,
                "org.freedesktop.DBus.Error.FileNotFound"
                | "org.freedesktop.DBus.Error.NoServer"
                | "org.freedesktop.DBus.Error.Disconnected" => Self::NoBus(error.message),
                "org.freedesktop.DBus.Error.UnknownMethod"
                | "org.freedesktop.DBus.Error.UnknownInterface"
                | "org.freedesktop.DBus.Error.NoReply" => Self::Gone,
                "org.bluez.Error.Blocked" => Self::Blocked,
                _ => Self::Refused(error),
            },
            _ => Self::Refused(error),
        }
    }
}
