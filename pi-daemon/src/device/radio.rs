//! Getting an owner over Bluetooth: what the state machine hears by radio, and what it says there.

use ::pairing::bluetooth::Info;
use ::pairing::{Reaction, Reply, Route, Silence, Status};
use data_dir::random;

use super::{Device, DeviceError};

impl Device {
    /// What anybody may read of this device while it is on the air.
    pub(crate) fn radio_info(&mut self, now: u64) -> Info {
        Info {
            condition: self.pairing.status(now).into(),
            serial: self.pairing.serial(),
        }
    }

    /// How urgently this device is to be on the air: the seconds that its window is open yet, or most of all because a wallet
    /// is talking to it; nothing if nobody may claim it.
    pub(crate) fn on_the_air(&mut self, now: u64) -> Option<u32> {
        match self.pairing.status(now) {
            Status::Advertising { seconds } => Some(seconds),
            Status::Claimed => Some(u32::MAX),
            _ => None,
        }
    }

    /// Takes a message that came by radio. The state is stored before anything is answered, also after a wrong secret: failures
    /// count across restarts.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn radio_hears(
        &mut self,
        route: Route,
        message: &[u8],
        now: u64,
    ) -> Result<Option<Reply>, DeviceError> {
        let offer = self.offer();
        let reaction = self.pairing.receive(
            now,
            route,
            message,
            &self.identity,
            &offer,
            &mut random::generator(),
        );
        let reply = match reaction {
            Reaction::Answer(reply) => Some(reply),
            Reaction::Cancelled => None,
            Reaction::Silence(why @ (Silence::WrongSecret | Silence::WindowClosed)) => {
                tracing::warn!("{why}");
                None
            }
            Reaction::Silence(why) => {
                tracing::debug!("{why}");
                None
            }
        };
        self.store_pairing()?;
        Ok(reply)
    }

    /// What a wallet is to be told because its session took too long; once.
    pub(crate) fn late_word(&mut self) -> Option<(Route, Vec<u8>)> {
        self.late_word.take()
    }

    /// The connection of this way broke.
    pub(crate) fn radio_lost(&mut self, route: Route) {
        self.pairing.disconnected(route);
    }
}
