use crate::corpus::fixtures;
use p1::{Event, Keys, Stream, Telegram};
use readings::{Reading, UnixSeconds};

/// Bytes from the meter's cable, in two pieces: every telegram that comes out is read as far as it goes.
pub(super) fn stream(data: &[u8]) {
    through(Stream::new(), data);
    if let Some(keys) = keys() {
        through(Stream::lenient().with_keys(keys), data);
    }
}

/// Those of the encrypted fixtures, so that what is fuzzed lies behind the tag, too.
fn keys() -> Option<Keys> {
    const AUTHENTICATION: &str = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";
    Keys::from_hex("000102030405060708090a0b0c0d0e0f", Some(AUTHENTICATION)).ok()
}

fn through(mut stream: Stream, data: &[u8]) {
    let (before, after) = data.split_at(
        data.first()
            .map_or(0, |&at| usize::from(at).min(data.len())),
    );
    for bytes in [before, after] {
        stream.push(bytes);
        while let Some(event) = stream.next_event() {
            if let Event::Telegram(bytes, _) = event {
                telegram(&bytes);
            }
        }
    }
}

fn telegram(bytes: &[u8]) {
    let Ok(telegram) = Telegram::parse(bytes) else {
        return;
    };
    for object in telegram.objects() {
        let _value = object.value();
    }
    let _reading = Reading::from_telegram(&telegram, UnixSeconds(1_781_870_400));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    fixtures("crates/p1/tests/fixtures", ".txt")
}
