//! The provider itself: asks, reads answers, follows channels, stops, erases.
//!
//! Nothing here reads a clock: every step takes the time. Work on a consent happens under its own lock and ends in one
//! [`Change`] of the store; the network is only waited for between such steps.

mod conversation;
mod delivery;
mod error;
mod grants;
mod inbox;
mod keys;
mod lanes;
mod poll;
mod session;
mod tidying;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use channel::{IdentityKey, seal_unsigned};
use consent::{
    ConsentId, ConsentLink, ConsentState, ProviderConsent, RequestSecret, SignedRequest,
    SiteStatement,
};
use readings::{Batch as Rows, Lane, codec};
use tangle::{Crowds, Tangle};
use tokio::sync::{Notify, broadcast};
use zeroize::Zeroizing;

pub use self::error::ProviderError;
pub use self::poll::Polled;
use self::session::Session;
use crate::consents::{ConsentRecord, Id, LaneRecord};
use crate::offer::{Frame, Offer, Wish};
use crate::store::{Change, Store};
use data_dir::random;

/// Tells the time, in unix seconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Requests that may wait for an answer at one time.
pub const MOST_OPEN_REQUESTS: usize = 200;
/// Those of them that visitors may have made: strangers fill no more than their share, and programs with the API key go on.
pub const MOST_OPEN_TO_VISITORS: usize = 150;
/// Notices kept for a listener that is slow.
const NOTICES: usize = 256;

/// What happened, for whoever listens.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A consent changed.
    State(Id),
    /// Readings came in.
    Readings(Arc<Arrived>),
    /// The node went away, or came back.
    Node {
        /// Since when it cannot be reached.
        unreachable_since: Option<u64>,
    },
}

/// The readings of one block.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Which consent.
    pub id: Id,
    /// Which lane.
    pub lane: Lane,
    /// Which slot.
    pub slot: u64,
    /// The readings or intervals, encoded: notices wait for slow listeners, and rows take much more room.
    pub body: Vec<u8>,
}

impl Arrived {
    /// The readings or intervals.
    #[must_use]
    pub fn rows(&self) -> Option<Rows> {
        codec::decode(&self.body).ok().map(|(_, rows)| rows)
    }
}

/// A request that was just made. Its links do not print, and are wiped when dropped.
pub struct Asked {
    /// Its record.
    pub record: ConsentRecord,
    /// The link that opens the wallet. Whoever has it can answer the request.
    pub link: Zeroizing<String>,
    /// The same for phones without the app, when this service is reached over https.
    pub https_link: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asked({}, ..)", self.record.id)
    }
}

/// How the node is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Node {
    /// The network, once it was reached.
    pub network: Option<String>,
    /// Since when it cannot be reached, unix seconds.
    pub unreachable_since: Option<u64>,
    /// What it said last when it failed.
    pub problem: Option<String>,
}

/// The secrets that this provider is made of.
pub struct Identity {
    /// Signs requests and everything said on consent channels.
    pub signing: IdentityKey,
    /// Every consent's own key is derived from this and from a salt that goes when the consent is erased.
    pub root: Zeroizing<[u8; 32]>,
}

/// A provider with its consents.
pub struct Provider {
    store: Arc<dyn Store>,
    tangle: Arc<dyn Tangle>,
    identity: Identity,
    offer: Offer,
    public_url: String,
    notice_hash: String,
    sessions: Mutex<BTreeMap<Id, Arc<Mutex<Session>>>>,
    node: Mutex<Node>,
    turn: Mutex<Option<Id>>,
    /// How far behind crowded tags was looked.
    crowds: Mutex<Crowds>,
    /// When the ledger was last asked what became of blocks.
    asked_after: Mutex<u64>,
    /// When requests that came to nothing were last forgotten.
    tidied_at: Mutex<u64>,
    notices: broadcast::Sender<Notice>,
    wake: Notify,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.offer.name)
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Takes up the consents that the store holds.
    ///
    /// `notice_hash` is the SHA-256 of the privacy notice, in hexadecimal; `public_url` where people reach the service.
    ///
    /// # Errors
    /// When the store refuses, or holds something that cannot be read back.
    pub fn open(
        store: Arc<dyn Store>,
        tangle: Arc<dyn Tangle>,
        identity: Identity,
        offer: Offer,
        public_url: &str,
        notice_hash: String,
    ) -> Result<Self, ProviderError> {
        let mut sessions = BTreeMap::new();
        for record in store.consents()? {
            if let Some(session) = Session::load(&*store, record)? {
                sessions.insert(session.id().clone(), Arc::new(Mutex::new(session)));
            }
        }
        Ok(Self {
            store,
            tangle,
            identity,
            offer,
            public_url: public_url.to_owned(),
            notice_hash,
            sessions: Mutex::new(sessions),
            node: Mutex::default(),
            turn: Mutex::default(),
            crowds: Mutex::default(),
            asked_after: Mutex::default(),
            tidied_at: Mutex::default(),
            notices: broadcast::Sender::new(NOTICES),
            wake: Notify::new(),
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// The name that people know.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.offer.name
    }

    /// Who else gets data, by name.
    #[must_use]
    pub fn recipients(&self) -> Vec<&str> {
        self.offer
            .handling
            .recipients
            .iter()
            .map(|recipient| recipient.name.as_str())
            .collect()
    }

    /// What this site says about its keys.
    #[must_use]
    pub fn site_statement(&self) -> SiteStatement {
        SiteStatement::of(&self.identity.signing.verifying())
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// How the node is.
    #[must_use]
    pub fn node(&self) -> Node {
        held(&self.node).clone()
    }

    /// As [`Provider::ask`], for a visitor whom nobody knows.
    ///
    /// # Errors
    /// As [`Provider::ask`]; too many are fewer here.
    pub fn ask_for_visitor(
        &self,
        wish: Wish,
        visitor: &[u8; 32],
        now: u64,
    ) -> Result<Asked, ProviderError> {
        self.bound_open_requests(MOST_OPEN_TO_VISITORS)?;
        self.ask(wish, visitor, now)
    }

    /// Makes a request, signs it and puts it in the queue for the Tangle. `visitor` is the digest of the capability that will see it.
    ///
    /// # Errors
    /// When the node was never reached, so that the network has no name yet; when a wallet would refuse the request; when too many
    /// requests wait already; when the store refuses.
    pub fn ask(&self, wish: Wish, visitor: &[u8; 32], now: u64) -> Result<Asked, ProviderError> {
        let node = self.node();
        let network = node
            .network
            .ok_or(ProviderError::NotReached(node.problem))?;
        self.bound_open_requests(MOST_OPEN_REQUESTS)?;
        let salt = random::bytes::<32>();
        let key = keys::grant_key(&self.identity.root, &salt);
        let frame = Frame {
            network: &network,
            public_url: &self.public_url,
            notice_hash: &self.notice_hash,
            now,
            key: key.public_key(),
        };
        let request = self.offer.request(wish, &frame);
        let signed =
            SignedRequest::sign(&request, &self.identity.signing, &mut random::generator())?;
        let secret = RequestSecret(*random::bytes::<32>());
        let fragments = seal_unsigned(
            &secret.request_key(),
            signed.as_bytes(),
            &mut random::generator(),
        )?;
        let link = ConsentLink::to(&signed, secret.clone());
        let consent = ProviderConsent::requested(&signed, secret);
        let mut session = Session::new(record_of(&signed, consent.id(), now), consent, salt);
        session.put_out(&fragments);
        self.store.create(session.take_change(), visitor)?;
        let asked = Asked {
            record: session.record.clone(),
            https_link: self
                .public_url
                .starts_with("https:")
                .then(|| Zeroizing::new(link.to_https(&format!("{}/my", self.public_url)))),
            link: Zeroizing::new(link.to_string()),
        };
        tracing::info!(
            "request {} made; it waits for an answer for {} s",
            asked.record.id,
            request.expires_at.saturating_sub(now)
        );
        held(&self.sessions).insert(session.id().clone(), Arc::new(Mutex::new(session)));
        self.wake.notify_one();
        Ok(asked)
    }

    /// The link of a request that waits for its answer.
    #[must_use]
    pub fn link(&self, id: &Id) -> Option<String> {
        let session = self.session(id)?;
        let session = held(&session);
        let secret = session
            .consent
            .request_secret()
            .filter(|_| session.consent.state() == ConsentState::Requested)?;
        let request = SignedRequest::open(session.consent.request()).ok()?;
        Some(ConsentLink::to(&request, secret.clone()).to_string())
    }

    /// The signed receipt as readable JSON-LD, once there is one; also after everything else was erased.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn receipt(&self, id: &Id) -> Result<Option<String>, ProviderError> {
        let consent = keys::stored_consent(&self.store.secrets(id)?)?;
        let receipt = consent.as_ref().and_then(ProviderConsent::receipt);
        Ok(receipt
            .and_then(|bytes| consent::SignedReceipt::open(bytes).ok())
            .map(|receipt| receipt.json()))
    }

    /// Ends a consent from this side: reading stops, the others are told. What was read stays until it is erased.
    ///
    /// # Errors
    /// When there is no such consent, it does not run, or the store refuses.
    pub fn terminate(&self, id: &Id, now: u64) -> Result<ConsentRecord, ProviderError> {
        self.with(id, |session| {
            session.terminate(now)?;
            session.speak(&self.identity, now)
        })
    }

    /// Erases readings and keys, and tells the others. A consent that still runs is ended first.
    ///
    /// # Errors
    /// When there is no such consent, nothing was agreed yet, or the store refuses.
    pub fn stop_and_erase(&self, id: &Id, now: u64) -> Result<ConsentRecord, ProviderError> {
        if let Some(record) = self
            .store
            .consent(id)?
            .filter(|record| record.state == ConsentState::Erased)
        {
            return Ok(record);
        }
        self.with(id, |session| {
            if session.consent.state().is_running() {
                session.terminate(now)?;
            }
            session.erase(now)?;
            session.speak(&self.identity, now)
        })
    }

    /// Does something with a consent, stores what came of it, and tells the listeners. When it fails, nothing has changed.
    fn with(
        &self,
        id: &Id,
        work: impl FnOnce(&mut Session) -> Result<(), ProviderError>,
    ) -> Result<ConsentRecord, ProviderError> {
        let shared = self.session(id).ok_or(ProviderError::NoSuchConsent)?;
        let mut session = held(&shared);
        let outcome = work(&mut session).and_then(|()| self.keep(&mut session));
        if let Err(error) = outcome {
            self.restore(&mut session)?;
            return Err(error);
        }
        self.wake.notify_one();
        Ok(session.record.clone())
    }

    /// Stores what changed in a session, and tells the listeners.
    fn keep(&self, session: &mut Session) -> Result<(), ProviderError> {
        if !session.has_changed() {
            return Ok(());
        }
        let before = session.stored_state;
        let change: Change = session.take_change();
        session.record = self.store.commit(change)?;
        session.stored_state = Some((
            session.record.state,
            session.record.end_confirmed_at,
            session.record.granted_at,
        ));
        for arrived in session.take_arrived() {
            // Nobody listening is fine.
            let _ = self.notices.send(Notice::Readings(Arc::new(arrived)));
        }
        if before != session.stored_state {
            let _ = self.notices.send(Notice::State(session.id().clone()));
        }
        if session.is_over() {
            held(&self.sessions).remove(session.id());
        }
        Ok(())
    }

    /// After a failure the session is what the store says it is.
    fn restore(&self, session: &mut Session) -> Result<(), ProviderError> {
        let record = self
            .store
            .consent(session.id())?
            .ok_or(ProviderError::NoSuchConsent)?;
        if let Some(stored) = Session::load(&*self.store, record)? {
            *session = stored;
        }
        Ok(())
    }

    fn session(&self, id: &Id) -> Option<Arc<Mutex<Session>>> {
        held(&self.sessions).get(id).cloned()
    }

    fn bound_open_requests(&self, most: usize) -> Result<(), ProviderError> {
        let sessions: Vec<_> = held(&self.sessions).values().cloned().collect();
        let open = sessions
            .iter()
            .filter(|session| held(session).consent.state() == ConsentState::Requested)
            .count();
        if open < most {
            Ok(())
        } else {
            Err(ProviderError::TooManyRequests)
        }
    }
}

fn record_of(signed: &SignedRequest, consent: ConsentId, now: u64) -> ConsentRecord {
    let request = signed.request();
    let lane = |lane: Lane| LaneRecord {
        lane: lane.to_string(),
        slot_seconds: lane.default_slot_seconds(),
        last_slot: None,
        last_data_at: None,
        gaps: 0,
        forks: 0,
        rejected: 0,
        following: false,
    };
    ConsentRecord {
        id: Id::from_bytes(consent.as_bytes()),
        state: ConsentState::Requested,
        ended_by: None,
        requested_at: seconds(now),
        request_expires_at: seconds(request.expires_at),
        authorised_at: None,
        granted_at: None,
        ended_at: None,
        erased_at: None,
        from: seconds(request.from),
        until: seconds(request.until),
        retention_days: u32::from(request.handling.retention_days),
        lanes: request.asked().iter().map(lane).collect(),
        last_readable: None,
        end_confirmed_at: None,
        readings: 0,
        first_reading_at: None,
        last_reading_at: None,
        remarks: Vec::new(),
    }
}

/// Unix seconds as the records keep them.
fn seconds(unix: u64) -> i64 {
    i64::try_from(unix).unwrap_or(i64::MAX)
}

/// What a lock guards; a thread that panicked with it has not left anything half done, because changes end in one commit.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
