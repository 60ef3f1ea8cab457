//! Why telegrams were refused, and how many.

use core::fmt;

use crate::MAX_TELEGRAM;

/// Why a telegram was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Bytes were damaged on the way.
    BadCrc {
        /// The checksum that the telegram gives.
        given: u16,
        /// The checksum that its bytes give.
        computed: u16,
    },
    /// The end of the telegram was damaged on the way.
    UnreadableCrc,
    /// There is no checksum, though its dialect has one.
    MissingCrc,
    /// It broke off: another one began, or the stream ended, before its last line was complete.
    Cut,
    /// It did not end within [`MAX_TELEGRAM`] bytes.
    TooLong,
    /// It holds no object.
    Empty,
    /// It is encrypted, and no key was given.
    Encrypted,
    /// It is encrypted, and its tag does not hold: a wrong key, or bytes were damaged on the way.
    BadTag,
    /// It was decrypted, and is no P1 telegram.
    NoTelegram,
}

/// How a stream has fared since it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes looked at.
    pub bytes: u64,
    /// Bytes that belong to no telegram. Many, and no telegram: speed or parity are wrong.
    pub noise: u64,
    /// Telegrams handed on.
    pub telegrams: u64,
    /// Telegrams that were the same as the one before: see
    /// [`Telegram::is_doubled`](crate::Telegram::is_doubled). Handed on by a lenient stream only.
    pub doubled: u64,
    /// Telegrams refused for a checksum that is wrong, unreadable or missing.
    pub bad_crc: u64,
    /// Telegrams that broke off.
    pub cut: u64,
    /// Telegrams that did not end.
    pub too_long: u64,
    /// Telegrams without an object.
    pub empty: u64,
    /// Encrypted telegrams for which there was no key.
    pub encrypted: u64,
    /// Encrypted telegrams whose tag did not hold.
    pub bad_tag: u64,
    /// Encrypted telegrams that turned out to be something else.
    pub no_telegram: u64,
}

impl Counters {
    /// Telegrams refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.bad_crc
            + self.cut
            + self.too_long
            + self.empty
            + self.encrypted
            + self.bad_tag
            + self.no_telegram
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn count(&mut self, outcome: Result<(), &Refusal>) {
        let counter = match outcome {
            Ok(()) => &mut self.telegrams,
            Err(Refusal::BadCrc { .. } | Refusal::UnreadableCrc | Refusal::MissingCrc) => {
                &mut self.bad_crc
            }
            Err(Refusal::Cut) => &mut self.cut,
            Err(Refusal::TooLong) => &mut self.too_long,
            Err(Refusal::Empty) => &mut self.empty,
            Err(Refusal::Encrypted) => &mut self.encrypted,
            Err(Refusal::BadTag) => &mut self.bad_tag,
            Err(Refusal::NoTelegram) => &mut self.no_telegram,
        };
        *counter += 1;
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCrc { given, computed } => write!(
                f,
                "the telegram was damaged on the way: its checksum says {given:04X}, its bytes give {computed:04X}"
            ),
            Self::UnreadableCrc => {
                f.write_str("the telegram was damaged on the way: its checksum is no number")
            }
            Self::MissingCrc => {
                f.write_str("the telegram has no checksum, though its version prescribes one")
            }
            Self::Cut => f.write_str("the telegram broke off before its last line was complete"),
            Self::TooLong => write!(f, "the telegram did not end within {MAX_TELEGRAM} bytes"),
            Self::Empty => f.write_str("the telegram holds nothing that can be read"),
            Self::Encrypted => f.write_str(
                "the telegram is encrypted: give the meter's key, which the grid operator gives to its household",
            ),
            Self::BadTag => f.write_str(
                "the telegram is encrypted and does not open: the key is another meter's, the authentication key is missing, or bytes were damaged on the way",
            ),
            Self::NoTelegram => f.write_str(
                "the telegram was decrypted and is not P1 but something else, perhaps DLMS: this meter cannot be read",
            ),
        }
    }
}

impl core::error::Error for Refusal {}
