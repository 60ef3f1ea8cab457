//! A house with one lane, its readers, and a Tangle in memory.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests; not every file uses everything"
)]

pub(crate) mod insider;

use channel::{
    BlockKind, ChannelId, Event, Grant, LanePairwise, Pairwise, Publisher, Reader, SealedBlock,
    Slot, SlotLength, Tag, open_grant, seal_grant,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::BTreeMap;

pub(crate) const CONSENT: [u8; 16] = [9; 16];

pub(crate) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Blocks by tag, earliest first.
#[derive(Default, Clone)]
pub(crate) struct Tangle(pub(crate) BTreeMap<Tag, Vec<Vec<u8>>>);

impl Tangle {
    pub(crate) fn post(&mut self, tag: Tag, data: &[u8]) {
        self.0.entry(tag).or_default().push(data.to_vec());
    }

    pub(crate) fn post_all(&mut self, blocks: &[SealedBlock]) {
        blocks
            .iter()
            .for_each(|block| self.post(block.tag, block.data.as_slice()));
    }

    pub(crate) fn at(&self, tag: &Tag) -> &[Vec<u8>] {
        self.0.get(tag).map(Vec::as_slice).unwrap_or_default()
    }

    /// Asks and offers until a round brings nothing.
    pub(crate) fn follow(&self, reader: &mut Reader, now: u64) -> Vec<Event> {
        let mut events = Vec::new();
        let mut idle = 0;
        for round in 0.. {
            if idle >= 3 {
                break;
            }
            assert!(round < 1000, "the reader never comes to an end: {reader:?}");
            events.extend(self.round(reader, now));
            idle = if reader.wants_another_round() {
                0
            } else {
                idle + 1
            };
        }
        events
    }

    pub(crate) fn round(&self, reader: &mut Reader, now: u64) -> Vec<Event> {
        let tags = reader.wanted(now);
        assert!(tags.len() <= 512, "a round is bounded");
        tags.iter()
            .filter(|tag| !self.at(tag).is_empty())
            .flat_map(|tag| reader.offer(tag, self.at(tag)))
            .collect()
    }
}

/// One lane of one device.
pub(crate) struct House {
    pub(crate) publisher: Publisher,
    pub(crate) tangle: Tangle,
    pub(crate) rng: ChaCha20Rng,
}

pub(crate) const START: Slot = Slot(29_000_000);

impl House {
    pub(crate) fn new() -> Self {
        Self::with_slot(60, START)
    }

    pub(crate) fn with_slot(seconds: u32, start: Slot) -> Self {
        let mut rng = rng(1);
        let length = SlotLength::new(seconds).unwrap();
        let publisher = Publisher::start(ChannelId::from([5; 16]), length, start, &mut rng);
        Self {
            publisher,
            tangle: Tangle::default(),
            rng,
        }
    }

    pub(crate) fn next_slot(&self) -> Slot {
        self.publisher.position().1
    }

    /// The time at which the last published slot ended.
    pub(crate) fn now(&self) -> u64 {
        self.publisher.slot_length().start_of(self.next_slot())
    }

    /// Grants the lane the way the device does, and opens the grant the way a provider does.
    pub(crate) fn admit(&mut self) -> (Reader, LanePairwise) {
        self.admit_from(self.next_slot())
    }

    pub(crate) fn admit_from(&mut self, from: Slot) -> (Reader, LanePairwise) {
        let keys = self.publisher.lane_keys(from).unwrap();
        let (pairwise, theirs) = granted(
            &Grant {
                consent: CONSENT,
                lanes: vec![(1, keys.clone())],
                history: None,
            },
            &mut self.rng,
        );
        (
            Reader::new(keys.clone(), &theirs).unwrap(),
            pairwise.lane(&keys),
        )
    }

    pub(crate) fn publish(&mut self, text: &str) -> Vec<SealedBlock> {
        self.publish_at(self.next_slot(), text)
    }

    pub(crate) fn publish_at(&mut self, slot: Slot, text: &str) -> Vec<SealedBlock> {
        let blocks = self
            .publisher
            .publish(slot, BlockKind::Data, 1, text.as_bytes(), &mut self.rng)
            .unwrap();
        self.tangle.post_all(&blocks);
        blocks
    }

    pub(crate) fn rotate(&mut self, readers: &mut [LanePairwise]) -> Vec<SealedBlock> {
        self.rotate_at(self.next_slot(), readers)
    }

    pub(crate) fn rotate_at(
        &mut self,
        slot: Slot,
        readers: &mut [LanePairwise],
    ) -> Vec<SealedBlock> {
        let blocks = self.publisher.rotate(slot, readers, &mut self.rng).unwrap();
        self.tangle.post_all(&blocks);
        blocks
    }

    pub(crate) fn follow(&self, reader: &mut Reader) -> Vec<Event> {
        self.tangle.follow(reader, self.now())
    }
}

/// Through HPKE and back.
pub(crate) fn granted(grant: &Grant, rng: &mut ChaCha20Rng) -> (Pairwise, Pairwise) {
    let key = kem::SecretKey::from_seed(&[3; 32]);
    let secret = [4; 32];
    let (bytes, ours) = seal_grant(grant, key.public_key(), &secret, rng).unwrap();
    let (opened, theirs) = open_grant(&bytes, &key, &secret, &CONSENT).unwrap();
    assert_eq!(&opened, grant);
    assert_eq!(ours, theirs);
    (ours, theirs)
}

/// The batches among `events`, as text.
pub(crate) fn texts(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Data { body, .. } | Event::History { body, .. } => {
                Some(String::from_utf8_lossy(body).into_owned())
            }
            _ => None,
        })
        .collect()
}

pub(crate) fn forks(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::Fork { .. }))
        .count()
}

pub(crate) fn gaps(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::Gap(_)))
        .count()
}
