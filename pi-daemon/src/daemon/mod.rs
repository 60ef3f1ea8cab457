//! The daemon: the [`Device`] on one side, meter, Tangle and socket on the other.
//!
//! Every step takes the time from the [`Clock`] and can be called alone, so that a test walks through a day in a moment:
//! [`Daemon::tick`] ends slots, [`Daemon::listen`] reads what the owner wrote, [`Daemon::deliver`] publishes. [`Daemon::run`]
//! does nothing but call them at the right moments.

mod delivery;
mod letters;
mod listening;
mod near;
mod own_blocks;
mod radio;
mod socket_loop;
#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
mod without_a_radio;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use channel::VerifyingIdentity;
use data_dir::{DataDir, DataDirError};
use tangle::Tangle;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

pub use delivery::DeliveryError;
pub use listening::ListenError;

use crate::PROGRAM;
use crate::bluetooth::Choice;
use crate::clock::{Clock, Moment};
use crate::device::{Device, DeviceError, Settings};
use crate::meter::{self, Means, MeterAddress, MeterEvent};
use crate::meters::MeterName;

/// How often confirmations are asked for: not often, so that the SD card forgets several blocks with one write.
const CONFIRM_EVERY: Duration = Duration::from_secs(60);
/// The longest wait before a node that is away is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a start waits for a command such as `status` to leave the data directory.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a daemon is made of.
pub struct Options {
    /// Where keys and readings are kept.
    pub data_dir: PathBuf,
    /// The Tangle.
    pub tangle: Arc<dyn Tangle>,
    /// The node's address, for people.
    pub node: String,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Seconds that one block of a live lane covers; decided by the Tangle's proof of work if absent.
    pub live_slot: Option<u32>,
    /// Days for which every single reading is kept.
    pub raw_days: u32,
}

/// Where telegrams come from.
pub enum Meter {
    /// Read it from there.
    At(MeterAddress),
    /// Read it from there with these.
    With(Box<Means>, MeterAddress),
    /// Somebody else reads it and hands it over.
    Given(mpsc::Receiver<MeterEvent>),
}

/// A daemon on its data directory.
pub struct Daemon {
    device: Mutex<Device>,
    /// The owner may choose another one.
    tangle: Mutex<Arc<dyn Tangle>>,
    clock: Arc<dyn Clock>,
    /// Something is to be published.
    outgoing: Notify,
    /// What is listened for has changed.
    ears: Notify,
    /// A message was found of which blocks are missing, or somebody said more than one look takes.
    more_to_hear: AtomicBool,
    radio: radio::Radio,
}

/// Why a daemon does not start, or stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DaemonError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error("the control socket in the data directory cannot be opened: {0}")]
    Socket(std::io::Error),
}

impl Daemon {
    /// Opens the data directory and whatever stands in it.
    ///
    /// # Errors
    /// [`DaemonError`].
    pub fn open(options: Options) -> Result<Self, DaemonError> {
        let settings = Settings {
            node: options.node,
            live_slot: options.live_slot,
            raw_days: options.raw_days,
        };
        let device = Device::open(
            DataDir::open_patiently(&options.data_dir, PROGRAM, PATIENCE)?,
            settings,
            Moment::of(&*options.clock),
        )?;
        let tangle = match device.chosen_node()? {
            Some(chosen) => chosen_node(&chosen).unwrap_or(options.tangle),
            None => options.tangle,
        };
        Ok(Self {
            device: Mutex::new(device),
            tangle: Mutex::new(tangle),
            clock: options.clock,
            outgoing: Notify::new(),
            ears: Notify::new(),
            more_to_hear: AtomicBool::new(false),
            radio: radio::Radio::default(),
        })
    }

    /// Gives this meter a name, where there are several.
    #[must_use]
    pub fn called(self, name: &MeterName) -> Self {
        self.device().is_called(name.to_string());
        self
    }

    /// Says which adapter it is served on, to who asks. Without this it is served on none.
    #[must_use]
    pub(crate) fn on_adapter(self, choice: Choice) -> Self {
        Self {
            radio: radio::Radio::by(choice),
            ..self
        }
    }

    /// Reads the meter, publishes, listens; until it is told to stop.
    ///
    /// # Errors
    /// [`DaemonError`] when it cannot begin. Whatever goes wrong later is said in the log and tried again.
    pub async fn run(self, meter: Meter, stop: CancellationToken) -> Result<(), DaemonError> {
        self.serve(meter, stop).await
    }

    /// As [`Daemon::run`], for a daemon that others speak to meanwhile.
    ///
    /// # Errors
    /// As [`Daemon::run`].
    pub(crate) async fn serve(
        &self,
        meter: Meter,
        stop: CancellationToken,
    ) -> Result<(), DaemonError> {
        let socket =
            crate::socket::listen(self.device().data_dir()).map_err(DaemonError::Socket)?;
        self.begins();
        let telegrams = match meter {
            Meter::At(address) => self.start_reading(Means::default(), address),
            Meter::With(means, address) => self.start_reading(*means, address),
            Meter::Given(events) => events,
        };
        let daemon = self;
        tokio::select! {
            () = stop.cancelled() => tracing::info!("stopping"),
            () = daemon.read_meter(telegrams) => {}
            () = daemon.keep_time() => {}
            () = daemon.keep_delivering() => {}
            () = daemon.keep_listening() => {}
            () = daemon.keep_confirming() => {}
            () = daemon.answer_socket(socket) => {}
        }
        let now = self.now();
        self.device().flush(now)?;
        Ok(())
    }

    /// The key by which this device is known.
    #[must_use]
    pub fn identity_key(&self) -> VerifyingIdentity {
        self.device().identity_key()
    }

    /// Hands over what the meter said.
    pub fn hear(&self, event: MeterEvent) {
        let moment = self.moment();
        self.device().hear(event, moment);
    }

    /// Lets time pass: ends slots, stores roll-ups, expires consents, rotates keys. Nothing is published yet.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing is lost by it, the next call tries again.
    pub fn tick(&self) -> Result<(), DeviceError> {
        let moment = self.moment();
        let ticked = self.device().tick(moment);
        self.outgoing.notify_one();
        ticked
    }

    /// The device, for as long as nothing is awaited.
    pub(crate) fn device(&self) -> MutexGuard<'_, Device> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Tangle, by the node that is used at this moment.
    pub(crate) fn tangle(&self) -> Arc<dyn Tangle> {
        Arc::clone(&self.tangle_in_use())
    }

    /// Never hold this across an await.
    fn tangle_in_use(&self) -> MutexGuard<'_, Arc<dyn Tangle>> {
        self.tangle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever can pull this device's plug and put it back may talk to it: for two minutes after a start its owner is heard, or,
    /// if it has none, who has its code.
    fn begins(&self) {
        let (now, moment) = (self.now(), self.moment());
        self.device().open_window_at_start(now, moment);
        if let Ok(seconds) = self.device().take_calls(moment) {
            tracing::info!("the owner may call over Bluetooth for {seconds} s");
        }
    }

    fn moment(&self) -> Moment {
        Moment::of(&*self.clock)
    }

    /// The time as far as it is known. Not while the [`device`](Self::device) is held.
    pub(crate) fn now(&self) -> u64 {
        let moment = self.moment();
        self.device().time_at(moment)
    }

    fn start_reading(&self, means: Means, address: MeterAddress) -> mpsc::Receiver<MeterEvent> {
        tracing::info!("reading the meter: {address}");
        meter::start_with(means, address, Arc::clone(&self.clock))
    }

    async fn read_meter(&self, mut telegrams: mpsc::Receiver<MeterEvent>) {
        while let Some(event) = telegrams.recv().await {
            self.hear(event);
        }
        // The recording is over; everything else goes on.
        std::future::pending().await
    }

    async fn keep_time(&self) {
        let mut complaint = Complaint::new("what was measured can be stored again");
        loop {
            tokio::time::sleep(self.clock.until_next_second()).await;
            complaint.about(self.tick().err());
        }
    }

    async fn keep_delivering(&self) {
        let mut complaint = Complaint::new("the node takes blocks again");
        let mut wait = Duration::from_secs(1);
        loop {
            self.outgoing.notified().await;
            match self.deliver().await {
                Ok(()) => {
                    complaint.about(None::<DeliveryError>);
                    wait = Duration::from_secs(1);
                }
                Err(error) => {
                    // A node that is away is complained about where it is listened to.
                    if !error.is_temporary() {
                        complaint.about(Some(error));
                    }
                    self.ears.notify_one();
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    async fn keep_confirming(&self) {
        loop {
            tokio::time::sleep(CONFIRM_EVERY).await;
            if let Err(error) = self.confirm().await {
                tracing::debug!("confirmations were not asked for: {error}");
            }
        }
    }
}

/// The node that the owner chose nearby; nothing if it is none any more.
fn chosen_node(address: &str) -> Option<Arc<dyn Tangle>> {
    match tangle::connect(address) {
        Ok(tangle) => {
            tracing::info!("the owner chose the node {address}, instead of that of --tangle");
            Some(tangle)
        }
        Err(error) => {
            tracing::warn!("the node that the owner chose cannot be used: {error}");
            None
        }
    }
}

/// Says a trouble once when it begins, and once when it is over.
pub(crate) struct Complaint {
    said: Option<String>,
    over: &'static str,
}

impl Complaint {
    pub(crate) fn new(over: &'static str) -> Self {
        Self { said: None, over }
    }

    pub(crate) fn about(&mut self, error: Option<impl std::error::Error>) {
        let now = error.map(|error| error.to_string());
        match (&self.said, &now) {
            (before, Some(sentence)) if before.as_ref() != Some(sentence) => {
                tracing::warn!("{sentence}")
            }
            (Some(_), None) => tracing::info!("{}", self.over),
            _ => {}
        }
        self.said = now;
    }
}
