//! The wallet's view: devices, requests, consents and activity, as a fold over its journal and nothing else.
//!
//! Whoever has the journal has the whole wallet, with every secret that it needs to go on: that is what the seed words
//! restore (`docs/protocol.md` section 4.5).

mod consent;
mod fold;
mod observed;

use std::collections::BTreeMap;

pub use self::consent::{ConsentView, Delivery, Ending};
use crate::activity::Activity;
use crate::id::{ConsentId, DeviceId, RequestSecret, Secret};
use crate::journal::{ChainSecrets, JournalRecord};
use crate::lanes::Lanes;
use crate::message::control::ControlMessage;
use crate::receipt::ReceiptError;
use crate::request::{RequestError, SignedRequest};
use crate::state::{ConsentState, IllegalStep};

/// Everything the wallet knows.
#[derive(Debug, Clone, Default)]
pub struct WalletView {
    network: Option<String>,
    devices: BTreeMap<DeviceId, DeviceView>,
    requests: BTreeMap<ConsentId, RequestView>,
    consents: BTreeMap<ConsentId, ConsentView>,
    activity: Vec<Activity>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceView {
    /// Which device.
    pub id: DeviceId,
    /// Its identity key (ML-DSA-65).
    pub identity_key: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// When it was paired.
    pub added_at: u64,
    /// When it was removed.
    pub removed_at: Option<u64>,
    /// The number that the wallet's key for this device is derived with.
    pub key_index: u32,
    /// The lanes it can publish.
    pub lanes: Lanes,
    /// The lanes that its owner reads for good.
    pub owner_lanes: Lanes,
    /// The chain to the device, as last written down.
    pub control: ChainSecrets,
    /// The chain from the device, as last written down.
    pub status: ChainSecrets,
    /// The first secrets of both chains, by which device and owner recognise each other nearby.
    pub first: FirstSecrets,
}

/// The first secrets of the chains to and from a device, whatever number the chains have come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstSecrets {
    /// Of the control chain.
    pub control: Secret,
    /// Of the status chain.
    pub status: Secret,
}

/// One request that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// The consent it leads to.
    pub consent: ConsentId,
    /// The secret of its link.
    pub secret: RequestSecret,
    /// The request, as it was signed.
    pub signed: SignedRequest,
    /// Whether its site vouches for its key.
    pub site_checked: bool,
    /// When it was opened.
    pub opened_at: u64,
    /// Requested, declined, lapsed, or authorised and then to be found among the consents.
    pub state: ConsentState,
}

/// What there was before between the person and a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acquaintance {
    /// It never asked.
    None,
    /// It asked, and nothing was ever shared with it.
    Asked,
    /// Something is or was shared with it.
    Shared,
}

/// A journal entry that does not fit what was there before. The view stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// About a device that was never added.
    #[error("the journal speaks of device {0}, which was never added")]
    UnknownDevice(DeviceId),
    /// About a request that was never opened.
    #[error("the journal speaks of request {0}, which was never opened")]
    UnknownRequest(ConsentId),
    /// About a consent that was never given.
    #[error("the journal speaks of consent {0}, which was never given")]
    UnknownConsent(ConsentId),
    /// Something that exists is added again.
    #[error("the journal adds {0} twice")]
    Twice(String),
    /// A step that does not exist.
    #[error(transparent)]
    Step(#[from] IllegalStep),
    /// The stored request cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The stored receipt cannot be read.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl WalletView {
    /// A view of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The view of a whole journal. Entries that do not fit are left out and returned: a wallet must start even then.
    #[must_use]
    pub fn of(records: &[JournalRecord]) -> (Self, Vec<(u32, ViewError)>) {
        let mut view = Self::new();
        let faults = records
            .iter()
            .filter_map(|record| view.apply(record).err().map(|error| (record.number, error)))
            .collect();
        (view, faults)
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// Why it does not fit; the view has not changed.
    pub fn apply(&mut self, record: &JournalRecord) -> Result<(), ViewError> {
        fold::apply(self, record)
    }

    /// The Tangle that this wallet lives on.
    #[must_use]
    pub fn network(&self) -> Option<&str> {
        self.network.as_deref()
    }

    /// All devices, removed ones too.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceView> {
        self.devices.values()
    }

    /// One device.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> Option<&DeviceView> {
        self.devices.get(&device)
    }

    /// All requests that were opened.
    pub fn requests(&self) -> impl Iterator<Item = &RequestView> {
        self.requests.values()
    }

    /// One request.
    #[must_use]
    pub fn request(&self, consent: ConsentId) -> Option<&RequestView> {
        self.requests.get(&consent)
    }

    /// Requests that can still be answered at this time.
    pub fn waiting(&self, now: u64) -> impl Iterator<Item = &RequestView> {
        self.requests
            .values()
            .filter(move |request| request.is_waiting(now))
    }

    /// Requests whose time ran out without an answer that was written down: each calls for a `RequestLapsed` entry.
    pub fn lapsed(&self, now: u64) -> impl Iterator<Item = ConsentId> {
        self.requests
            .values()
            .filter(move |request| {
                request.state == ConsentState::Requested && !request.is_waiting(now)
            })
            .map(|request| request.consent)
    }

    /// All consents, ended ones too.
    pub fn consents(&self) -> impl Iterator<Item = &ConsentView> {
        self.consents.values()
    }

    /// One consent.
    #[must_use]
    pub fn consent(&self, consent: ConsentId) -> Option<&ConsentView> {
        self.consents.get(&consent)
    }

    /// Everything that happened, oldest first.
    #[must_use]
    pub fn activity(&self) -> &[Activity] {
        &self.activity
    }

    /// What there was before with the provider that has this identity key, but for this request of its.
    #[must_use]
    pub fn acquaintance(&self, provider_key: &[u8], request: ConsentId) -> Acquaintance {
        let others = self.requests.values().filter(|other| {
            other.consent != request && other.signed.provider_key().as_bytes() == provider_key
        });
        let shared = |other: &RequestView| self.consents.contains_key(&other.consent);
        others.fold(Acquaintance::None, |known, other| match shared(other) {
            true => Acquaintance::Shared,
            false => known.max(Acquaintance::Asked),
        })
    }

    /// The number for the key of the next device.
    #[must_use]
    pub fn next_key_index(&self) -> u32 {
        self.devices
            .values()
            .map(|device| device.key_index.saturating_add(1))
            .max()
            .unwrap_or_default()
    }

    /// What devices have not confirmed. A wallet that was restored cannot know whether it had said it; saying it again
    /// does no harm.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<(DeviceId, ControlMessage)> {
        let mut messages: Vec<(DeviceId, ControlMessage)> = Vec::new();
        for consent in self.consents.values() {
            let message = consent
                .unconfirmed()
                .map(|message| (consent.device, message));
            messages.extend(message.filter(|message| !messages.contains(message)));
        }
        messages
    }
}

impl RequestView {
    /// Whether it can still be answered.
    #[must_use]
    pub fn is_waiting(&self, now: u64) -> bool {
        self.state == ConsentState::Requested && now < self.signed.request().expires_at
    }
}
