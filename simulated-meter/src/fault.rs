//! What goes wrong on the way from a meter, on demand.

use std::fmt;
use std::str::FromStr;

/// Something that happens to a telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One bit in the middle is another.
    FlippedBit,
    /// The second half is lost.
    Cut,
    /// It comes twice.
    Doubled,
    /// Its last line end is lost.
    Joined,
    /// Bytes that belong to nothing come before it.
    Noise,
    /// A gateway took away the carriage returns.
    LineFeeds,
    /// The checksum is lost.
    NoCrc,
    /// The checksum is printed without its leading zeros and in lower case.
    ShortCrc,
    /// The gas meter never answered: a time that is none, in a telegram that is whole.
    GasNeverAnswered,
}

impl Fault {
    /// Every fault with its name on the command line.
    pub const NAMES: [(&str, Self); 9] = [
        ("flipped-bit", Self::FlippedBit),
        ("cut", Self::Cut),
        ("doubled", Self::Doubled),
        ("joined", Self::Joined),
        ("noise", Self::Noise),
        ("line-feeds", Self::LineFeeds),
        ("no-crc", Self::NoCrc),
        ("short-crc", Self::ShortCrc),
        ("gas-never-answered", Self::GasNeverAnswered),
    ];

    /// The telegram after it happened. What does not apply (a checksum that is not there) changes nothing.
    #[must_use]
    pub fn befall(self, mut telegram: Vec<u8>) -> Vec<u8> {
        match self {
            Self::FlippedBit => {
                let middle = telegram.len() / 2;
                if let Some(byte) = telegram.get_mut(middle) {
                    *byte ^= 1;
                }
                telegram
            }
            Self::Cut => {
                telegram.truncate(telegram.len() / 2);
                telegram
            }
            Self::Doubled => telegram.repeat(2),
            Self::Joined => telegram.trim_ascii_end().to_vec(),
            Self::Noise => [&b"\xff\x00/ab\x80 \r\n"[..], &telegram].concat(),
            Self::LineFeeds => {
                telegram.retain(|&byte| byte != b'\r');
                telegram
            }
            Self::NoCrc => with_end(&telegram, |_| String::new()),
            Self::ShortCrc => with_end(&telegram, |covered| format!("{:x}", p1::crc16(covered))),
            Self::GasNeverAnswered => gas_never_answered(&telegram),
        }
    }
}

/// The telegram with something else behind its `!`, if there was a checksum.
fn with_end(telegram: &[u8], end: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let bang = telegram.iter().rposition(|&byte| byte == b'!');
    match bang.and_then(|bang| telegram.split_at_checked(bang + 1)) {
        Some((covered, tail)) if !tail.trim_ascii().is_empty() => {
            [covered, end(covered).as_bytes(), b"\r\n"].concat()
        }
        _ => telegram.to_vec(),
    }
}

fn gas_never_answered(telegram: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(telegram);
    let lines = text.split_inclusive('\n').map(|line| {
        let code = ["0-1:24.2.1(", "0-1:24.2.3("]
            .into_iter()
            .find(|code| line.starts_with(code));
        code.map_or_else(
            || line.to_owned(),
            |code| format!("{code}632525252525W)(00000.000)\r\n"),
        )
    });
    let changed: String = lines.collect();
    with_end(changed.as_bytes(), |covered| {
        format!("{:04X}", p1::crc16(covered))
    })
}

/// There is no such fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no fault {0:?}: what can go wrong is {list}",
    list = Fault::NAMES.map(|(name, _)| name).join(", ")
)]
pub struct FaultError(String);

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        Self::NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, fault)| *fault)
            .ok_or_else(|| FaultError(text.to_owned()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, fault)| fault == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}
