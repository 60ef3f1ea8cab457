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
        self.stream.push(bytes);
        let mut heard = Vec::new();
        while let Some(event) = self.stream.next_event() {
            heard.push(self.said(event));
        }
        heard
    }

    /// What is left when no more bytes will come.
    pub fn finish(&mut self) -> Option<MeterEvent> {
        let event = self.stream.finish()?;
        Some(self.said(event))
    }

    /// Whether what came since the last time was understood as a meter's: the sign that speed and parity are right. A telegram
    /// that is encrypted is one too, whether or not it opens.
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
