//! From pieces of bytes to telegrams, whatever they came through.

use p1::{Event, Stream};

use super::MeterEvent;

/// One line to a meter: it keeps what a telegram's first half left behind.
#[derive(Default)]
pub struct Line {
    stream: Stream,
}

impl Line {
    /// A line that has not heard anything yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The telegrams and refusals that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<MeterEvent> {
        self.stream.push(bytes);
        std::iter::from_fn(|| self.stream.next_event())
            .map(said)
            .collect()
    }

    /// What is left when no more bytes will come.
    pub fn finish(&mut self) -> Option<MeterEvent> {
        self.stream.finish().map(said)
    }
}

fn said(event: Event) -> MeterEvent {
    match event {
        Event::Telegram(bytes, _) => MeterEvent::Telegram(bytes),
        Event::Refused(refusal) => MeterEvent::Refused(refusal.to_string()),
    }
}

/// Whether one of these is a telegram: the sign that speed and parity are right.
pub(super) fn any_telegram(events: &[MeterEvent]) -> bool {
    events
        .iter()
        .any(|event| matches!(event, MeterEvent::Telegram(_)))
}
