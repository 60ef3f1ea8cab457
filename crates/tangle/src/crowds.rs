//! Looking behind a crowd: tags under which somebody put more blocks than one look-up brings.

use std::collections::{HashMap, HashSet};

use crate::{Cursor, MAX_BLOCKS_PER_TAG, MAX_COLLECTED, Stored, Tag, Tangle, TangleError};

/// How many crowded tags are remembered. Beyond that a place is forgotten, and its crowd is walked through again.
const REMEMBERED: usize = 4_096;
/// Blocks under one tag that make it crowded where the whole answer was full.
const SOME: usize = 4;

/// How far behind each crowded tag somebody has looked.
///
/// A reader takes the first blocks of a tag with [`Tangle::by_tags`]. Where those are as many as there can be, what it
/// waits for may lie behind them: it goes on page by page, and every page of a crowd is looked at once
/// (`docs/protocol.md` section 7). So a crowd costs those who read what it cost to put it there, and not again with
/// every question.
#[derive(Debug, Default)]
pub struct Crowds {
    places: HashMap<Tag, Cursor>,
}

impl Crowds {
    /// The tags of which this answer of [`Tangle::by_tags`] may not show everything.
    #[must_use]
    pub fn crowded(found: &[Stored]) -> Vec<Tag> {
        let mut counts: HashMap<Tag, usize> = HashMap::new();
        let mut collected = 0_usize;
        for stored in found {
            *counts.entry(stored.tag).or_default() += 1;
            collected = collected.saturating_add(stored.data.len());
        }
        let many = match collected >= MAX_COLLECTED {
            true => SOME,
            false => MAX_BLOCKS_PER_TAG,
        };
        let mut crowded: Vec<Tag> = counts
            .into_iter()
            .filter_map(|(tag, count)| (count >= many).then_some(tag))
            .collect();
        crowded.sort_unstable();
        crowded
    }

    /// The next page under a crowded tag, at most [`MAX_BLOCKS_PER_TAG`] blocks, and whether there is another behind it.
    /// At the end of the crowd this is its last page, again and again, with what has come since.
    ///
    /// # Errors
    /// As [`Tangle::by_tags`].
    pub async fn next_page(
        &mut self,
        tangle: &dyn Tangle,
        tag: Tag,
    ) -> Result<(Vec<Stored>, bool), TangleError> {
        let page = tangle
            .by_tag_after(tag, self.places.get(&tag).copied())
            .await?;
        let more = page.next.is_some();
        if page.blocks.is_empty() {
            // There was something behind this place. Now another node answers, or this one was pruned: from the beginning.
            self.places.remove(&tag);
        }
        if let Some(next) = page.next {
            if self.places.len() >= REMEMBERED {
                self.places.clear();
            }
            self.places.insert(tag, next);
        }
        Ok((page.blocks, more))
    }

    /// Forgets every tag but those that are still asked for.
    pub fn keep(&mut self, asked: &[Tag]) {
        if !self.places.is_empty() {
            let asked: HashSet<&Tag> = asked.iter().collect();
            self.places.retain(|tag, _| asked.contains(tag));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::InMemory;

    const TAG: Tag = Tag([1; 32]);

    #[tokio::test]
    async fn every_page_of_a_crowd_is_looked_at_once_and_its_end_again_and_again() {
        let tangle = InMemory::new();
        for number in 0..150u8 {
            tangle.publish(TAG, &[number]).await.unwrap();
        }
        tangle.publish(Tag([2; 32]), b"alone").await.unwrap();
        let found = tangle.by_tags(&[TAG, Tag([2; 32])]).await.unwrap();
        assert_eq!(Crowds::crowded(&found), [TAG]);

        let mut crowds = Crowds::default();
        let mut seen = Vec::new();
        loop {
            let (page, more) = crowds.next_page(&tangle, TAG).await.unwrap();
            seen.extend(page.into_iter().flat_map(|stored| stored.data));
            if !more {
                break;
            }
        }
        assert_eq!(seen, (0..150).collect::<Vec<u8>>());

        tangle.publish(TAG, &[200]).await.unwrap();
        let (page, more) = crowds.next_page(&tangle, TAG).await.unwrap();
        assert_eq!(page.first().unwrap().data, [128]);
        assert_eq!(page.last().unwrap().data, [200]);
        assert!(!more);

        crowds.keep(&[]);
        let (page, _) = crowds.next_page(&tangle, TAG).await.unwrap();
        assert_eq!(page.first().unwrap().data, [0]);
    }

    #[tokio::test]
    async fn an_answer_that_is_full_makes_every_tag_with_some_blocks_suspect() {
        let stored = |tag: u8| Stored {
            id: crate::BlockId([tag; 32]),
            tag: Tag([tag; 32]),
            data: vec![0; MAX_COLLECTED / 8],
            at: None,
        };
        let found: Vec<Stored> = [1, 1, 1, 1, 2, 3, 4, 5].map(stored).into();
        assert_eq!(Crowds::crowded(&found), [TAG]);
    }
}
