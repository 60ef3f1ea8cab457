//! Two chains that show what is missing or changed: the shared log of a consent, and the wallet's journal.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use consent::journal::{JournalHead, verify};
use consent::{
    ConsentLog, ConsentMessage, Fork, JournalEntry, JournalError, LogError, MessageError, Writer,
};

fn entry(what: &str) -> JournalEntry {
    JournalEntry::Exported { what: what.into() }
}

fn journal(words: &[&str]) -> Vec<Vec<u8>> {
    let mut head = JournalHead::START;
    let write = |word: &&str| {
        let (_, body, next) = head.write(entry(word), 7);
        head = next;
        body.to_vec()
    };
    words.iter().map(write).collect()
}

#[test]
fn a_whole_journal_is_found_whole() {
    let records = verify(journal(&["a", "b", "c"])).unwrap();
    let said: Vec<&JournalEntry> = records.iter().map(|record| &record.entry).collect();
    assert_eq!(said, [&entry("a"), &entry("b"), &entry("c")]);
}

#[test]
fn whatever_is_missing_moved_or_changed_is_seen() {
    let good = journal(&["a", "b", "c"]);
    let other = journal(&["x", "b", "c"]);
    let without = |index: usize| {
        good.iter()
            .enumerate()
            .filter(|(i, _)| *i != index)
            .map(|(_, b)| b.clone())
            .collect()
    };
    let cases: Vec<(Vec<Vec<u8>>, JournalError)> = vec![
        (
            without(0),
            JournalError::WrongNumber {
                expected: 0,
                given: 1,
            },
        ),
        (
            without(1),
            JournalError::WrongNumber {
                expected: 1,
                given: 2,
            },
        ),
        (
            vec![good[0].clone(), good[0].clone()],
            JournalError::WrongNumber {
                expected: 1,
                given: 0,
            },
        ),
        (
            vec![other[0].clone(), good[1].clone()],
            JournalError::BrokenChain { number: 1 },
        ),
    ];
    for (bodies, expected) in cases {
        assert_eq!(verify(bodies), Err(expected));
    }
    for index in 0..good[1].len() {
        let mut changed = good.clone();
        changed[1][index] ^= 1;
        assert!(
            verify(changed).is_err(),
            "a bit of byte {index} changed unnoticed"
        );
    }
}

#[test]
fn of_two_wallets_that_write_at_once_the_first_counts_for_both() {
    let mut head = JournalHead::START;
    let (_, first, _) = head.write(entry("mine"), 1);
    let (_, second, _) = head.write(entry("yours"), 1);
    let record = head
        .read_first(&[b"junk".to_vec(), first.to_vec(), second.to_vec()])
        .unwrap()
        .unwrap();
    assert_eq!(record.entry, entry("mine"));
    // The other wallet's entry follows from nothing any more; it is written again, after the first.
    assert!(matches!(
        head.read_first(&[second.to_vec()]),
        Err(JournalError::WrongNumber { .. })
    ));
    let (again, body, _) = head.write(entry("yours"), 2);
    assert_eq!(head.read(&body).unwrap(), again);
    assert_eq!(head.read_first(&Vec::<Vec<u8>>::new()), Ok(None));
}

/// Three parties, and everything that is said delivered to all.
#[derive(Default)]
struct Parties {
    logs: [ConsentLog; 3],
}

impl Parties {
    fn say(&mut self, message: ConsentMessage) -> (Writer, u32, Vec<u8>) {
        let writer = message.writer();
        let (number, body) = self.logs[index(writer)].write(message, 9);
        (writer, number, body.to_vec())
    }

    fn deliver(
        &mut self,
        to: Writer,
        (writer, number, body): &(Writer, u32, Vec<u8>),
    ) -> Result<bool, LogError> {
        self.logs[index(to)]
            .read(*writer, *number, body)
            .map(|envelope| envelope.is_some())
    }
}

fn index(writer: Writer) -> usize {
    Writer::ALL
        .iter()
        .position(|other| *other == writer)
        .unwrap()
}

#[test]
fn three_parties_share_one_log() {
    let mut parties = Parties::default();
    let said = [
        ConsentMessage::Granted { lanes: vec![] },
        ConsentMessage::Accepted,
        ConsentMessage::AuthorizationRevoked,
        ConsentMessage::RevokedAck { lanes: vec![] },
        ConsentMessage::Stopped,
    ];
    for message in said {
        let said = parties.say(message);
        for to in Writer::ALL.into_iter().filter(|to| *to != said.0) {
            assert_eq!(parties.deliver(to, &said), Ok(true));
            assert_eq!(
                parties.deliver(to, &said),
                Ok(false),
                "a repetition is no news"
            );
        }
    }
    let [wallet, device, provider] = &parties.logs;
    assert_eq!((wallet, device), (device, provider));
    assert_eq!(
        ConsentLog::from_bytes(&wallet.to_bytes()).as_ref(),
        Ok(wallet)
    );
}

#[test]
fn a_message_before_its_turn_waits() {
    let mut parties = Parties::default();
    let _first = parties.say(ConsentMessage::Accepted);
    let second = parties.say(ConsentMessage::Resync);
    let expected = LogError::OutOfOrder {
        writer: Writer::Provider,
        expected: 0,
        given: 1,
    };
    assert_eq!(parties.deliver(Writer::Wallet, &second), Err(expected));
}

#[test]
fn what_others_have_seen_and_we_have_not_is_known() {
    let mut parties = Parties::default();
    let granted = parties.say(ConsentMessage::Granted { lanes: vec![] });
    parties.deliver(Writer::Provider, &granted).unwrap();
    let (writer, number, body) = parties.say(ConsentMessage::Accepted);
    let envelope = parties.logs[0]
        .read(writer, number, &body)
        .unwrap()
        .unwrap();
    assert_eq!(
        parties.logs[0].missing(&envelope.seen),
        [(Writer::Device, 1)]
    );
    parties.deliver(Writer::Wallet, &granted).unwrap();
    assert_eq!(parties.logs[0].missing(&envelope.seen), []);
}

/// A device shows the wallet one message and the provider another. In whichever order they are read, the wallet finds
/// out from the provider, and still hears what the provider says.
#[test]
fn a_device_that_tells_two_stories_is_found_out_and_silences_nobody() {
    for provider_first in [false, true] {
        let mut parties = Parties::default();
        let mut liar = parties.logs[1].clone();
        let to_wallet = parties.say(ConsentMessage::RevokedAck { lanes: vec![] });
        let (number, body) = liar.write(ConsentMessage::Granted { lanes: vec![] }, 9);
        let to_provider = (Writer::Device, number, body.to_vec());
        parties.deliver(Writer::Provider, &to_provider).unwrap();
        let stopped = parties.say(ConsentMessage::Stopped);

        let order = if provider_first {
            [&stopped, &to_wallet]
        } else {
            [&to_wallet, &stopped]
        };
        for message in order {
            assert_eq!(parties.deliver(Writer::Wallet, message), Ok(true));
            parties.logs[0] = ConsentLog::from_bytes(&parties.logs[0].to_bytes()).unwrap();
        }
        let fork = Fork {
            said_by: Writer::Provider,
            writer: Writer::Device,
            number: 0,
        };
        assert_eq!(parties.logs[0].forks(), [fork]);
        // The other story under the same number, seen directly.
        let direct = LogError::Forked {
            said_by: Writer::Device,
            writer: Writer::Device,
            number: 0,
        };
        assert_eq!(parties.deliver(Writer::Wallet, &to_provider), Err(direct));
        // It goes on, and the fork is noted once.
        let purged = parties.say(ConsentMessage::Purged { readings: 1 });
        assert_eq!(parties.deliver(Writer::Wallet, &purged), Ok(true));
        assert_eq!(parties.logs[0].forks(), [fork]);
    }
}

#[test]
fn a_message_of_a_later_version_is_skipped_and_the_next_one_read() {
    let mut log = ConsentLog::new();
    // {0: [], 1: 5, 2: [99, {}]}
    let unknown = [1, 0xa3, 0, 0x80, 1, 5, 2, 0x82, 0x18, 99, 0xa0];
    let error = log.read(Writer::Provider, 0, &unknown).unwrap_err();
    assert!(
        matches!(error, LogError::Message(MessageError::UnknownKind { .. })),
        "{error}"
    );
    assert_eq!(log.next(Writer::Provider), 1);
    let mut provider = log.clone();
    let (number, body) = provider.write(ConsentMessage::Stopped, 6);
    assert_eq!(number, 1);
    assert!(log.read(Writer::Provider, number, &body).unwrap().is_some());
}

#[test]
fn a_long_log_stays_small() {
    let mut parties = Parties::default();
    for _ in 0..500 {
        let said = parties.say(ConsentMessage::Resync);
        parties.deliver(Writer::Wallet, &said).unwrap();
    }
    assert_eq!(parties.logs[0].next(Writer::Provider), 500);
    assert!(parties.logs[0].to_bytes().len() < 3_000);
}
