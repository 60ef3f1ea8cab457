//! What holds for any bytes at all.

#![expect(clippy::unwrap_used, reason = "tests")]

use p1::{
    Counters, Event, Keys, MAX_TELEGRAM, Obis, Object, Refusal, Scan, Stream, Telegram, Timestamp,
    Value,
};
use proptest::collection::vec;
use proptest::prelude::*;

const WHOLE: &[u8] = include_bytes!("fixtures/dsmr-4.2-household.txt");
const WITHOUT_CRC: &[u8] = include_bytes!("fixtures/dsmr-2.2-household.txt");
/// One frame, of the key and the authentication key that the fixtures have.
const SEALED: &[u8] = include_bytes!("fixtures/austria-encrypted.txt");

fn with_keys(stream: Stream) -> Stream {
    let keys = Keys::from_hex(
        "000102030405060708090a0b0c0d0e0f",
        Some("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
    );
    stream.with_keys(keys.unwrap())
}

/// What breaks off before its first object has ended is noise.
const FIRST_OBJECT_ENDS: usize = 90;

/// Bytes as they come from a meter, and as they do not.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        any::<Vec<u8>>(),
        Just(WHOLE.to_vec()),
        Just(WITHOUT_CRC.to_vec()),
        Just(SEALED.to_vec()),
        (0..SEALED.len()).prop_map(|end| SEALED.iter().copied().take(end).collect()),
        (0..WHOLE.len()).prop_map(|end| WHOLE.iter().copied().take(end).collect()),
        (0..WITHOUT_CRC.len()).prop_map(|start| WITHOUT_CRC.iter().copied().skip(start).collect()),
        "[/!\\r\\n0-9a-zA-Z():.*-]{0,60}".prop_map(String::into_bytes),
        "(/[A-Z]{3}5x?\\r\\n)?([01]-[0-3]:[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}(\\*[0-9]{1,3})?(\\([0-9WS.:*kVAh-]{0,14}\\)){0,4}\\r?\\n){0,5}(!\\r\\n)?"
            .prop_map(String::into_bytes),
    ];
    vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

fn events(mut stream: Stream, chunks: &[&[u8]]) -> (Vec<Event>, Counters) {
    let mut events = Vec::new();
    for chunk in chunks {
        stream.push(chunk);
        events.extend(std::iter::from_fn(|| stream.next_event()));
    }
    events.extend(std::iter::from_fn(|| stream.finish()));
    (events, stream.counters().clone())
}

fn accepted(bytes: &[u8]) -> Vec<Vec<u8>> {
    let telegram = |event| match event {
        Event::Telegram(bytes, _) => Some(bytes),
        Event::Refused(_) => None,
    };
    events(Stream::new(), &[bytes])
        .0
        .into_iter()
        .filter_map(telegram)
        .collect()
}

fn objects(bytes: &[u8]) -> Vec<(Obis, String)> {
    let telegram = Telegram::parse(bytes).unwrap();
    telegram
        .objects()
        .map(|object| (object.obis, object.text().to_string()))
        .collect()
}

/// Looks at everything that can be looked at.
fn look(bytes: &[u8]) {
    let Ok(telegram) = Telegram::parse(bytes) else {
        return;
    };
    let _ = (
        telegram.header().to_string(),
        telegram.dialect().to_string(),
        telegram.check().map_err(|refusal| refusal.to_string()),
    );
    let _ = telegram.odd_lines().count();
    for object in telegram.objects() {
        let _ = object.obis.to_string();
        assert_eq!(object.is_known(), object.obis.meaning().is_some());
        match object.value() {
            Value::Time(time) => assert_eq!(Timestamp::parse(&time.to_string()), Some(time)),
            Value::Timed(timed) => drop(timed.trusted(0)),
            Value::Text(text) => drop(text.decoded().map(|text| text.to_string())),
            Value::FailureLog(log) => {
                assert!(log.filter(p1::Failure::is_plausible).count() <= bytes.len())
            }
            Value::Peaks(peaks) => assert!(peaks.count() <= bytes.len()),
            Value::Month(month) => assert!(month.count() <= bytes.len()),
            Value::Several(measures) => assert!(measures.count() > 1),
            Value::Measure(measure) => drop((
                measure.to_string(),
                measure.scaled(p1::Dimension::Energy, 9),
            )),
            Value::Empty | Value::Unknown(_) | Value::Unreadable(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_do_no_harm(bytes in wire()) {
        look(&bytes);
        for stream in [Stream::new(), Stream::lenient(), with_keys(Stream::new())] {
            let (events, counters) = events(stream, &[&bytes]);
            let kept: usize = events.iter().map(|event| match event {
                Event::Telegram(bytes, _) => {
                    look(bytes);
                    assert!(bytes.len() <= MAX_TELEGRAM);
                    bytes.len()
                }
                Event::Refused(_) => 0,
            }).sum();
            prop_assert!(kept + usize::try_from(counters.noise).unwrap() <= bytes.len());
            prop_assert_eq!(counters.bytes, bytes.len() as u64);
            prop_assert_eq!(counters.telegrams + counters.refused(), events.len() as u64);
        }
    }

    #[test]
    fn how_bytes_are_cut_into_pushes_makes_no_difference(bytes in wire(), size in 1..90_usize) {
        let chunks: Vec<_> = bytes.chunks(size).collect();
        prop_assert_eq!(events(Stream::new(), &[&bytes]), events(Stream::new(), &chunks));
        let stream = || with_keys(Stream::lenient());
        prop_assert_eq!(events(stream(), &[&bytes]), events(stream(), &chunks));
    }

    #[test]
    fn bytes_that_are_all_there_need_no_stream(bytes in wire()) {
        let scanned: Vec<Event> = Scan::new(&bytes).map(Event::from).collect();
        prop_assert_eq!(events(Stream::new(), &[&bytes]).0, scanned);
    }

    #[test]
    fn what_is_accepted_can_be_relied_upon(bytes in wire()) {
        for telegram in accepted(&bytes) {
            prop_assert_eq!(Telegram::parse(&telegram).unwrap().check(), Ok(()));
            prop_assert_eq!(accepted(&telegram), vec![telegram]);
        }
    }

    #[test]
    fn telegrams_are_found_among_noise(noise in vec("[^/]{0,40}", 1..6)) {
        let mut bytes = Vec::new();
        for noise in &noise {
            bytes.extend_from_slice(noise.as_bytes());
            bytes.extend_from_slice(WITHOUT_CRC);
        }
        prop_assert_eq!(accepted(&bytes), vec![WITHOUT_CRC.to_vec(); noise.len()]);
    }

    #[test]
    fn a_telegram_that_says_its_time_comes_out_once(times in 1..5_usize, size in 1..900_usize, noise in "[^/]{0,40}") {
        let repeated = [WHOLE, noise.as_bytes()].concat().repeat(times);
        let chunks: Vec<_> = repeated.chunks(size).collect();
        let (heard, counters) = events(Stream::new(), &chunks);
        prop_assert_eq!(heard, vec![Event::Telegram(WHOLE.to_vec(), p1::Crc::Ok)]);
        prop_assert_eq!(counters.doubled + 1, times as u64);
        let (heard, counters) = events(Stream::lenient(), &chunks);
        prop_assert_eq!((heard.len(), counters.doubled + 1), (times, times as u64));
    }

    #[test]
    fn nothing_of_a_cut_telegram_gets_into_the_next(end in FIRST_OBJECT_ENDS..WITHOUT_CRC.len()) {
        let mut bytes: Vec<_> = WITHOUT_CRC.iter().copied().take(end).collect();
        bytes.extend_from_slice(WITHOUT_CRC);
        let (events, _) = events(Stream::new(), &[&bytes]);
        prop_assert_eq!(events, vec![
            Event::Refused(Refusal::Cut),
            Event::Telegram(WITHOUT_CRC.to_vec(), p1::Crc::Absent),
        ]);
    }

    #[test]
    fn a_flipped_bit_never_changes_what_is_accepted(place in 0..WHOLE.len(), bit in 0..8) {
        let mut bytes = WHOLE.to_vec();
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= 1_u8 << bit;
        }
        for telegram in accepted(&bytes) {
            prop_assert_eq!(objects(&telegram), objects(WHOLE));
        }
    }

    #[test]
    fn a_flipped_bit_never_opens(place in 0..SEALED.len(), bit in 0..8) {
        let mut bytes = SEALED.to_vec();
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= 1_u8 << bit;
        }
        let (events, counters) = events(with_keys(Stream::new()), &[&bytes]);
        prop_assert_eq!(counters.telegrams, 0, "{:?}", events);
    }

    #[test]
    fn any_text_is_an_object_or_none(text in "\\PC*|1-0:1\\.8\\.1[()0-9.*kWh\\r\\n]*") {
        if let Some(object) = Object::parse(text.as_bytes()) {
            let groups: usize = object.groups().map(|group| group.len() + 2).sum();
            let printed = object.text().bytes().len();
            prop_assert!(groups <= printed && printed <= text.len());
        }
    }
}

#[test]
fn memory_stays_bounded_where_nothing_ever_ends() {
    let mut stream = Stream::new();
    for _ in 0..1_000 {
        stream.push(b"/MKS5\r\n1-0:1.7.0(01.000*kW)\r\n");
        stream.push(&[b'x'; 4_000]);
        while stream.next_event().is_some() {}
    }
    let counters = stream.counters();
    assert_eq!(
        (counters.cut, counters.too_long, counters.telegrams),
        (999, 0, 0)
    );
    stream.push(&[b'x'; 4 * MAX_TELEGRAM]);
    assert_eq!(stream.next_event(), Some(Event::Refused(Refusal::TooLong)));
    assert_eq!(stream.next_event(), None);
    assert_eq!(stream.finish(), None);
}

#[test]
fn a_lenient_stream_hands_on_what_a_strict_one_refuses() {
    let damaged = include_bytes!("fixtures/dsmr-5.0-bad-crc.txt");
    assert_eq!(accepted(damaged).len(), 1);
    let (events, counters) = events(Stream::lenient(), &[damaged]);
    let seen: Vec<_> = events
        .iter()
        .map(|event| matches!(event, Event::Telegram(_, p1::Crc::Bad { .. })))
        .collect();
    assert_eq!(seen, [true, false]);
    assert_eq!((counters.telegrams, counters.refused()), (2, 0));
}
