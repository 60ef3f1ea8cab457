//! The device's side of pairing: one state machine, fed with messages and the time.

use core::fmt;
use core::time::Duration;

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

use crate::code::{IdentityHash, PairingCode, PairingSecret, Serial};
use crate::encode;
use crate::identity;
use crate::lockout::Lockout;
use crate::message::{self, Answer, Challenge, Kind, Offer, Parsed, Refusal};
use crate::noise::{self, Failed, Handshake, Session};
use crate::paired::Paired;
use crate::post::{ClaimId, Place};

/// How long the device listens after its button, its first boot or `pi-daemon pair`.
pub const WINDOW: u64 = 120;
/// How long one wallet may take from claim to answer.
pub const SESSION: u64 = 30;
/// How long DEVICE_ADDED may take after CLAIM_RESULT.
pub const PENDING: u64 = 600;
/// Every DENIED leaves this long after the message that caused it came in, whichever check failed.
pub const DENIED_AFTER: Duration = Duration::from_secs(1);

const SEEN_CLAIMS: usize = 64;

/// Which way a message came. A session belongs to the way on which it was claimed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// Over Bluetooth LE, by the number that the caller gives each connection.
    Bluetooth(u64),
    /// Over the Tangle.
    Tangle,
}

/// What the device does about a message. Store [`DevicePairing::to_state`] before answering.
#[derive(Debug)]
pub enum Reaction {
    /// Send this.
    Answer(Reply),
    /// Send nothing.
    Silence(Silence),
}

/// A message to send back.
#[derive(Debug)]
pub struct Reply {
    /// The message.
    pub message: Vec<u8>,
    /// Send it no earlier than this long after the message it answers came in.
    pub after: Duration,
    /// Where it is posted if the session runs over the Tangle.
    pub place: Place,
}

/// Why the device does not answer; for its log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Silence {
    /// Not one of the protocol's messages, or longer than 16 KiB.
    #[error("a message that is not part of pairing was ignored")]
    Malformed,
    /// Nobody asked for pairing.
    #[error("a wallet tried to pair while the window is closed")]
    WindowClosed,
    /// The claim was made with another secret.
    #[error("a wallet tried to pair with a wrong code")]
    WrongSecret,
    /// The same claim was seen before: doubled on its way, or replayed.
    #[error("a claim that was seen before was ignored")]
    Repeated,
    /// A claim found on the Tangle was not made within this window.
    #[error(
        "a claim was ignored because its time differs from this device's clock by more than two minutes"
    )]
    Stale,
    /// Right message, wrong moment.
    #[error("a message out of turn was ignored")]
    OutOfTurn,
}

/// What ended by itself because time passed.
#[derive(Debug)]
pub enum Lapse {
    /// A session took longer than [`SESSION`]; tell the wallet.
    Session(Route, Reply),
    /// The window closed.
    Window,
    /// DEVICE_ADDED did not come within [`PENDING`]; the device has no owner.
    Pending,
}

/// What the device's screen, log and Bluetooth *info* characteristic show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// No owner, not listening.
    Unpaired,
    /// Listening.
    Advertising {
        /// Seconds until the window closes.
        seconds: u32,
    },
    /// A wallet is answering the challenge.
    Claimed,
    /// Waiting for DEVICE_ADDED.
    PairedPending,
    /// It has an owner.
    Paired,
    /// No owner, and locked.
    Locked {
        /// Seconds until the lock opens.
        retry_after: u32,
    },
}

/// Why a window does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WindowError {
    /// There is an owner.
    #[error(
        "this device has an owner; the owner removes it in the wallet, or hold its button for ten seconds"
    )]
    AlreadyPaired,
    /// Too many failures.
    #[error(
        "pairing is locked for another {retry_after} s after too many failures; a new code opens it at once"
    )]
    Locked {
        /// Seconds until the lock opens.
        retry_after: u32,
    },
}

/// DEVICE_ADDED came although nothing is pending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("DEVICE_ADDED came more than ten minutes after pairing, or without pairing")]
pub struct NotPending;

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
/// | `CLAIMED` | a good answer → `PAIRED_PENDING`; a bad one, or 30 s → `ADVERTISING` |
/// | `PAIRED_PENDING` | [`added`](Self::added) → `PAIRED`; after ten minutes → `UNPAIRED`; a new window → `ADVERTISING` |
/// | `PAIRED` | [`remove`](Self::remove) → `UNPAIRED` |
///
/// The secret, the failures and `PAIRED_PENDING` or `PAIRED` survive a restart; a window and a session do not.
pub struct DevicePairing {
    pub(crate) secret: PairingSecret,
    pub(crate) identity: IdentityHash,
    pub(crate) serial: Serial,
    pub(crate) lockout: Lockout,
    pub(crate) seen: Vec<ClaimId>,
    pub(crate) phase: Phase,
}

pub(crate) enum Phase {
    Unpaired,
    Advertising(Window),
    Claimed(Window, Box<Claimed>),
    Pending { since: u64, paired: Box<Paired> },
    Paired(Box<Paired>),
}

#[derive(Clone, Copy)]
pub(crate) struct Window {
    opened: u64,
}

pub(crate) struct Claimed {
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
            phase: Phase::Unpaired,
        }
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
        if !matches!(self.phase, Phase::Paired(_)) {
            self.phase = Phase::Unpaired;
        }
        self.code()
    }

    /// Begins to listen for [`WINDOW`] seconds. A pairing that is still pending is given up.
    ///
    /// # Errors
    /// [`WindowError`] if the device has an owner or is locked.
    pub fn open_window(&mut self, now: u64) -> Result<(), WindowError> {
        self.tick(now);
        if let Some(retry_after) = self.lockout.remaining(now) {
            return Err(WindowError::Locked { retry_after });
        }
        let window = Window { opened: now };
        match &mut self.phase {
            Phase::Paired(_) => return Err(WindowError::AlreadyPaired),
            Phase::Claimed(old, _) => *old = window,
            phase => *phase = Phase::Advertising(window),
        }
        Ok(())
    }

    /// Takes one message. Whatever the answer is, store [`to_state`](Self::to_state) before sending it.
    pub fn receive(
        &mut self,
        now: u64,
        route: Route,
        message: &[u8],
        identity: &IdentityKey,
        offer: &Offer,
        rng: &mut impl CryptoRng,
    ) -> Reaction {
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
            (Parsed::OtherVersion(_), _) if self.listens() => {
                refuse(Refusal::BadVersion, ClaimId::of(message).challenge())
            }
            (Parsed::Malformed, _) => Reaction::Silence(Silence::Malformed),
            _ => Reaction::Silence(Silence::OutOfTurn),
        }
    }

    /// Lets time pass: ends what has taken too long. Call it before reading the state and at least once a second
    /// while [`status`](Self::status) is advertising, claimed or pending.
    pub fn tick(&mut self, now: u64) -> Option<Lapse> {
        match &self.phase {
            Phase::Advertising(window) if window.is_over(now) => {
                self.phase = Phase::Unpaired;
                Some(Lapse::Window)
            }
            Phase::Claimed(window, claimed) if passed(claimed.since, now, SESSION) => {
                let place = claimed.claim.result();
                let (route, window) = (claimed.route, *window);
                self.phase = if window.is_over(now) {
                    Phase::Unpaired
                } else {
                    Phase::Advertising(window)
                };
                Some(Lapse::Session(
                    route,
                    Reply::now(Refusal::Timeout.to_bytes(), place),
                ))
            }
            Phase::Pending { since, .. } if passed(*since, now, PENDING) => {
                self.phase = Phase::Unpaired;
                Some(Lapse::Pending)
            }
            _ => None,
        }
    }

    /// The state in a word.
    pub fn status(&mut self, now: u64) -> Status {
        match &self.phase {
            Phase::Advertising(window) => Status::Advertising {
                seconds: seconds_left(window.opened, now, WINDOW),
            },
            Phase::Claimed(..) => Status::Claimed,
            Phase::Pending { .. } => Status::PairedPending,
            Phase::Paired(_) => Status::Paired,
            Phase::Unpaired => match self.lockout.remaining(now) {
                Some(retry_after) => Status::Locked { retry_after },
                None => Status::Unpaired,
            },
        }
    }

    /// The pairing that waits for DEVICE_ADDED: follow its control chain.
    pub fn pending(&self) -> Option<&Paired> {
        match &self.phase {
            Phase::Pending { paired, .. } => Some(paired),
            _ => None,
        }
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
    pub fn added(&mut self, now: u64) -> Result<&Paired, NotPending> {
        self.tick(now);
        match core::mem::replace(&mut self.phase, Phase::Unpaired) {
            Phase::Pending { paired, .. } => self.phase = Phase::Paired(paired),
            other => self.phase = other,
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
    }

    fn listens(&self) -> bool {
        matches!(self.phase, Phase::Advertising(_))
    }

    fn claim(
        &mut self,
        now: u64,
        route: Route,
        body: &[u8],
        identity: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Reaction {
        let claim = ClaimId::of(body);
        let place = claim.challenge();
        if let Some(retry_after) = self.lockout.remaining(now) {
            return refuse(Refusal::Locked { retry_after }, place);
        }
        let window = match &self.phase {
            Phase::Unpaired => return Reaction::Silence(Silence::WindowClosed),
            _ if self.seen.contains(&claim) => return Reaction::Silence(Silence::Repeated),
            Phase::Advertising(window) => *window,
            Phase::Claimed(_, claimed) => {
                return refuse(
                    Refusal::Busy {
                        retry_after: seconds_left(claimed.since, now, SESSION),
                    },
                    place,
                );
            }
            Phase::Pending { since, .. } => {
                return refuse(
                    Refusal::Busy {
                        retry_after: seconds_left(*since, now, PENDING),
                    },
                    place,
                );
            }
            Phase::Paired(_) => return refuse(Refusal::AlreadyPaired, place),
        };
        if body.len() != noise::FIRST_OVERHEAD + size_of::<u64>() {
            return Reaction::Silence(Silence::Malformed);
        }
        let Ok((handshake, time)) = self.read_claim(body, rng) else {
            self.fail(now, window);
            return Reaction::Silence(Silence::WrongSecret);
        };
        if route == Route::Tangle && time.abs_diff(now) > WINDOW {
            return Reaction::Silence(Silence::Stale);
        }
        self.remember(claim);
        match challenge(handshake, identity, rng) {
            Ok((session, message)) => {
                let device = identity.verifying();
                let claimed = Claimed {
                    since: now,
                    route,
                    claim,
                    device,
                    session,
                };
                self.phase = Phase::Claimed(window, Box::new(claimed));
                Reaction::Answer(Reply::now(message, place))
            }
            Err(Failed) => self.deny(now, window, place),
        }
    }

    fn read_claim(
        &self,
        body: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Handshake, u64), Failed> {
        let mut handshake = Handshake::responder(&self.secret.psk(), rng)?;
        let payload = handshake.read(body)?;
        let time = payload.as_slice().try_into().map_err(|_| Failed)?;
        Ok((handshake, u64::from_le_bytes(time)))
    }

    fn answer(&mut self, now: u64, route: Route, body: &[u8], offer: &Offer) -> Reaction {
        let (window, mut claimed) = match core::mem::replace(&mut self.phase, Phase::Unpaired) {
            Phase::Claimed(window, claimed) if claimed.route == route => (window, claimed),
            other => {
                self.phase = other;
                return Reaction::Silence(Silence::OutOfTurn);
            }
        };
        let place = claimed.claim.result();
        match accept(&mut claimed.session, body, offer) {
            Ok((wallet, message)) => {
                let paired = Box::new(Paired::new(&claimed.session, claimed.device, wallet, now));
                self.lockout.clear();
                self.phase = Phase::Pending { since: now, paired };
                Reaction::Answer(Reply::now(message, place))
            }
            Err(Failed) => self.deny(now, window, place),
        }
    }

    fn deny(&mut self, now: u64, window: Window, place: Place) -> Reaction {
        self.fail(now, window);
        let message = Refusal::Denied.to_bytes();
        Reaction::Answer(Reply {
            message,
            after: DENIED_AFTER,
            place,
        })
    }

    fn fail(&mut self, now: u64, window: Window) {
        self.phase = if self.lockout.fail(now) {
            Phase::Unpaired
        } else {
            Phase::Advertising(window)
        };
    }

    fn remember(&mut self, claim: ClaimId) {
        if self.seen.len() >= SEEN_CLAIMS {
            self.seen.remove(0);
        }
        self.seen.push(claim);
    }
}

fn challenge(
    mut handshake: Handshake,
    identity: &IdentityKey,
    rng: &mut impl CryptoRng,
) -> Result<(Session, Vec<u8>), Failed> {
    let second = handshake.write(&[])?;
    let mut session = handshake.finish()?;
    let body = Challenge {
        identity: identity.verifying().to_bytes(),
        signature: identity::sign(identity, identity::DEVICE, &session.hash, rng)?,
        capabilities: 0,
    };
    let sealed = session.to_wallet.seal(&encode(&body))?;
    Ok((
        session,
        message::build(Kind::Challenge, &[&second, &sealed]),
    ))
}

/// The steps are the same for every answer up to the one that fails; [`DENIED_AFTER`] hides which one it was.
fn accept(
    session: &mut Session,
    body: &[u8],
    offer: &Offer,
) -> Result<(VerifyingIdentity, Vec<u8>), Failed> {
    let plain = session.to_device.open(body)?;
    let answer: Answer = minicbor::decode(&plain).map_err(|_| Failed)?;
    let wallet = VerifyingIdentity::from_bytes(&answer.wallet).map_err(|_| Failed)?;
    identity::verify(&wallet, identity::WALLET, &session.hash, &answer.signature)?;
    let sealed = session.to_wallet.seal(&encode(&offer.clone().bounded()))?;
    Ok((wallet, message::build(Kind::ClaimResult, &[&sealed])))
}

fn refuse(refusal: Refusal, place: Place) -> Reaction {
    Reaction::Answer(Reply::now(refusal.to_bytes(), place))
}

impl Reply {
    fn now(message: Vec<u8>, place: Place) -> Self {
        Self {
            message,
            after: Duration::ZERO,
            place,
        }
    }
}

impl Window {
    fn is_over(self, now: u64) -> bool {
        passed(self.opened, now, WINDOW)
    }
}

/// True too when the clock was set back, so that no set clock keeps anything open.
fn passed(since: u64, now: u64, length: u64) -> bool {
    now.checked_sub(since)
        .is_none_or(|elapsed| elapsed >= length)
}

fn seconds_left(since: u64, now: u64, length: u64) -> u32 {
    let left = length.saturating_sub(now.saturating_sub(since));
    u32::try_from(left).unwrap_or(u32::MAX)
}

impl fmt::Debug for DevicePairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Unpaired => "UNPAIRED",
            Phase::Advertising(_) => "ADVERTISING",
            Phase::Claimed(..) => "CLAIMED",
            Phase::Pending { .. } => "PAIRED_PENDING",
            Phase::Paired(_) => "PAIRED",
        };
        write!(f, "DevicePairing({phase})")
    }
}
