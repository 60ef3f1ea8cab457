//! The device's side of pairing: one state machine, fed with messages and the time.

mod reaction;
mod steps;

use core::fmt;
use core::time::Duration;

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

use self::reaction::refuse;
pub use self::reaction::{Lapse, NotPending, Reaction, Reply, Route, Silence, Status, WindowError};
use crate::code::{IdentityHash, PairingCode, PairingSecret, Serial};
use crate::identity;
use crate::lockout::Lockout;
use crate::message::{self, Kind, Offer, Parsed, Refusal};
use crate::moment::Moment;
use crate::noise::Session;
use crate::paired::Paired;
use crate::post::ClaimId;

/// How long the device listens after a start without an owner, and after `pi-daemon pair`.
pub const WINDOW: u64 = 120;
/// How long one wallet may take from claim to answer.
pub const SESSION: u64 = 30;
/// How long DEVICE_ADDED may take after CLAIM_RESULT, and again after each start of the device.
pub const PENDING: u64 = 600;
/// Every DENIED leaves this long after the message that caused it came in, whichever check failed.
pub const DENIED_AFTER: Duration = Duration::from_secs(1);

const SEEN_CLAIMS: usize = 64;

/// Stored bytes that are not a pairing state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the stored pairing state cannot be read")]
pub struct StateError;

/// The device's side of pairing (`docs/protocol.md` section 5).
///
/// | state | leaves it |
/// |---|---|
/// | `UNPAIRED` | [`open_window`](Self::open_window) → `ADVERTISING` |
/// | `ADVERTISING` | a claim with the right secret → `CLAIMED`; after 120 s, or the fifth failure → `UNPAIRED` |
/// | `CLAIMED` | a good answer → `PAIRED_PENDING`; a bad one, CANCEL, or 30 s → `ADVERTISING` |
/// | `PAIRED_PENDING` | [`added`](Self::added) → `PAIRED`; ten minutes → `UNPAIRED`; CANCEL or a new window → `ADVERTISING` |
/// | `PAIRED` | [`remove`](Self::remove) → `UNPAIRED` |
///
/// The secret, the failures and `PAIRED_PENDING` or `PAIRED` survive a restart; a window and a session do not. After a start a
/// device that waits for DEVICE_ADDED [listens](Self::open_window_at_start) too: that wallet may be gone, and goes on being
/// waited for until another one has answered in its place.
pub struct DevicePairing {
    pub(crate) secret: PairingSecret,
    pub(crate) identity: IdentityHash,
    pub(crate) serial: Serial,
    pub(crate) lockout: Lockout,
    pub(crate) seen: Vec<ClaimId>,
    /// Claims on the Tangle that were told BUSY; a session does not survive a restart, and neither does this.
    pub(crate) turned_away: Vec<ClaimId>,
    pub(crate) phase: Phase,
    pub(crate) pending: Option<Box<Pending>>,
}

pub(crate) enum Phase {
    Unpaired,
    Advertising(Window),
    Claimed(Window, Box<Claimed>),
    Paired(Box<Paired>),
}

#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// On the steady clock.
    opened: u64,
}

/// A wallet that has not said DEVICE_ADDED yet.
pub(crate) struct Pending {
    /// Since when it is waited for, on the steady clock; nothing before the first tick after a restart.
    pub(crate) since: Option<u64>,
    pub(crate) paired: Paired,
    /// The claim over the Tangle that led here, which CANCEL names.
    pub(crate) claim: Option<ClaimId>,
    /// The window in which it was claimed; a restart forgets it.
    pub(crate) window: Option<Window>,
}

pub(crate) struct Claimed {
    /// On the steady clock.
    since: u64,
    route: Route,
    claim: ClaimId,
    device: VerifyingIdentity,
    session: Session,
}

impl DevicePairing {
    /// A device that was never paired, with a new secret.
    pub fn new(identity: &VerifyingIdentity, serial: Serial, rng: &mut impl CryptoRng) -> Self {
        Self {
            secret: PairingSecret::generate(rng),
            identity: identity::short_hash(identity),
            serial,
            lockout: Lockout::default(),
            seen: Vec::new(),
            turned_away: Vec::new(),
            phase: Phase::Unpaired,
            pending: None,
        }
    }

    /// Which of several devices it is.
    pub fn serial(&self) -> Serial {
        self.serial
    }

    /// The code that belongs to this device.
    pub fn code(&self) -> PairingCode {
        PairingCode::new(self.secret.clone(), self.identity, self.serial)
    }

    /// Replaces the secret, as after someone photographed the sticker. Failures made with the old one are forgotten.
    pub fn renew_secret(&mut self, rng: &mut impl CryptoRng) -> PairingCode {
        self.secret = PairingSecret::generate(rng);
        self.lockout.clear();
        self.seen.clear();
        self.turned_away.clear();
        if !matches!(self.phase, Phase::Paired(_)) {
            self.remove();
        }
        self.code()
    }

    /// Begins to listen for [`WINDOW`] seconds. A pairing that is still pending is given up.
    ///
    /// # Errors
    /// [`WindowError`] if the device has an owner or is locked.
    pub fn open_window(&mut self, now: impl Into<Moment>) -> Result<(), WindowError> {
        self.open_window_at_start(now)?;
        self.pending = None;
        Ok(())
    }

    /// Begins to listen for [`WINDOW`] seconds because the device was switched on, which nobody may have meant: a wallet that
    /// is waited for goes on being waited for, until another one has answered.
    ///
    /// # Errors
    /// [`WindowError`] if the device has an owner or is locked.
    pub fn open_window_at_start(&mut self, now: impl Into<Moment>) -> Result<(), WindowError> {
        let now = now.into();
        self.tick(now);
        if matches!(self.phase, Phase::Paired(_)) {
            return Err(WindowError::AlreadyPaired);
        }
        if let Some(retry_after) = self.lockout.remaining(now.unix) {
            return Err(WindowError::Locked { retry_after });
        }
        if matches!(self.phase, Phase::Unpaired) {
            self.phase = Phase::Advertising(Window { opened: now.steady });
        }
        self.count_window_from(now.steady);
        Ok(())
    }

    /// Counts the [`WINDOW`] seconds of a window that is open from this moment of the steady clock, as when the device can be
    /// reached only now.
    pub fn count_window_from(&mut self, steady: u64) {
        if let Phase::Advertising(window) | Phase::Claimed(window, _) = &mut self.phase {
            window.opened = steady;
        }
    }

    /// Takes one message. Whatever the answer is, store [`to_state`](Self::to_state) before sending it.
    pub fn receive(
        &mut self,
        now: impl Into<Moment>,
        route: Route,
        message: &[u8],
        identity: &IdentityKey,
        offer: &Offer,
        rng: &mut impl CryptoRng,
    ) -> Reaction {
        let now = now.into();
        let lapse = self.tick(now);
        match (message::parse(message), lapse) {
            (Parsed::Step(Kind::ClaimDevice, body), _) => {
                self.claim(now, route, body, identity, rng)
            }
            (Parsed::Step(Kind::AnswerChallenge, _), Some(Lapse::Session(was, reply)))
                if was == route =>
            {
                Reaction::Answer(reply)
            }
            (Parsed::Step(Kind::AnswerChallenge, body), _) => self.answer(now, route, body, offer),
            (Parsed::Step(Kind::Cancel, body), _) if route == Route::Tangle => {
                self.cancel(now, body)
            }
            (Parsed::OtherVersion(_), _) if matches!(self.phase, Phase::Advertising(_)) => {
                refuse(Refusal::BadVersion, ClaimId::of(message).challenge())
            }
            (Parsed::Malformed, _) => Reaction::Silence(Silence::Malformed),
            _ => Reaction::Silence(Silence::OutOfTurn),
        }
    }

    /// Lets time pass: ends what has taken too long. Call it before reading the state and at least once a second
    /// while [`status`](Self::status) is advertising, claimed or pending.
    pub fn tick(&mut self, now: impl Into<Moment>) -> Option<Lapse> {
        let now = now.into().steady;
        let waited_for = self.pending.take_if(|pending| {
            let since = *pending.since.get_or_insert(now);
            passed(since, now, PENDING)
        });
        let lapse = match &self.phase {
            Phase::Advertising(window) if window.is_over(now) => {
                self.phase = Phase::Unpaired;
                Some(Lapse::Window)
            }
            Phase::Claimed(window, claimed) if passed(claimed.since, now, SESSION) => {
                let place = claimed.claim.result();
                let (route, window) = (claimed.route, *window);
                self.phase = window.phase(now);
                Some(Lapse::Session(
                    route,
                    Reply::now(Refusal::Timeout.to_bytes(), place),
                ))
            }
            _ => None,
        };
        lapse.or(waited_for.map(|_| Lapse::Pending))
    }

    /// The state in a word.
    pub fn status(&mut self, now: impl Into<Moment>) -> Status {
        let now = now.into();
        match &self.phase {
            Phase::Advertising(window) => Status::Advertising {
                seconds: seconds_left(window.opened, now.steady, WINDOW),
            },
            Phase::Claimed(..) => Status::Claimed,
            Phase::Paired(_) => Status::Paired,
            Phase::Unpaired if self.pending.is_some() => Status::PairedPending,
            Phase::Unpaired => match self.lockout.remaining(now.unix) {
                Some(retry_after) => Status::Locked { retry_after },
                None => Status::Unpaired,
            },
        }
    }

    /// Whether a wallet may claim the device, or is about to answer.
    pub fn listens(&self) -> bool {
        matches!(self.phase, Phase::Advertising(_) | Phase::Claimed(..))
    }

    /// The pairing that waits for DEVICE_ADDED: follow its control chain.
    pub fn pending(&self) -> Option<&Paired> {
        Some(&self.pending.as_ref()?.paired)
    }

    /// The owner.
    pub fn paired(&self) -> Option<&Paired> {
        match &self.phase {
            Phase::Paired(paired) => Some(paired),
            _ => None,
        }
    }

    /// The claim whose session runs over the Tangle: its answer is looked for at `claim.answer()`.
    pub fn tangle_session(&self) -> Option<ClaimId> {
        match &self.phase {
            Phase::Claimed(_, claimed) if claimed.route == Route::Tangle => Some(claimed.claim),
            _ => None,
        }
    }

    /// DEVICE_ADDED arrived on the pending control chain: the device has an owner.
    ///
    /// # Errors
    /// [`NotPending`] if nothing waits for it any more.
    pub fn added(&mut self, now: impl Into<Moment>) -> Result<&Paired, NotPending> {
        self.tick(now);
        if let Some(pending) = self.pending.take() {
            self.phase = Phase::Paired(Box::new(pending.paired));
        }
        self.paired().ok_or(NotPending)
    }

    /// A Bluetooth connection broke: its session, if it has one, ends, and another wallet need not wait for it.
    pub fn disconnected(&mut self, route: Route) {
        if let Phase::Claimed(window, claimed) = &self.phase
            && claimed.route == route
        {
            self.phase = Phase::Advertising(*window);
        }
    }

    /// DEVICE_DELETED, or a factory reset: the device has no owner any more.
    pub fn remove(&mut self) {
        self.phase = Phase::Unpaired;
        self.pending = None;
    }
}

impl Window {
    fn is_over(self, now: u64) -> bool {
        passed(self.opened, now, WINDOW)
    }

    /// What comes after a session within this window.
    fn phase(self, now: u64) -> Phase {
        if self.is_over(now) {
            Phase::Unpaired
        } else {
            Phase::Advertising(self)
        }
    }
}

/// True too where `now` is before it began: then these are not moments of one steady clock, and nothing stays open.
pub(crate) fn passed(since: u64, now: u64, length: u64) -> bool {
    now.checked_sub(since)
        .is_none_or(|elapsed| elapsed >= length)
}

pub(crate) fn seconds_left(since: u64, now: u64, length: u64) -> u32 {
    let left = length.saturating_sub(now.saturating_sub(since));
    u32::try_from(left).unwrap_or(u32::MAX)
}

impl fmt::Debug for DevicePairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Unpaired if self.pending.is_some() => "PAIRED_PENDING",
            Phase::Unpaired => "UNPAIRED",
            Phase::Advertising(_) => "ADVERTISING",
            Phase::Claimed(..) => "CLAIMED",
            Phase::Paired(_) => "PAIRED",
        };
        write!(f, "DevicePairing({phase})")
    }
}
