//! Does the Tangle hold blocks with this device's keys that this device knows nothing of? Asked at start, and of each slot.

use std::collections::{HashMap, HashSet};

use channel::{OwnTag, Slot};
use readings::Lane;
use tangle::{Crowds, Tag};

use super::{Daemon, ListenError, letters};
use crate::device::{OwnFinds, OwnPlaces};

/// Pages that are looked at behind crowded tags of one lane, 16,384 blocks: a reader who crowds what this device wrote hides
/// nothing by it, unless they crowd it more than that.
const PAGES_BEHIND: usize = 256;
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
        let found = self.tangle().by_tags(&tags).await?;
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
        let letters = letters::fetch(&*self.tangle(), places.status.clone()).await?;
        finds.status = letters
            .iter()
            .rposition(|letter| !letter.joined().is_empty())
            .map_or(0, |last| last + 1);
        for (consent, next, keys) in &places.consents {
            let letters = letters::fetch(&*self.tangle(), keys.clone()).await?;
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
        let there = self.tangle().by_tags(&wanted).await?;
        let crowded: HashSet<Tag> = Crowds::crowded(&there).into_iter().collect();
        for stored in there {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        let mut pages = PAGES_BEHIND;
        // The latest first: whoever reads the lane can put junk under the tags of any slot, also of those to come.
        for own in tags.iter().rev() {
            let tag = Tag(own.tag.into());
            let Some(blocks) = found.remove(&tag) else {
                continue;
            };
            let mut own_blocks = self.device().own_among(lane, own, blocks)?;
            if own_blocks.is_empty() && crowded.contains(&tag) {
                own_blocks = self.own_behind(lane, own, &mut pages).await?;
            }
            match own.slot {
                _ if own_blocks.is_empty() => {}
                None => finds.rotated.push((lane, own_blocks)),
                Some(slot) if finds.ahead.iter().all(|(known, ..)| *known != lane) => {
                    let blocks = self.blocks_of(lane, slot, &mut pages).await?;
                    finds.ahead.push((lane, slot, blocks));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Own blocks behind a crowd; what is not is dropped page by page.
    async fn own_behind(
        &self,
        lane: Lane,
        own: &OwnTag,
        pages: &mut usize,
    ) -> Result<Vec<Vec<u8>>, ListenError> {
        let (mut crowds, mut more) = (Crowds::default(), true);
        while more && *pages > 0 {
            let tag = Tag(own.tag.into());
            let (page, another) = crowds.next_page(&*self.tangle(), tag).await?;
            (more, *pages) = (another, *pages - 1);
            let blocks = page.into_iter().map(|stored| stored.data).collect();
            let found = self.device().own_among(lane, own, blocks)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Whatever lies under the tags of one slot in which this device wrote, behind crowds too.
    async fn blocks_of(
        &self,
        lane: Lane,
        slot: Slot,
        pages: &mut usize,
    ) -> Result<Vec<Vec<u8>>, ListenError> {
        let tags = self.device().slot_tags(lane, slot)?;
        let tags: Vec<Tag> = tags.into_iter().map(|tag| Tag(tag.into())).collect();
        let found = self.tangle().by_tags(&tags).await?;
        let crowded = Crowds::crowded(&found);
        let mut blocks: Vec<Vec<u8>> = found.into_iter().map(|stored| stored.data).collect();
        let mut crowds = Crowds::default();
        for tag in crowded {
            let mut more = true;
            while more && *pages > 0 {
                let (page, another) = crowds.next_page(&*self.tangle(), tag).await?;
                (more, *pages) = (another, *pages - 1);
                let page = page.into_iter().map(|stored| stored.data).collect();
                blocks.extend(self.device().own_in_slot(lane, slot, page)?);
            }
        }
        Ok(blocks)
    }
}
