//! Properties 1, 2, 6 and 8 together: whatever happens in whatever order, every reader reads exactly the slots from its
//! grant up to the rotation that left it out, once each, without a false alarm.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{LanePairwise, Publisher, Reader, SealedBlock, Slot};
use proptest::prelude::*;
use std::collections::BTreeSet;
use support::{House, forks, texts};

#[derive(Clone, Debug)]
enum Step {
    /// Slots that are left out before the next one, and how long its body is.
    Publish(u64, usize),
    /// How many slots ahead the new epoch begins, and which readers leave.
    Rotate(u64, u8),
    Admit,
    Follow(usize),
    RestartDevice,
    RestartReader(usize),
    /// The Tangle withholds the next blocks until the end.
    Withhold,
}

fn step() -> impl Strategy<Value = Step> {
    let length = prop_oneof![4 => 0..1000_usize, 1 => 1000..8000_usize];
    let skipped = prop_oneof![16 => Just(0), 4 => 0..5_u64, 1 => 0..500_u64];
    prop_oneof![
        8 => (skipped, length).prop_map(|(skipped, length)| Step::Publish(skipped, length)),
        2 => (0..4_u64, any::<u8>()).prop_map(|(ahead, leave)| Step::Rotate(ahead, leave)),
        2 => Just(Step::Admit),
        3 => any::<usize>().prop_map(Step::Follow),
        1 => Just(Step::RestartDevice),
        1 => any::<usize>().prop_map(Step::RestartReader),
        1 => Just(Step::Withhold),
    ]
}

struct Member {
    reader: Reader,
    pairwise: LanePairwise,
    end: Option<Slot>,
    read: Vec<String>,
}

struct Story {
    house: House,
    members: Vec<Member>,
    published: Vec<(Slot, String)>,
    withheld: Vec<SealedBlock>,
    withhold: bool,
}

impl Story {
    fn post(&mut self, blocks: Vec<SealedBlock>) {
        match std::mem::take(&mut self.withhold) {
            true => self.withheld.extend(blocks),
            false => self.house.tangle.post_all(&blocks),
        }
    }

    fn follow(&mut self, index: usize) {
        let member = &mut self.members[index];
        let events = self
            .house
            .tangle
            .follow(&mut member.reader, self.house.now());
        assert_eq!(forks(&events), 0, "{events:?}");
        member.read.extend(texts(&events));
    }

    fn take(&mut self, step: Step) {
        let count = self.members.len().max(1);
        match step {
            Step::Publish(skipped, length) => {
                let slot = Slot(self.house.next_slot().0 + skipped);
                let text = format!("{slot}:{}", "z".repeat(length));
                let rng = &mut self.house.rng;
                let kind = channel::BlockKind::Data;
                let blocks = self
                    .house
                    .publisher
                    .publish(slot, kind, 1, text.as_bytes(), rng)
                    .unwrap();
                self.published.push((slot, text));
                self.post(blocks);
            }
            Step::Rotate(ahead, leave) => {
                let first_slot = Slot(self.house.publisher.earliest_grant().0 + ahead);
                for (index, member) in self.members.iter_mut().enumerate() {
                    if leave >> (index % 8) & 1 == 1 && member.end.is_none() {
                        member.end = Some(first_slot);
                    }
                }
                let staying = || self.members.iter().filter(|member| member.end.is_none());
                let mut keys = staying()
                    .map(|member| member.pairwise.clone())
                    .collect::<Vec<_>>();
                let blocks = self
                    .house
                    .publisher
                    .rotate(first_slot, &mut keys, &mut self.house.rng)
                    .unwrap();
                let staying = self
                    .members
                    .iter_mut()
                    .filter(|member| member.end.is_none());
                staying
                    .zip(keys)
                    .for_each(|(member, key)| member.pairwise = key);
                self.post(blocks);
            }
            Step::Admit => {
                let (reader, pairwise) = self.house.admit();
                self.members.push(Member {
                    reader,
                    pairwise,
                    end: None,
                    read: Vec::new(),
                });
            }
            Step::Follow(index) if !self.members.is_empty() => self.follow(index % count),
            Step::RestartReader(index) if !self.members.is_empty() => {
                let member = &mut self.members[index % count];
                member.reader = Reader::from_state(&member.reader.to_state()).unwrap();
            }
            Step::RestartDevice => {
                self.house.publisher =
                    Publisher::from_state(&self.house.publisher.to_state()).unwrap();
            }
            Step::Withhold => self.withhold = true,
            Step::Follow(_) | Step::RestartReader(_) => {}
        }
    }

    fn end(mut self) {
        let late = std::mem::take(&mut self.withheld);
        self.house.tangle.post_all(&late);
        for index in 0..self.members.len() {
            // As many rounds as it takes to look through every gap once more.
            for _ in 0..2 {
                self.follow(index);
            }
            let Member {
                reader,
                pairwise,
                end,
                read,
            } = &self.members[index];
            let may =
                |slot: &Slot| *slot >= pairwise.from_slot() && end.is_none_or(|end| *slot < end);
            let expected = self
                .published
                .iter()
                .filter(|(slot, _)| may(slot))
                .map(|(_, text)| text);
            let once = read.iter().collect::<BTreeSet<_>>();
            assert_eq!(once.len(), read.len(), "nothing is read twice");
            assert_eq!(once, expected.collect());
            assert_eq!(reader.gaps(), []);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn in_every_story(steps in prop::collection::vec(step(), 1..30)) {
        let mut story = Story {
            house: House::new(),
            members: Vec::new(),
            published: Vec::new(),
            withheld: Vec::new(),
            withhold: false,
        };
        story.take(Step::Admit);
        steps.into_iter().for_each(|step| story.take(step));
        story.end();
    }
}
