//! Doing what the owner's consents ask for. What is due is computed by `consent`; here it is done.

use channel::{
    ChannelError, Grant, LaneKeys, Numbered, Pairwise, Writer, consent_writer_secret, seal_grant,
    seal_message,
};
use consent::DeviceAction;

use consent::{
    ConsentId, ConsentLog, ConsentMessage, ConsentState, InboxMessage, InboxSlot, LanePosition,
    Lanes, OwnerLane, Secret, StatusMessage,
};
use readings::Lane;

use super::DeviceError;
use super::post::Context;
use super::work::Work;
use crate::store::channels::{self, Holder};
use crate::store::{StoreError, conversations, history, pending};
use data_dir::random;

impl Work<'_> {
    /// Does everything that is due at `time`, until nothing is.
    pub(super) fn settle(&mut self, time: u64) -> Result<(), DeviceError> {
        loop {
            let due = self.consents.due(time);
            if due.is_empty() {
                return Ok(());
            }
            for action in due {
                self.act(action, time)?;
            }
        }
    }

    fn act(&mut self, action: DeviceAction, time: u64) -> Result<(), DeviceError> {
        match action {
            DeviceAction::StartAfresh => self.start_afresh(),
            DeviceAction::Rotate { lane, leaving, .. } => self.leave_out(lane, &leaving),
            DeviceAction::Say {
                consent,
                message,
                last,
            } => self.say(consent, message, last),
            DeviceAction::Grant {
                consent,
                lanes,
                history_days,
            } => {
                let granted = self.grant(consent, &lanes, history_days, time);
                self.or_end(granted, consent, &lanes, time)
            }
            DeviceAction::Regrant { consent, lanes } => {
                let granted = self.regrant(consent, &lanes, time);
                self.or_end(granted, consent, &lanes, time)
            }
            DeviceAction::OwnerKeys { lanes } => self.owner_keys(&lanes),
            DeviceAction::StopLane { lane } => self.stop_lane(lane),
            DeviceAction::EraseAll => self.erase_all(),
        }
    }

    fn start_afresh(&mut self) -> Result<(), DeviceError> {
        self.drop_everything_shared()?;
        self.consents.started_afresh();
        Ok(())
    }

    fn leave_out(&mut self, lane: Lane, leaving: &[ConsentId]) -> Result<(), DeviceError> {
        let holders: Vec<Holder> = leaving
            .iter()
            .map(|consent| Holder::Consent(consent.0))
            .collect();
        match self.rotate(lane, &holders)? {
            Some(closing) => {
                tracing::info!(
                    "new keys for {lane} without {} that left, from slot {} on",
                    leaving.len(),
                    closing.slot
                );
                self.consents.rotated(closing, leaving);
                Ok(())
            }
            None => Err(StoreError::Damaged { what: "a lane" }.into()),
        }
    }

    fn grant(
        &mut self,
        consent: ConsentId,
        lanes: &Lanes,
        history_days: Option<u16>,
        time: u64,
    ) -> Result<(), DeviceError> {
        let history = match history_days {
            Some(days) => Some(self.promise_history(consent, lanes, days)?),
            None => None,
        };
        let secret = self.authorized(consent)?.request_secret.clone();
        let (sealed, positions) = self.seal_lanes(consent, lanes, history, secret.expose())?;
        let message = InboxMessage::Grant {
            device_key: self.identity.verifying().to_bytes(),
            sealed,
        };
        self.post_signed(
            "grant",
            &secret.inbox_key(InboxSlot::Device),
            Context::Inbox,
            &message.to_bytes(),
        )?;
        tracing::info!("granted consent {consent}: {}", names(lanes));
        self.consents.granted(consent, &positions, time);
        Ok(())
    }

    /// A provider whose key cannot be sealed to gets nothing, and stands in nobody's way: the consent ends.
    fn or_end(
        &mut self,
        granted: Result<(), DeviceError>,
        consent: ConsentId,
        lanes: &Lanes,
        time: u64,
    ) -> Result<(), DeviceError> {
        let why = match granted {
            Err(DeviceError::Channel(ChannelError::Kem(why))) => why,
            granted => return granted,
        };
        tracing::warn!(
            "consent {consent} ends: nothing can be sealed to its provider's key ({why})"
        );
        self.consents
            .hear(consent, &ConsentMessage::Terminated, time);
        for lane in lanes {
            if channels::reader_count(self.db, lane)? == 0 {
                self.stop(lane)?;
            }
        }
        self.end_history(consent)
    }

    fn regrant(&mut self, consent: ConsentId, lanes: &Lanes, time: u64) -> Result<(), DeviceError> {
        let secret = self.authorized(consent)?.consent_secret.clone();
        let (sealed, positions) = self.seal_lanes(consent, lanes, None, secret.expose())?;
        self.write(consent, ConsentMessage::Regrant { sealed })?;
        tracing::info!("granted consent {consent} again: {}", names(lanes));
        self.consents.granted(consent, &positions, time);
        Ok(())
    }

    /// The keys of these lanes from their next slots on, sealed to the provider.
    fn seal_lanes(
        &mut self,
        consent: ConsentId,
        lanes: &Lanes,
        history: Option<LaneKeys>,
        secret: &[u8; 32],
    ) -> Result<(Vec<u8>, Vec<LanePosition>), DeviceError> {
        let mut keys = Vec::with_capacity(lanes.len());
        for lane in lanes {
            keys.push((lane.code(), self.keys_from_next_slot(lane)?));
        }
        let grant = Grant {
            consent: consent.0,
            lanes: keys,
            history,
        };
        let to = kem::PublicKey::from_bytes(&self.authorized(consent)?.hpke_key)
            .map_err(ChannelError::from)?;
        let (sealed, pairwise) = seal_grant(&grant, &to, secret, &mut random::generator())?;
        let mut positions = Vec::with_capacity(lanes.len());
        for (lane, (_, keys)) in lanes.iter().zip(&grant.lanes) {
            positions.push(self.let_in(lane, Holder::Consent(consent.0), keys, &pairwise)?);
        }
        Ok((sealed, positions))
    }

    fn owner_keys(&mut self, lanes: &Lanes) -> Result<(), DeviceError> {
        let mut handed_over = Vec::with_capacity(lanes.len());
        for lane in lanes {
            let keys = self.keys_from_next_slot(lane)?;
            let secret = random::bytes::<32>();
            self.let_in(lane, Holder::Owner, &keys, &Pairwise::new(*secret))?;
            handed_over.push(OwnerLane {
                lane,
                keys: keys.to_bytes().to_vec(),
                pairwise: Secret(*secret),
            });
        }
        self.tell_owner(&StatusMessage::OwnerKeys { lanes: handed_over })?;
        self.consents.owner_keys_sent(lanes);
        Ok(())
    }

    fn say(
        &mut self,
        consent: ConsentId,
        message: ConsentMessage,
        last: bool,
    ) -> Result<(), DeviceError> {
        self.write(consent, message.clone())?;
        self.consents.said(consent, &message);
        if last {
            let how = self
                .consents
                .state(consent)
                .map_or("over", ConsentState::name);
            tracing::info!("consent {consent} has ended: {how}");
            self.forget(consent)?;
        }
        Ok(())
    }

    /// Writes on a consent channel, as the next message of this device.
    fn write(&mut self, consent: ConsentId, message: ConsentMessage) -> Result<(), DeviceError> {
        let secret = self.authorized(consent)?.consent_secret.clone();
        let mut log = self.log(consent)?;
        let (number, body) = log.write(message, self.now);
        let keys = Numbered::new(consent_writer_secret(secret.expose(), Writer::Device));
        self.post_signed("consent channel", &keys.at(number), Context::Consent, &body)?;
        self.set_log(consent, &log)
    }

    pub(super) fn log(&self, consent: ConsentId) -> Result<ConsentLog, DeviceError> {
        Ok(match conversations::log(self.db, consent.as_bytes())? {
            Some(log) => ConsentLog::from_bytes(&log)?,
            None => ConsentLog::new(),
        })
    }

    pub(super) fn set_log(&self, consent: ConsentId, log: &ConsentLog) -> Result<(), DeviceError> {
        Ok(conversations::set_log(
            self.db,
            consent.as_bytes(),
            &log.to_bytes(),
        )?)
    }

    /// Everything about a consent that is over goes.
    fn forget(&mut self, consent: ConsentId) -> Result<(), DeviceError> {
        conversations::forget(self.db, consent.as_bytes())?;
        self.end_history(consent)
    }

    fn stop_lane(&mut self, lane: Lane) -> Result<(), DeviceError> {
        self.stop(lane)?;
        self.consents.stopped(lane);
        tracing::info!("nobody reads {lane} any more: it is not published");
        Ok(())
    }

    fn erase_all(&mut self) -> Result<(), DeviceError> {
        self.tell_owner(&StatusMessage::Deleted { at: self.now })?;
        self.drop_everything_shared()?;
        for table in ["raw", "interval"] {
            self.db
                .execute(&format!("DELETE FROM {table}"), [])
                .map_err(StoreError::from)?;
        }
        self.consents.erased();
        self.left = true;
        tracing::info!("the owner removed this device: its keys and readings are erased");
        Ok(())
    }

    /// Channels, readers, what waits for them, and what was said about consents.
    fn drop_everything_shared(&mut self) -> Result<(), DeviceError> {
        for channel in channels::all(self.db)? {
            channels::remove(self.db, channel.id)?;
        }
        for lane in Lane::ALL {
            self.stop(lane)?;
            pending::clear(self.db, lane)?;
        }
        for owed in history::all(self.db)? {
            history::done(self.db, &owed)?;
        }
        Ok(conversations::forget_all(self.db)?)
    }

    pub(super) fn authorized(
        &self,
        consent: ConsentId,
    ) -> Result<&consent::Authorized, DeviceError> {
        let damaged = StoreError::Damaged { what: "a consent" };
        self.consents.authorized(consent).ok_or(damaged.into())
    }

    /// Signs a message with the device's identity and puts it into the outbox.
    pub(super) fn post_signed(
        &self,
        what: &str,
        key: &channel::MessageKey,
        context: Context,
        body: &[u8],
    ) -> Result<(), DeviceError> {
        let fragments = seal_message(
            key,
            self.identity,
            context.name(),
            body,
            &mut random::generator(),
        )?;
        self.put_out_fragments(what, &fragments)
    }
}

fn names(lanes: &Lanes) -> String {
    lanes
        .iter()
        .map(|lane| lane.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}
