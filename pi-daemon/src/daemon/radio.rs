//! What the radio asks of the daemon, and what the daemon knows of the radio.

use std::sync::{Mutex, PoisonError};

use ::pairing::Route;
use ::pairing::bluetooth::Info;

use super::Daemon;
use crate::bluetooth::{self, Choice};
use crate::device::{DeviceError, Heard, Way};
use crate::status::RadioReport;

/// The radio, as far as it concerns who asks the daemon how it is.
#[derive(Default)]
pub(super) struct Radio {
    choice: Choice,
    /// What went wrong when this device was last to be found.
    trouble: Mutex<Option<String>>,
}

impl Radio {
    pub(super) fn by(choice: Choice) -> Self {
        Self {
            choice,
            trouble: Mutex::default(),
        }
    }
}

impl Daemon {
    /// Notes what keeps this device off the air, or that nothing does.
    pub(crate) fn radio_has(&self, trouble: Option<String>) {
        let said = self.radio.trouble.lock();
        *said.unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// How the radio is: as it is found at this moment, and what else went wrong with it.
    pub(crate) async fn radio_report(&self) -> RadioReport {
        let mut report = bluetooth::look(&self.radio.choice).await;
        if report.adapter.is_some() {
            let said = self.radio.trouble.lock();
            report.trouble = said.unwrap_or_else(PoisonError::into_inner).clone();
        }
        report
    }

    pub(crate) fn radio_info(&self) -> Info {
        let (now, moment) = (self.now(), self.moment());
        self.device().radio_info(now, moment)
    }

    pub(crate) fn radio_name(&self) -> String {
        let moment = self.moment();
        self.device().radio_name(moment)
    }

    /// The radio has begun: wallets find this device.
    pub(crate) fn can_be_found(&self) {
        let steady = self.moment().steady;
        self.device().can_be_reached(Way::Bluetooth, steady);
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
