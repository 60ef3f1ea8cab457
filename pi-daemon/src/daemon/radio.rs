//! What the radio asks of the daemon.

use ::pairing::bluetooth::Info;
use ::pairing::{Reply, Route};

use super::Daemon;
use crate::device::DeviceError;

impl Daemon {
    pub(crate) fn radio_info(&self) -> Info {
        let now = self.now();
        self.device().radio_info(now)
    }

    pub(crate) fn on_the_air(&self) -> Option<u32> {
        let now = self.now();
        self.device().on_the_air(now)
    }

    pub(crate) fn radio_hears(
        &self,
        route: Route,
        message: &[u8],
    ) -> Result<Option<Reply>, DeviceError> {
        let now = self.now();
        let reply = self.device().radio_hears(route, message, now);
        // A pairing that is pending is completed over the Tangle.
        self.ears.notify_one();
        reply
    }

    pub(crate) fn late_word(&self) -> Option<(Route, Vec<u8>)> {
        self.device().late_word()
    }

    pub(crate) fn radio_lost(&self, route: Route) {
        self.device().radio_lost(route);
    }
}
