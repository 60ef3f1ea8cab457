//! Speed and parity, and how to tell that they are wrong.

use tokio_serial::{ClearBuffer, DataBits, Parity, SerialPort as _, SerialStream, StopBits};

/// How a line speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    baud: u32,
    data_bits: DataBits,
    parity: Parity,
    /// For people.
    pub(super) name: &'static str,
}

/// What is tried, the likeliest first: DSMR 4 and later; DSMR 2 and 3 and the German D0 (P1 companion standards, section
/// 5.6; IEC 62056-21); then what cables that translate make of them.
pub(super) const ALL: [Settings; 4] = [
    Settings::new(115_200, DataBits::Eight, Parity::None, "115200 8N1"),
    Settings::new(9_600, DataBits::Seven, Parity::Even, "9600 7E1"),
    Settings::new(115_200, DataBits::Seven, Parity::Even, "115200 7E1"),
    Settings::new(9_600, DataBits::Eight, Parity::None, "9600 8N1"),
];

impl Settings {
    const fn new(baud: u32, data_bits: DataBits, parity: Parity, name: &'static str) -> Self {
        Self {
            baud,
            data_bits,
            parity,
            name,
        }
    }

    /// All of them, beginning with the ones that worked last.
    pub(super) fn beginning_with(first: Option<Self>) -> impl Iterator<Item = Self> {
        let others = ALL.into_iter().filter(move |other| Some(*other) != first);
        first.into_iter().chain(others)
    }

    pub(super) fn open(self, port: &str) -> tokio_serial::Result<SerialStream> {
        let builder = tokio_serial::new(port, self.baud)
            .data_bits(self.data_bits)
            .parity(self.parity)
            .stop_bits(StopBits::One);
        let mut stream = SerialStream::open(&builder)?;
        // The request line of a DSMR 2 meter must be high; a pseudo-terminal has none.
        let _ = stream.write_data_terminal_ready(true);
        let _ = stream.write_request_to_send(true);
        // What came before at another speed says nothing.
        stream.clear(ClearBuffer::Input)?;
        Ok(stream)
    }
}

/// Tells what a meter says from what a wrong speed makes of it, so that nobody has to wait for a whole trial.
#[derive(Default)]
pub(super) struct Noise {
    bytes: usize,
    strange: usize,
    before: u8,
    encrypted: bool,
}

impl Noise {
    /// Fewer bytes are not judged: a reader that is attached within a character sees a few wrong ones.
    const ENOUGH: usize = 64;

    pub(super) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.bytes += 1;
            self.strange += usize::from(!matches!(byte, b'\r' | b'\n' | b' '..=b'~'));
            // So an encrypted telegram begins (IEC 62056-5-3): the rest of it looks like noise, and is none.
            self.encrypted |= [self.before, *byte] == [0xDB, 0x08];
            self.before = *byte;
        }
    }

    /// Whether nothing that a meter says looks like this. Meters speak ASCII.
    pub(super) fn is_all_there_is(&self) -> bool {
        self.bytes >= Self::ENOUGH && self.strange * 4 > self.bytes && !self.encrypted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_encrypted_telegrams_are_no_noise_and_garbage_is() {
        let judged = |bytes: &[u8]| {
            let mut noise = Noise::default();
            noise.push(bytes);
            noise.is_all_there_is()
        };
        let garbage: Vec<u8> = (0..200_u8).map(|n| n.wrapping_mul(97) | 0x80).collect();
        assert!(judged(&garbage));
        assert!(!judged(b"1-0:1.7.0(00.378*kW)\r\n".repeat(9).as_slice()));
        assert!(!judged(&[b"\xDB\x08SAGY", garbage.as_slice()].concat()));
        assert!(!judged(garbage.get(..40).unwrap_or_default()));
    }

    #[test]
    fn what_worked_last_is_tried_first_and_nothing_twice() {
        let last = ALL.last().copied();
        let order: Vec<Settings> = Settings::beginning_with(last).collect();
        assert_eq!(order.first().copied(), last);
        assert_eq!(order.len(), ALL.len());
    }
}
