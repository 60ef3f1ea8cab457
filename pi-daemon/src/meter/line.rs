//! From pieces of bytes to telegrams, whatever they came through.

use p1::{Event, Keys, Refusal, Stream};

use super::MeterEvent;

/// Where the key goes.
const KEY_FILE: &str =
    "Write it into a file that only you can read, and name that with --meter-key-file";

/// One line to a meter: it keeps what a telegram's first half left behind.
#[derive(Default)]
pub struct Line {
    stream: Stream,
    understood: bool,
}

impl Line {
    /// A line that has not heard anything yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line to a meter that encrypts what it says with these keys, or does not.
    #[must_use]
    pub fn with_keys(keys: Option<Keys>) -> Self {
        let stream = Stream::new();
        Self {
            stream: match keys {
                Some(keys) => stream.with_keys(keys),
                None => stream,
            },
            understood: false,
        }
    }

    /// The telegrams and refusals that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<MeterEvent> {
        let doubled = self.stream.counters().doubled;
        self.stream.push(bytes);
        let mut heard = Vec::new();
        while let Some(event) = self.stream.next_event() {
            heard.push(self.said(event));
        }
        self.understood |= self.stream.counters().doubled > doubled;
        heard
    }

    /// The telegrams and refusals in a message that holds a whole telegram, or a piece of one. Some who send telegrams as
    /// messages leave out the end of the last line.
    pub(super) fn push_message(&mut self, message: &[u8]) -> Vec<MeterEvent> {
        let mut heard = self.push(message);
        if is_whole_without_its_end(message) {
            heard.extend(self.push(b"\r\n"));
        }
        heard
    }

    /// What is left when no more bytes will come.
    pub fn finish(&mut self) -> Option<MeterEvent> {
        let event = self.stream.finish()?;
        Some(self.said(event))
    }

    /// Whether what came since the last time was understood as a meter's: the sign that speed and parity are right. A telegram
    /// that is encrypted is one too, whether or not it opens, and so is one that comes again and is not handed on.
    pub(super) fn was_understood(&mut self) -> bool {
        std::mem::take(&mut self.understood)
    }

    fn said(&mut self, event: Event) -> MeterEvent {
        match event {
            Event::Telegram(bytes, _) => {
                self.understood = true;
                MeterEvent::Telegram(bytes)
            }
            Event::Refused(sealed @ (Refusal::Encrypted | Refusal::BadTag)) => {
                self.understood = true;
                MeterEvent::Refused(format!("{sealed}. {KEY_FILE}"))
            }
            Event::Refused(refusal) => MeterEvent::Refused(refusal.to_string()),
        }
    }
}

fn is_whole_without_its_end(message: &[u8]) -> bool {
    message.starts_with(b"/") && message.contains(&b'!') && message.last() != Some(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_telegram_gets_its_end_back() {
        assert!(is_whole_without_its_end(b"/ISk5\r\n\r\n!1234"));
        assert!(!is_whole_without_its_end(b"/ISk5\r\n\r\n!1234\r\n"));
        assert!(!is_whole_without_its_end(b"/ISk5\r\n\r\n1-0:1.8"));
        assert!(!is_whole_without_its_end(b".0(1*kWh)\r\n!12"));
    }
}
