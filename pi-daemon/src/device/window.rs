//! The pairing window: when it opens, and from when on its two minutes are counted.

use ::pairing::{Moment as PairingMoment, Status, WindowError};
use data_dir::random;

use super::{Device, DeviceError};
use crate::clock::Moment;
use crate::socket::Answer;
use crate::store::StoreError;

/// How a wallet may reach this device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// It is on the air.
    Bluetooth,
    /// Its node answers.
    Node,
}

/// The window of a start: it is counted anew from when the device is first there, on each way.
#[derive(Default)]
pub(super) struct WindowOfStart {
    reached: Vec<Way>,
}

impl Device {
    /// This moment, for the pairing.
    pub(super) fn pairing_moment(&self, now: u64) -> PairingMoment {
        PairingMoment {
            unix: now,
            steady: self.steady,
        }
    }

    /// Opens the window of a device without an owner, at every start: who can pull its plug may pair with it, if they have its
    /// code.
    pub(crate) fn open_window_at_start(&mut self, now: u64, moment: Moment) {
        self.steady = moment.steady;
        match self.pairing.open_window_at_start(self.pairing_moment(now)) {
            Ok(()) => {
                self.window_of_start = Some(WindowOfStart::default());
                tracing::info!(
                    "this device has no owner: the pairing window is open for two minutes; the code: {}",
                    self.command("setup")
                );
            }
            Err(WindowError::AlreadyPaired) => {}
            Err(locked) => tracing::warn!("{locked}"),
        }
    }

    /// From now on a wallet can reach this device on this way. A radio may come long after the start, and a node too.
    pub(crate) fn can_be_reached(&mut self, way: Way, steady: u64) {
        if let Some(window) = &mut self.window_of_start
            && !window.reached.contains(&way)
        {
            window.reached.push(way);
            self.pairing.count_window_from(steady);
        }
    }

    /// The window of a device that nobody can reach yet is not counted.
    pub(super) fn window_tick(&mut self) {
        if !self.pairing.listens() {
            self.window_of_start = None;
        }
        if let Some(WindowOfStart { reached }) = &self.window_of_start
            && reached.is_empty()
        {
            self.pairing.count_window_from(self.steady);
        }
    }

    /// The pairing code, with a new secret if that is asked for.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn code(&mut self, new_secret: bool, now: u64) -> Result<Answer, DeviceError> {
        if new_secret {
            self.pairing.renew_secret(&mut random::generator());
            self.store_pairing()?;
        }
        let window = match self.pairing.status(self.pairing_moment(now)) {
            Status::Advertising { seconds } => seconds,
            _ => 0,
        };
        let code = self.pairing.code();
        let uri = code.to_uri().ok_or(StoreError::Damaged {
            what: "the pairing code",
        })?;
        Ok(Answer::Code {
            code: uri.to_string().into(),
            typed: code.to_typed().to_string().into(),
            window,
        })
    }

    /// Opens the window because somebody asks for it.
    ///
    /// # Errors
    /// [`DeviceError`]; among them that there is an owner, or that pairing is locked.
    pub(crate) fn open_window(
        &mut self,
        new_secret: bool,
        now: u64,
        moment: Moment,
    ) -> Result<Answer, DeviceError> {
        self.steady = moment.steady;
        if new_secret {
            self.code(true, now)?;
        }
        self.pairing.open_window(self.pairing_moment(now))?;
        self.window_of_start = None;
        self.store_pairing()?;
        tracing::info!("the pairing window is open for two minutes");
        self.code(false, now)
    }

    /// As [`open_window`](Self::open_window) of a device that does not run: its next start does it.
    ///
    /// # Errors
    /// [`DeviceError`]; among them that there is an owner.
    pub(crate) fn open_window_at_next_start(
        &mut self,
        new_secret: bool,
        now: u64,
    ) -> Result<Answer, DeviceError> {
        if self.pairing.paired().is_some() {
            return Err(WindowError::AlreadyPaired.into());
        }
        self.code(new_secret, now)
    }
}
