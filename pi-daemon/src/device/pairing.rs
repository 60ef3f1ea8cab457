//! Getting an owner, and losing one.

use std::time::Duration;

use ::pairing::{DevicePairing, Lapse, Offer, OfferedLane, Reaction, Route, Status, post::Place};
use channel::{Chain, MessageAssembler, SealedFragment, seal_unsigned};
use consent::{ControlMessage, DeviceConsents};
use readings::{Granularity, Lane};

use super::{Device, DeviceError};
use crate::socket::Answer;
use crate::store::outbox;
use crate::store::settings::{self, Name};
use data_dir::random;

/// A pairing message that is to be posted.
pub(crate) struct Reply {
    /// Not before so much time has passed: every refusal takes equally long.
    pub(crate) after: Duration,
    message: Vec<u8>,
    place: Place,
}

impl From<::pairing::Reply> for Reply {
    fn from(reply: ::pairing::Reply) -> Self {
        Self {
            after: reply.after,
            message: reply.message,
            place: reply.place,
        }
    }
}

impl Device {
    /// Lets go of the owner as if DEVICE_DELETED had come.
    ///
    /// # Errors
    /// [`DeviceError`]; among them that there is no owner.
    pub(crate) fn unpair(&mut self, now: u64) -> Result<Answer, DeviceError> {
        if self.pairing.paired().is_none() {
            return Err(DeviceError::NoOwner);
        }
        let deleted = ControlMessage::DeviceDeleted { at: now };
        self.in_one_transaction(now, |work| {
            if !work.consents.is_owned() {
                work.left = true;
                return Ok(());
            }
            work.obey(&deleted, u32::MAX, now)
        })?;
        Ok(Answer::Unpaired)
    }

    /// Whether a wallet is pairing, or may begin to.
    pub(crate) fn is_pairing(&mut self, now: u64) -> bool {
        !matches!(
            self.pairing.status(now),
            Status::Unpaired | Status::Paired | Status::Locked { .. }
        )
    }

    /// Puts a pairing message into the outbox.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn post(&mut self, reply: &Reply) -> Result<(), DeviceError> {
        let key = self.pairing.code().secret().message_key(reply.place);
        let fragments = seal_unsigned(&key, &reply.message, &mut random::generator())?;
        Ok(self.store.transaction(|db| {
            fragments.iter().try_for_each(|fragment: &SealedFragment| {
                outbox::add(
                    db,
                    "pairing",
                    fragment.tag.as_bytes(),
                    fragment.data.as_slice(),
                )
            })
        })?)
    }

    pub(super) fn pairing_tick(&mut self, now: u64) {
        self.near_tick();
        self.window_tick();
        let lapse = self.pairing.tick(self.pairing_moment(now));
        match lapse {
            None => return,
            Some(Lapse::Window) => {
                tracing::info!(
                    "the pairing window is closed; open it again with: {}",
                    self.command("pair")
                );
            }
            Some(Lapse::Pending) => {
                tracing::warn!(
                    "the wallet that paired did not add this device within ten minutes; it has no owner"
                );
            }
            Some(Lapse::Session(route @ Route::Bluetooth(_), reply)) => {
                tracing::info!("a wallet took too long to pair");
                self.late_word = Some((route, reply.message));
            }
            Some(Lapse::Session(Route::Tangle, reply)) => {
                tracing::info!("a wallet took too long to pair");
                if let Err(error) = self.post(&reply.into()) {
                    tracing::warn!("the wallet could not be told: {error}");
                }
            }
        }
        if let Err(error) = self.store_pairing() {
            tracing::warn!("{error}");
        }
    }

    /// The state is stored before anything is answered.
    pub(super) fn pairing_messages(
        &mut self,
        letter: &MessageAssembler,
        now: u64,
    ) -> Result<Vec<Reply>, DeviceError> {
        let offer = self.offer();
        let moment = self.pairing_moment(now);
        let mut replies = Vec::new();
        // The newest first: an older claim may be of a wallet that gave up, and what cancels a claim comes after it.
        for joined in letter.joined().iter().rev() {
            let reaction = self.pairing.receive(
                moment,
                Route::Tangle,
                joined.bytes(),
                &self.identity,
                &offer,
                &mut random::generator(),
            );
            match reaction {
                Reaction::Answer(reply) => replies.push(reply.into()),
                Reaction::Cancelled => tracing::info!("a wallet gave up pairing"),
                Reaction::Silence(why) => tracing::debug!("{why}"),
            }
        }
        self.store_pairing()?;
        Ok(replies)
    }

    /// DEVICE_ADDED came: whatever an earlier owner left is forgotten.
    pub(super) fn become_owned(&mut self, now: u64) -> Result<(), DeviceError> {
        let Ok(paired) = self.pairing.added(self.pairing_moment(now)) else {
            return Err(DeviceError::NoOwner);
        };
        let (control, status) = (
            Chain::new(*paired.to_device()),
            Chain::new(*paired.to_wallet()),
        );
        let pairing = self.pairing.to_state();
        self.store.transaction(|db| {
            settings::set(db, Name::Pairing, &pairing)?;
            settings::set(db, Name::Control, &control.to_state())?;
            settings::set(db, Name::Status, &status.to_state())?;
            settings::set_number(db, Name::OwnedSince, now)?;
            settings::set(db, Name::Consents, &DeviceConsents::new().to_bytes())
        })?;
        self.consents = DeviceConsents::new();
        tracing::info!("this device has an owner");
        Ok(())
    }

    /// What stays of an owner who is gone: nothing. Part of the transaction in which they go.
    pub(super) fn without_owner(
        state: &DevicePairing,
        db: &rusqlite::Connection,
    ) -> Result<(), DeviceError> {
        let mut pairing = DevicePairing::from_state(&state.to_state())?;
        pairing.remove();
        settings::set(db, Name::Pairing, &pairing.to_state())?;
        for name in [Name::Control, Name::Status, Name::OwnedSince, Name::RollUps] {
            settings::remove(db, name)?;
        }
        Ok(())
    }

    /// Stores the pairing if that would change anything: what strangers say by radio wears out no card.
    pub(super) fn store_pairing(&mut self) -> Result<(), DeviceError> {
        let state = self.pairing.to_state();
        if settings::get(self.store.read(), Name::Pairing)?.is_some_and(|stored| stored == state) {
            return Ok(());
        }
        Ok(self
            .store
            .transaction(|db| settings::set(db, Name::Pairing, &state))?)
    }

    pub(super) fn offer(&self) -> Offer {
        let lanes = Lane::ALL.into_iter().map(|lane| OfferedLane {
            lane: lane.code(),
            slot_seconds: match lane.granularity {
                Granularity::Live => self.live_slot(),
                _ => lane.default_slot_seconds(),
            },
            root: None,
        });
        Offer {
            name: match &self.name {
                Some(name) => format!("{name} ({})", host_name()),
                None => host_name(),
            },
            lanes: lanes.collect(),
        }
    }
}

fn host_name() -> String {
    std::fs::read_to_string("/etc/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Raspberry Pi".to_owned())
}
