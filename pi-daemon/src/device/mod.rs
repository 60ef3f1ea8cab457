//! The device: everything that is true of it, and what it does about time, telegrams and messages. No sockets, no clock.
//!
//! What must outlive a power cut is in the [`Store`]; what is in memory can be lost. Each change is one transaction, so that
//! the state on the disk and the bytes in the outbox never disagree (docs/protocol.md section 3.7):
//!
//! ```text
//! telegram ─► Recorder ─► ended slot ─► pending ─► sealed ─► outbox ─► the node ─► confirmed
//!                                         (clear)   (Publisher advanced in the same transaction)
//! ```
//! A slot is sealed only when the outbox has room, and the outbox is emptied only after the owner's control channel was read.
//! So while the node is away slots pile up in the clear, and whoever is left out meanwhile never gets their keys.

mod clocks;
mod clockwork;
mod clones;
mod consents;
mod history;
mod near;
mod owner;
mod pace;
mod pairing;
mod post;
mod radio;
mod recorder;
mod report;
mod restored;
mod slots;
mod window;
mod work;

use std::collections::BTreeMap;
use std::path::Path;

use ::pairing::{DevicePairing, Route, Serial, StateError};
use channel::{ChannelError, IdentityKey};
use consent::{DeviceConsents, MessageError};
use data_dir::{DataDir, DataDirError, random};
use readings::Lane;
use tangle::{NetworkInfo, TangleError};

pub(crate) use near::in_words as near_in_words;
pub(crate) use owner::Awaited;
pub(crate) use pairing::Reply;
pub(crate) use radio::Heard;
pub(crate) use restored::{OwnFinds, OwnPlaces};
pub(crate) use window::Way;

use crate::ballast;
use crate::clock::{Moment, Time, Timekeeper};
use crate::meter::MeterEvent;
use crate::status::NodeReport;
use crate::store::settings::{self, Name};
use crate::store::{Store, StoreError};
use clones::LookOut;
use near::Near;
use pace::Pace;
use recorder::Recorder;
use slots::RunningSlot;
use window::WindowOfStart;
use work::Work;

/// The file in the data directory.
pub(crate) const DATABASE: &str = "pi-daemon.db";

/// What the command line decides.
pub(crate) struct Settings {
    /// The node's address, for people.
    pub(crate) node: String,
    /// Seconds that one block of a live lane covers, if somebody said.
    pub(crate) live_slot: Option<u32>,
    /// Days for which every single reading is kept.
    pub(crate) raw_days: u32,
}

/// Why the device could not do something. Nothing is lost by it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DeviceError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Pairing(#[from] StateError),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error(transparent)]
    Window(#[from] ::pairing::WindowError),
    #[error("this device has no owner")]
    NoOwner,
    #[error("live slots of {0} s do not divide a day; choose 1, 2, 5, 10, 12, 15, 20, 30 or 60")]
    LiveSlot(u32),
}

/// The device on its data directory.
pub(crate) struct Device {
    dir: DataDir,
    store: Store,
    settings: Settings,
    /// What its owner may call it, if there are several meters here.
    name: Option<String>,
    identity: IdentityKey,
    pairing: DevicePairing,
    consents: DeviceConsents,
    recorder: Recorder,
    /// The slot of each published lane that ends next.
    running_slots: BTreeMap<Lane, RunningSlot>,
    /// How much time live blocks cover.
    pace: Pace,
    /// The end of the last slot that is durable.
    last_slot_end: u64,
    time: Time,
    keeper: Timekeeper,
    /// The steady clock, as it was last looked at: once a second while the daemon runs.
    steady: u64,
    /// By how much this device's clock and the meter's differ, if that is worth a word.
    clocks_differ: Option<u64>,
    next_status: u64,
    disk: Disk,
    node: NodeState,
    look_out: LookOut,
    /// What a wallet that took too long is to be told by radio.
    late_word: Option<(Route, Vec<u8>)>,
    /// When the owner may call nearby.
    near: Near,
    window_of_start: Option<WindowOfStart>,
}

/// How the disk fares.
#[derive(Default)]
struct Disk {
    /// Raw readings are not kept, since then.
    raw_stopped: Option<u64>,
    looked_at: u64,
    warning: Option<String>,
}

/// How the node fares.
#[derive(Default)]
struct NodeState {
    report: NodeReport,
    network: Option<NetworkInfo>,
    /// The owner's control channel was read since the node was last away.
    heard: bool,
    /// The Tangle was searched for blocks that this disk knows nothing of.
    searched: bool,
    sent: u64,
    /// Since when a control message is missing although a later one is there.
    gap_since: Option<u64>,
}

impl Device {
    /// Opens the device, making its identity and pairing code if there are none.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn open(
        dir: DataDir,
        settings: Settings,
        moment: impl Into<Moment>,
    ) -> Result<Self, DeviceError> {
        let Moment { own: now, steady } = moment.into();
        let mut store = Store::open(&dir.private(DATABASE)?)?;
        let identity = store.transaction(identity)?;
        let pairing = store.transaction(|db| stored_pairing(db, &identity))?;
        let consents = match settings::get(store.read(), Name::Consents)? {
            Some(state) => DeviceConsents::from_bytes(&state)?,
            None => DeviceConsents::new(),
        };
        let rollups = settings::get(store.read(), Name::RollUps)?;
        let last_slot_end = settings::number(store.read(), Name::LastSlotEnd)?.unwrap_or_default();
        let live_slot = settings
            .live_slot
            .filter(|seconds| 86_400 % seconds.max(&1) != 0);
        if let Some(seconds) = live_slot {
            return Err(DeviceError::LiveSlot(seconds));
        }
        ballast::keep(dir.path());
        let mut device = Self {
            dir,
            store,
            identity,
            pairing,
            consents,
            recorder: Recorder::new(rollups.as_ref().map(|state| state.as_slice())),
            running_slots: BTreeMap::new(),
            pace: Pace::default(),
            last_slot_end,
            time: Time::Own(now),
            keeper: Timekeeper::default(),
            steady,
            clocks_differ: None,
            next_status: now + clockwork::STATUS_EVERY,
            disk: Disk::default(),
            node: NodeState::default(),
            look_out: LookOut::default(),
            late_word: None,
            near: Near::default(),
            window_of_start: None,
            settings,
            name: None,
        };
        if let Some(chosen) = device.chosen_node()? {
            device.settings.node = chosen;
        }
        device.node.report.address.clone_from(&device.settings.node);
        device.follow_lanes(now)?;
        Ok(device)
    }

    /// Gives the device a name, where there are several meters.
    pub(crate) fn is_called(&mut self, name: String) {
        self.name = Some(name);
    }

    /// A command about this meter, as a person types it: with its name, where it has one.
    fn command(&self, verb: &str) -> String {
        match &self.name {
            Some(name) => format!("pi-daemon {verb} --meter {name}"),
            None => format!("pi-daemon {verb}"),
        }
    }

    /// The data directory.
    #[must_use]
    pub(crate) fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Takes in what the meter said.
    pub(crate) fn hear(&mut self, event: MeterEvent, moment: impl Into<Moment>) {
        let moment = moment.into();
        let now = self.judge_time(moment);
        self.recorder.hear(event, moment, now);
    }

    /// Whether the node was asked which network it serves.
    #[must_use]
    pub(crate) fn network_is_known(&self) -> bool {
        self.node.network.is_some()
    }

    /// The network that the node serves.
    pub(crate) fn this_is_the_network(&mut self, network: &NetworkInfo) {
        self.node.network = Some(network.clone());
    }

    /// The node did not answer: nothing is published before the owner's channel was read again.
    pub(crate) fn node_is_away(&mut self, error: &TangleError) {
        self.node.heard = false;
        self.node.report.reachable = false;
        self.node.report.trouble = Some(error.to_string());
    }

    /// Everything that its owner wrote to this device is read.
    pub(crate) fn has_listened(&mut self, now: u64) {
        self.node.heard = true;
        self.node.report.reachable = true;
        self.node.report.trouble = None;
        self.node.report.last_answer = Some(now);
        self.has_a_node();
        self.can_be_reached(Way::Node, self.steady);
    }

    /// Does `work` in one transaction, with the consents as they are after it.
    fn in_one_transaction<T>(
        &mut self,
        now: u64,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        let live_slot = self.live_slot();
        let live_covers = self.pace.covers_at(now);
        let mut consents = self.consents.clone();
        let (identity, pairing, before) = (&self.identity, &self.pairing, &self.consents);
        let done = self.store.transaction(|db| {
            let mut at_work = Work {
                db,
                consents: &mut consents,
                identity,
                live_slot,
                live_covers,
                now,
                left: false,
                sealed: Vec::new(),
            };
            let done = work(&mut at_work)?;
            let (left, sealed) = (at_work.left, std::mem::take(&mut at_work.sealed));
            if consents != *before {
                settings::set(db, Name::Consents, &consents.to_bytes())?;
            }
            if left {
                Self::without_owner(pairing, db)?;
            }
            Ok::<_, DeviceError>((done, left, sealed))
        });
        let (done, left, sealed) = match done {
            Err(DeviceError::Store(full @ StoreError::Full)) => return Err(self.not_written(full)),
            done => done?,
        };
        self.consents = consents;
        for slot in sealed {
            self.look_out.note(slot);
        }
        if left {
            self.pairing.remove();
            self.recorder = Recorder::new(None);
        }
        self.follow_lanes(now)?;
        Ok(done)
    }

    /// Seconds that one block of a new live lane covers.
    fn live_slot(&self) -> u32 {
        /// From this score on a block costs seconds of work.
        const REAL_WORK: u32 = 50;
        let asked = self
            .node
            .network
            .as_ref()
            .map_or(0, |network| network.min_pow_score);
        self.settings
            .live_slot
            .unwrap_or(if asked >= REAL_WORK { 60 } else { 10 })
    }
}

fn identity(db: &rusqlite::Transaction<'_>) -> Result<IdentityKey, DeviceError> {
    if let Some(seed) = settings::get(db, Name::Identity)? {
        let seed = seed
            .as_slice()
            .try_into()
            .map_err(|_| StoreError::Damaged {
                what: "the identity",
            })?;
        return Ok(IdentityKey::from_seed(seed));
    }
    let seed = random::bytes::<32>();
    settings::set(db, Name::Identity, &*seed)?;
    Ok(IdentityKey::from_seed(&seed))
}

fn stored_pairing(
    db: &rusqlite::Transaction<'_>,
    identity: &IdentityKey,
) -> Result<DevicePairing, DeviceError> {
    if let Some(state) = settings::get(db, Name::Pairing)? {
        return Ok(DevicePairing::from_state(&state)?);
    }
    let serial = Serial(*random::bytes::<4>());
    let pairing = DevicePairing::new(&identity.verifying(), serial, &mut random::generator());
    settings::set(db, Name::Pairing, &pairing.to_state())?;
    Ok(pairing)
}
