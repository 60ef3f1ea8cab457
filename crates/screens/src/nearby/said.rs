//! What can be wrong with Bluetooth, as codes of the screens.

use wallet::NearbyError;

use crate::problem::Problem;

impl From<&NearbyError> for Problem {
    fn from(error: &NearbyError) -> Self {
        match error {
            NearbyError::Absent => Self::BluetoothAbsent,
            NearbyError::NotAllowed => Self::BluetoothNotAllowed,
            NearbyError::Off => Self::BluetoothOff,
            NearbyError::Unusable(why) => Self::BluetoothUnusable { why: why.clone() },
            NearbyError::WhichAdapter(there) | NearbyError::NoSuchAdapter { there, .. } => {
                Self::WhichAdapter {
                    there: there.clone(),
                }
            }
            NearbyError::NotFound => Self::NobodyNearby,
            NearbyError::OnlyOthers(serial) => Self::OnlyOthersNearby {
                serial: serial.to_string(),
            },
            NearbyError::Several(_) => Self::SeveralNearby,
            NearbyError::NoneCalled(_) => Self::NotNearbyAnyMore,
            NearbyError::NotListening => Self::PiNotListening,
            NearbyError::NotCalled => Self::PiNotBeside,
            NearbyError::Mute => Self::PiMute,
            NearbyError::Busy => Self::PiTalksToAnother,
            NearbyError::Info(_) => Self::PiVersion,
            NearbyError::Broken(why) => Self::BluetoothBroke { why: why.clone() },
            NearbyError::Silent => Self::PiSilentToCode,
            NearbyError::Unfinished => Self::BluetoothBrokeLast,
            other => Self::Fault {
                why: other.to_string(),
            },
        }
    }
}

impl From<NearbyError> for Problem {
    fn from(error: NearbyError) -> Self {
        (&error).into()
    }
}
