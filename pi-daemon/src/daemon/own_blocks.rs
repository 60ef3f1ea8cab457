//! Does the Tangle hold blocks with this device's keys that this device knows nothing of? Asked at start, and of each slot.

use std::collections::HashMap;

use channel::{OwnTag, Slot};
use readings::Lane;
use tangle::Tag;

use super::{Daemon, ListenError, letters};
use crate::device::{OwnFinds, OwnPlaces};

/// Slots that are looked through from the last durable one on, and back from now; more in between if something is found.
const SLOTS: u64 = 1_000;

impl Daemon {
    /// Looks for own blocks from the last durable slot on, once after each start and before anything is published.
    pub(super) async fn look_for_own_blocks(&self) -> Result<(), ListenError> {
        if self.device().has_searched() {
            return Ok(());
        }
        let now = self.now();
        let places = self.device().own_places(SLOTS, now)?;
        let finds = self.find(&places).await?;
        self.device().searched(&finds, now)?;
        Ok(())
    }

    /// Looks whether slots that were published have blocks of another device with the same keys: one question, once a slot.
    pub(super) async fn look_for_another_with_the_same_keys(&self) -> Result<(), ListenError> {
        let due = self.device().own_only();
        if due.is_empty() {
            return Ok(());
        }
        let tags: Vec<Tag> = due.iter().map(|(_, tag)| Tag((*tag).into())).collect();
        let found = self.tangle.by_tags(&tags).await?;
        let now = self.now();
        for ((lane, _), tag) in due.iter().zip(&tags) {
            let there = found.iter().filter(|stored| stored.tag == *tag);
            let data: Vec<Vec<u8>> = there.map(|stored| stored.data.clone()).collect();
            self.device().looked(*lane, &data, now)?;
        }
        Ok(())
    }

    async fn find(&self, places: &OwnPlaces) -> Result<OwnFinds, ListenError> {
        let mut finds = OwnFinds::default();
        for (lane, tags) in &places.lanes {
            self.find_lane(*lane, tags, &mut finds).await?;
        }
        let letters = letters::fetch(&*self.tangle, places.status.clone()).await?;
        finds.status = letters
            .iter()
            .rposition(|letter| !letter.joined().is_empty())
            .map_or(0, |last| last + 1);
        for (consent, next, keys) in &places.consents {
            let letters = letters::fetch(&*self.tangle, keys.clone()).await?;
            let own = self.device().identity_key();
            let bodies = letters
                .iter()
                .map_while(|letter| letter.verified(&own, "consent"))
                .map(|opened| opened.body.to_vec());
            finds.said.extend(
                (*next..)
                    .zip(bodies)
                    .map(|(number, body)| (*consent, number, body)),
            );
        }
        Ok(finds)
    }

    async fn find_lane(
        &self,
        lane: Lane,
        tags: &[OwnTag],
        finds: &mut OwnFinds,
    ) -> Result<(), ListenError> {
        let wanted: Vec<Tag> = tags.iter().map(|own| Tag(own.tag.into())).collect();
        let mut found: HashMap<Tag, Vec<Vec<u8>>> = HashMap::new();
        for stored in self.tangle.by_tags(&wanted).await? {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        let mut last = None;
        for own in tags {
            let Some(blocks) = found.remove(&Tag(own.tag.into())) else {
                continue;
            };
            match own.slot {
                None => finds.rotated.push((lane, blocks)),
                Some(slot) => last = last.max(Some(slot)),
            }
        }
        if let Some(slot) = last {
            let blocks = self.blocks_of(lane, slot).await?;
            finds.ahead.push((lane, slot, blocks));
        }
        Ok(())
    }

    async fn blocks_of(&self, lane: Lane, slot: Slot) -> Result<Vec<Vec<u8>>, ListenError> {
        let tags = self.device().slot_tags(lane, slot)?;
        let tags: Vec<Tag> = tags.into_iter().map(|tag| Tag(tag.into())).collect();
        let found = self.tangle.by_tags(&tags).await?;
        Ok(found.into_iter().map(|stored| stored.data).collect())
    }
}
