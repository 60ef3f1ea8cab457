//! The outbox from the device's side: what goes out, what went, and what the owner is told.

use channel::Chain;
use consent::{DeviceStatus, Lanes, StatusMessage};

use super::work::Work;
use super::{Device, DeviceError};
use crate::store::channels;
use crate::store::outbox::{self, Parcel, Sent};
use crate::store::settings::{self, Name};

/// What kind of message a signature is for: part of what is signed, so that no message passes for one of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Control,
    Status,
    Consent,
    Inbox,
}

impl Context {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Status => "status",
            Self::Consent => "consent",
            Self::Inbox => "inbox",
        }
    }
}

impl Device {
    /// The first blocks that wait; none before the owner's control channel was read.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn to_be_sent(&self, limit: usize) -> Result<Vec<Parcel>, DeviceError> {
        if !self.node.heard {
            return Ok(Vec::new());
        }
        Ok(outbox::unsent(self.store.read(), limit)?)
    }

    /// Notes which blocks the node took, and under which ids.
    ///
    /// # Errors
    /// [`DeviceError`]; then they are sent again, with the same bytes.
    pub(crate) fn were_sent(
        &mut self,
        taken: &[(i64, [u8; 32])],
        now: u64,
    ) -> Result<(), DeviceError> {
        if taken.is_empty() {
            return Ok(());
        }
        self.store.transaction(|db| {
            taken
                .iter()
                .try_for_each(|(n, block)| outbox::sent(db, *n, block, now))
        })?;
        self.node.sent += taken.len() as u64;
        Ok(())
    }

    /// The node took a block after so long: proof of work and transport.
    pub(crate) fn block_took(&mut self, time: std::time::Duration) {
        self.pace.block_took(time);
    }

    /// Blocks that the node took before `before` and that are not confirmed yet.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn to_be_confirmed(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Sent>, DeviceError> {
        Ok(outbox::unconfirmed(self.store.read(), before, limit)?)
    }

    /// Forgets blocks that the ledger confirmed.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn were_confirmed(&mut self, confirmed: &[i64]) -> Result<(), DeviceError> {
        if confirmed.is_empty() {
            return Ok(());
        }
        Ok(self
            .store
            .transaction(|db| confirmed.iter().try_for_each(|n| outbox::confirmed(db, *n)))?)
    }

    /// The bytes of one block again.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn parcel(&self, n: i64) -> Result<Option<Parcel>, DeviceError> {
        Ok(outbox::again(self.store.read(), n)?)
    }

    /// How the device is doing, for its owner.
    pub(super) fn own_status(&self, now: u64) -> Result<StatusMessage, DeviceError> {
        let meter = self.recorder.report();
        let control = settings::get(self.store.read(), Name::Control)?;
        let control_position = match control {
            Some(state) => Chain::from_state(&state)?.index(),
            None => 0,
        };
        Ok(StatusMessage::DeviceStatus(Box::new(DeviceStatus {
            at: now,
            software: concat!("pi-daemon ", env!("CARGO_PKG_VERSION")).to_owned(),
            dialect: meter.dialect,
            last_telegram: meter.last_telegram,
            telegrams: meter.telegrams,
            refused: meter.refused,
            outbox: outbox::unsent_count(self.store.read())? as u64,
            lanes: Lanes::new(channels::lanes(self.store.read())?),
            live_slot: self.live_slot().max(self.pace.covers_at(now)),
            control_position,
        })))
    }
}

impl Work<'_> {
    /// Writes on the status channel. Without an owner there is nobody to tell.
    pub(super) fn tell_owner(&self, message: &StatusMessage) -> Result<(), DeviceError> {
        let Some(state) = settings::get(self.db, Name::Status)? else {
            return Ok(());
        };
        let mut chain = Chain::from_state(&state)?;
        self.post_signed(
            "status",
            &chain.current(),
            Context::Status,
            &message.to_bytes(),
        )?;
        chain.advance();
        Ok(settings::set(self.db, Name::Status, &chain.to_state())?)
    }
}
