//! What a simulated meter says is what `p1` understands, in every dialect and with everything that goes wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use p1::{Event, Keys, Refusal, Stream, Value};
use simulated_meter::{Dialect, Fault, Household, Sealer};

const NOON: i64 = 1_750_500_000;

fn telegram(dialect: Dialect, at: i64) -> Vec<u8> {
    Household::new(1).with_dialect(dialect).telegram_at(at)
}

fn events(mut stream: Stream, bytes: &[u8]) -> Vec<Event> {
    stream.push(bytes);
    let mut events: Vec<_> = std::iter::from_fn(|| stream.next_event()).collect();
    events.extend(std::iter::from_fn(|| stream.finish()));
    events
}

#[test]
fn every_dialect_is_found_and_every_object_understood() {
    for (dialect, found) in [
        ("2.2", "DSMR 2.2/3.0"),
        ("3.0", "DSMR 2.2/3.0"),
        ("itron", "DSMR 2, Itron"),
        ("4.0", "DSMR 4.0"),
        ("4.2", "DSMR 4.2"),
        ("5.0", "DSMR 5.0"),
        ("belgium", "e-MUCS 50221"),
        ("luxembourg", "Smarty (DSMR 4.2)"),
        ("austria", "DSMR 5 companion, Austria"),
        ("nordic", "DSMR 5 companion, Sweden and Denmark"),
        ("hungary", "DSMR 5 companion, Hungary"),
        ("lithuania", "DSMR 5 companion, Lithuania"),
        ("ireland", "DSMR 5 companion, Ireland"),
        ("germany", "D0"),
        ("heat", "DSMR 5.0"),
    ] {
        let bytes = telegram(dialect.parse().unwrap(), NOON);
        let mut stream = Stream::new();
        stream.push(&bytes);
        let telegram = stream.next_telegram().unwrap().unwrap();
        assert_eq!(telegram.dialect().to_string(), found);
        assert_eq!(telegram.odd_lines().count(), 0, "{dialect}");
        for object in telegram.objects() {
            let value = object.value();
            let known = !matches!(value, Value::Unknown(_) | Value::Unreadable(_));
            assert!(known, "{dialect}: {object:?}");
        }
    }
    assert!("6.0".parse::<Dialect>().is_err());
}

#[test]
fn every_fault_costs_what_it_must_and_no_more() {
    let (first, second) = (
        telegram(Dialect::Dsmr50, NOON),
        telegram(Dialect::Dsmr50, NOON + 1),
    );
    for (name, fault) in Fault::NAMES {
        let bytes = [fault.befall(first.clone()), second.clone()].concat();
        let events = events(Stream::new(), &bytes);
        let accepted = events
            .iter()
            .filter(|event| matches!(event, Event::Telegram(..)))
            .count();
        let expected = match fault {
            Fault::FlippedBit | Fault::Cut | Fault::NoCrc => 1,
            _ => 2,
        };
        assert_eq!(accepted, expected, "{name}: {events:?}");
        let last = events
            .iter()
            .rfind(|event| matches!(event, Event::Telegram(..)));
        let Some(Event::Telegram(last, _)) = last else {
            panic!("{name}: the telegram after the fault is lost");
        };
        assert_eq!(last, &second, "{name}");
    }
}

#[test]
fn a_sealed_telegram_opens_with_its_keys_alone() {
    let plain = telegram(Dialect::Austria, NOON);
    let (key, authentication) = ([7; 16], [9; 16]);
    let mut sealer = Sealer::new(key, authentication);
    let sealed: Vec<u8> = (0..3).flat_map(|_| sealer.seal(&plain).unwrap()).collect();
    let opened = events(
        Stream::new().with_keys(Keys::new(&key, &authentication)),
        &sealed,
    );
    assert_eq!(opened, vec![Event::Telegram(plain, p1::Crc::Ok); 3]);
    let other = events(Stream::new().with_keys(Keys::new(&key, &key)), &sealed);
    assert_eq!(other, vec![Event::Refused(Refusal::BadTag); 3]);
    assert_eq!(
        events(Stream::new(), &sealed),
        vec![Event::Refused(Refusal::Encrypted); 3]
    );
}
