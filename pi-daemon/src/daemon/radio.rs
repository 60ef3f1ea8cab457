//! What the radio asks of the daemon.

use ::pairing::Route;
use ::pairing::bluetooth::Info;

use super::Daemon;
use crate::device::{DeviceError, Heard};

impl Daemon {
    pub(crate) fn radio_info(&self) -> Info {
        let (now, moment) = (self.now(), self.moment());
        self.device().radio_info(now, moment)
    }

    pub(crate) fn radio_name(&self) -> String {
        let moment = self.moment();
        self.device().radio_name(moment)
    }

    pub(crate) fn on_the_air(&self) -> Option<u32> {
        let (now, moment) = (self.now(), self.moment());
        self.device().on_the_air(now, moment)
    }

    pub(crate) fn radio_hears(&self, route: Route, message: &[u8]) -> Result<Heard, DeviceError> {
        let (now, moment) = (self.now(), self.moment());
        let heard = self.device().radio_hears(route, message, now, moment);
        // A pairing that is pending is completed over the Tangle.
        self.ears.notify_one();
        heard
    }

    pub(crate) fn late_word(&self) -> Option<(Route, Vec<u8>)> {
        self.device().late_word()
    }

    pub(crate) fn radio_lost(&self, route: Route) {
        self.device().radio_lost(route);
    }
}
