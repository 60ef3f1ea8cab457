//! Pairing over Bluetooth LE: what the service is called, how a message becomes frames, and one central at a time.
//!
//! Bluetooth is an untrusted pipe. Nothing is bonded, and nothing that the radio says is believed: the handshake
//! authenticates itself (`docs/protocol.md` section 5.5).
//!
//! ```
//! use core::time::Duration;
//! use pairing::bluetooth::{Heard, Outgoing, Seat};
//!
//! let mut phone = Outgoing::default();
//! let mut seat = Seat::default();
//! let mut heard = Heard::Part;
//! for frame in phone.frames(&[7; 1288], 185).unwrap() {
//!     heard = seat.hear(Duration::ZERO, "phone", &frame).unwrap();
//! }
//! assert!(matches!(heard, Heard::Message(_, message) if message == [7; 1288]));
//! ```

mod assembler;
mod frame;
mod info;
mod seat;

pub use assembler::{Assembler, FrameError, MESSAGE_TIME};
pub use frame::{MAX_FRAME, Outgoing, TooLong, frame_len};
pub use info::{Condition, INFO_LEN, Info, InfoError};
pub use seat::{Heard, PATIENCE, Seat, TurnedAway};

use crate::code::Serial;

/// The service, as 128-bit UUID.
pub const SERVICE: u128 = 0xbe9c1280_1a62_4af2_8876_5b503814a404;
/// Its characteristic that is read: [`Info`].
pub const INFO: u128 = 0xbe9c1281_1a62_4af2_8876_5b503814a404;
/// Its characteristic that frames are written to (with response) and notified on.
pub const PIPE: u128 = 0xbe9c1282_1a62_4af2_8876_5b503814a404;

const NAME: &str = "Meterkast";

/// The name that a device of this serial advertises: `Meterkast 0000002A`. It decides nothing.
#[must_use]
pub fn local_name(serial: Serial) -> String {
    format!("{NAME} {serial}")
}

/// The name that a device advertises while its owner may call it: every one the same.
pub const OWNERS_NAME: &str = NAME;

/// The serial in an advertised name, if it is such a name.
#[must_use]
pub fn serial_in(name: &str) -> Option<Serial> {
    let digits = name.strip_prefix(NAME)?.strip_prefix(' ')?;
    let bytes = data_encoding::HEXUPPER.decode(digits.as_bytes()).ok()?;
    Some(Serial(bytes.try_into().ok()?))
}
