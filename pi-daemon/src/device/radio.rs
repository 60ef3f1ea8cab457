//! What this device shows and hears by radio: wallets that want to pair, and its owner.

use std::time::Duration;

use ::pairing::bluetooth::{Condition, Info, OWNERS_NAME, local_name};
use ::pairing::near::{Called, Request};
use ::pairing::{Paired, Reaction, Route, Serial, Silence, Status};
use data_dir::random;

use super::{Device, DeviceError};
use crate::clock::Moment;

/// What came of a message that was heard by radio.
pub(crate) enum Heard {
    /// Send this back, so long after the message came in.
    Answer(Duration, Vec<u8>),
    /// The owner wants this.
    Asked(Request),
    /// Nothing is said.
    Nothing,
}

impl Device {
    /// What anybody may read of this device while it is on the air. While it is there for its owner alone it
    /// says nothing that stays the same.
    pub(crate) fn radio_info(&mut self, now: u64, moment: Moment) -> Info {
        self.steady = moment.steady;
        match self.near_hint(moment) {
            Some(hint) => Info {
                condition: Condition::Near,
                serial: Serial([0; 4]),
                hint: Some(hint),
            },
            None => Info {
                condition: self.pairing.status(self.pairing_moment(now)).into(),
                serial: self.pairing.serial(),
                hint: None,
            },
        }
    }

    /// The name that it advertises. One with a serial is looked for by wallets that want to pair; an owner knows the hint.
    pub(crate) fn radio_name(&mut self, moment: Moment) -> String {
        match self.near_hint(moment) {
            Some(_) if !self.pairing.listens() => OWNERS_NAME.to_owned(),
            _ => local_name(self.pairing.serial()),
        }
    }

    /// How urgently this device is to be on the air: the seconds that its window is open yet or its owner may call, or most of
    /// all because a wallet is talking to it; nothing if nobody may talk to it.
    pub(crate) fn on_the_air(&mut self, now: u64, moment: Moment) -> Option<u32> {
        self.steady = moment.steady;
        let window = match self.pairing.status(self.pairing_moment(now)) {
            Status::Advertising { seconds } => Some(seconds),
            Status::Claimed => Some(u32::MAX),
            _ => None,
        };
        window.max(self.near_seconds(moment))
    }

    /// Takes a message that came by radio. The state is stored before anything is answered, also after a wrong secret: failures
    /// count across restarts. What changes nothing is not written.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn radio_hears(
        &mut self,
        route: Route,
        message: &[u8],
        now: u64,
        moment: Moment,
    ) -> Result<Heard, DeviceError> {
        match self.near_hears(route, message, moment) {
            Called::Answer(answer) => return Ok(Heard::Answer(Duration::ZERO, answer)),
            Called::Request(request) => return Ok(Heard::Asked(request)),
            Called::Silence => {}
        }
        let offer = self.offer();
        self.steady = moment.steady;
        let owner = self.owner().map(Paired::to_device);
        let reaction = self.pairing.receive(
            self.pairing_moment(now),
            route,
            message,
            &self.identity,
            &offer,
            &mut random::generator(),
        );
        let heard = match reaction {
            Reaction::Answer(reply) => Heard::Answer(reply.after, reply.message),
            Reaction::Cancelled => Heard::Nothing,
            Reaction::Silence(why @ (Silence::WrongSecret | Silence::WindowClosed)) => {
                tracing::warn!("{why}");
                Heard::Nothing
            }
            Reaction::Silence(why) => {
                tracing::debug!("{why}");
                Heard::Nothing
            }
        };
        self.store_pairing()?;
        if self
            .owner()
            .is_some_and(|new| Some(new.to_device()) != owner)
        {
            self.take_calls_of_new_owner(moment);
        }
        Ok(heard)
    }

    /// What a wallet is to be told because its session took too long; once.
    pub(crate) fn late_word(&mut self) -> Option<(Route, Vec<u8>)> {
        self.late_word.take()
    }

    /// The connection of this way broke.
    pub(crate) fn radio_lost(&mut self, route: Route) {
        self.near_lost(route);
        self.pairing.disconnected(route);
    }
}
