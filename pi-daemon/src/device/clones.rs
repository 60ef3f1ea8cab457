//! Does another device publish with this one's keys? Then its card was copied, and readers see two stories.
//!
//! Each slot is looked at once, when the next one of its lane is sealed: its first tag must hold this device's own block and
//! nothing else that is signed with its key. Junk, which everybody can put there who saw the block, proves nothing.

use std::collections::BTreeMap;

use channel::{Publisher, SealedBlock, Slot, Tag};
use consent::Alert;
use readings::Lane;
use zeroize::Zeroizing;

use super::{Device, DeviceError};

/// What one slot was sealed with, and what came of it.
pub(super) struct Sealed {
    pub(super) lane: Lane,
    pub(super) slot: Slot,
    /// The publisher as it was before: afterwards the slot's keys are gone.
    pub(super) before: Zeroizing<Vec<u8>>,
    pub(super) first: SealedBlock,
}

/// The slots that are looked after.
#[derive(Default)]
pub(super) struct LookOut {
    newest: BTreeMap<Lane, Sealed>,
    due: BTreeMap<Lane, Sealed>,
    seen: Vec<Lane>,
}

impl LookOut {
    pub(super) fn note(&mut self, sealed: Sealed) {
        if let Some(before) = self.newest.insert(sealed.lane, sealed) {
            self.due.insert(before.lane, before);
        }
    }

    /// Whether another device with these keys was noticed.
    pub(super) fn saw_another(&self) -> bool {
        !self.seen.is_empty()
    }
}

impl Device {
    /// The tags under which nothing but this device's own blocks should lie.
    pub(crate) fn own_only(&self) -> Vec<(Lane, Tag)> {
        let due = self.look_out.due.iter();
        due.map(|(lane, sealed)| (*lane, sealed.first.tag))
            .collect()
    }

    /// Judges what lies under the tag of a lane's slot; tells the owner, once a lane, if another device wrote there.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn looked(
        &mut self,
        lane: Lane,
        found: &[Vec<u8>],
        now: u64,
    ) -> Result<(), DeviceError> {
        let Some(sealed) = self.look_out.due.remove(&lane) else {
            return Ok(());
        };
        let foreign = |data: &&Vec<u8>| data.as_slice() != sealed.first.data.as_slice();
        let others: Vec<&Vec<u8>> = found.iter().filter(foreign).collect();
        let signed_with_own_key = !others.is_empty()
            && Publisher::from_state(&sealed.before)?
                .adopt(sealed.slot, &others)
                .is_ok();
        if signed_with_own_key && !self.look_out.seen.contains(&lane) {
            self.look_out.seen.push(lane);
            tracing::warn!(
                "another device publishes {lane} with this device's keys: a copy of its card runs elsewhere. Switch the copy off, then start pi-daemon anew, so that all keys turn"
            );
            self.alert(Alert::ForkSeen { lane }, now)?;
        }
        Ok(())
    }
}
