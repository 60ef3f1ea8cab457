//! What is published, and under which topics.

use bytes::Bytes;
use serde::Serialize;
use tangle::BlockId;

use super::{Broker, topic};
use crate::{metadata::Metadata, milestone::MilestoneInfo};

/// A block that was taken.
pub(crate) struct BlockEvent<'a> {
    pub(crate) id: BlockId,
    /// Of tagged data; perhaps empty.
    pub(crate) tag: Option<&'a [u8]>,
    pub(crate) bytes: &'a Bytes,
    pub(crate) parents: &'a [BlockId],
    /// The payload of a milestone.
    pub(crate) milestone: Option<(u32, &'a Bytes)>,
}

/// What a subscriber is told at once, before anything happens.
pub(crate) struct InitialState {
    pub(crate) latest: Option<MilestoneInfo>,
    pub(crate) metadata: Option<Metadata>,
}

impl Broker {
    /// A block is on disk.
    pub(crate) fn block(&self, event: &BlockEvent<'_>) {
        let bytes = || event.bytes.clone();
        self.publish(topic::BLOCKS, bytes);
        if let Some(tag) = event.tag {
            self.publish(topic::TAGGED_DATA, bytes);
            if !tag.is_empty() {
                self.publish(&topic::tagged_data(tag), bytes);
            }
        }
        if let Some((_, payload)) = event.milestone {
            self.publish(topic::MILESTONES, || payload.clone());
        }
        let metadata = || {
            json(&Metadata::unreferenced(
                event.id,
                event.parents.to_vec(),
                event.milestone.map(|(index, _)| index),
            ))
        };
        self.publish(&topic::metadata(event.id), metadata);
    }

    /// A milestone is on disk, and with it the ledger's state.
    pub(crate) fn milestone(&self, info: &MilestoneInfo) {
        self.publish(topic::MILESTONE_LATEST, || json(info));
        self.publish(topic::MILESTONE_CONFIRMED, || json(info));
    }

    /// A milestone refers to this block. The metadata is only made when somebody listens.
    pub(crate) fn referenced(&self, id: BlockId, metadata: impl FnOnce() -> Metadata) {
        let single = topic::metadata(id);
        let (to_one, to_all) = (
            self.has_subscribers(&single),
            self.has_subscribers(topic::REFERENCED),
        );
        if to_one || to_all {
            let payload = json(&metadata());
            self.publish(&single, || payload.clone());
            self.publish(topic::REFERENCED, || payload);
        }
    }
}

impl super::Subscriber<'_> {
    /// Tells what is known already under a topic: the last milestone, the metadata of the block that it names.
    pub(super) fn greet(&self, topic: &str, state: InitialState) {
        match topic {
            topic::MILESTONE_LATEST | topic::MILESTONE_CONFIRMED => {
                if let Some(latest) = state.latest {
                    self.hand(topic, json(&latest));
                }
            }
            _ => {
                if let Some(metadata) = state.metadata {
                    self.hand(topic, json(&metadata));
                }
            }
        }
    }
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).map_or_else(
        |error| {
            tracing::error!("an event cannot be written: {error}");
            Bytes::new()
        },
        Bytes::from,
    )
}
