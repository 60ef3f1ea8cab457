//! The two steps that need cryptography: taking a claim, and taking an answer.

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

use super::reaction::{Reaction, Reply, Route, Silence, refuse};
use super::{
    Claimed, DENIED_AFTER, DevicePairing, PENDING, Pending, Phase, SEEN_CLAIMS, SESSION, WINDOW,
    Window, seconds_left,
};
use crate::encode;
use crate::identity;
use crate::message::{self, Answer, Challenge, Kind, Offer, Refusal};
use crate::moment::Moment;
use crate::noise::{self, Failed, Handshake, Prologue, Session};
use crate::paired::Paired;
use crate::post::{ClaimId, Place};

impl DevicePairing {
    pub(super) fn claim(
        &mut self,
        now: Moment,
        route: Route,
        body: &[u8],
        identity: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Reaction {
        let claim = ClaimId::of(body);
        let place = claim.challenge();
        if let Some(retry_after) = self.lockout.remaining(now.unix) {
            return refuse(Refusal::Locked { retry_after }, place);
        }
        let window = match (&self.phase, &self.pending) {
            (Phase::Unpaired, None) => return Reaction::Silence(Silence::WindowClosed),
            _ if self.seen.contains(&claim) => return Reaction::Silence(Silence::Repeated),
            (Phase::Advertising(window), _) => *window,
            (Phase::Claimed(_, claimed), _) => {
                let retry_after = seconds_left(claimed.since, now.steady, SESSION);
                return self.turn_away(claim, route, retry_after);
            }
            (Phase::Unpaired, Some(pending)) => {
                let since = pending.since.unwrap_or(now.steady);
                let retry_after = seconds_left(since, now.steady, PENDING);
                return self.turn_away(claim, route, retry_after);
            }
            (Phase::Paired(_), _) => return refuse(Refusal::AlreadyPaired, place),
        };
        if body.len() != noise::FIRST_OVERHEAD + size_of::<u64>() {
            return Reaction::Silence(Silence::Malformed);
        }
        let Ok((handshake, time)) = self.read_claim(body, rng) else {
            self.fail(now, window);
            return Reaction::Silence(Silence::WrongSecret);
        };
        if route == Route::Tangle && time.abs_diff(now.unix) > WINDOW {
            return Reaction::Silence(Silence::Stale);
        }
        keep_last(&mut self.seen, claim);
        match challenge(handshake, identity, rng) {
            Ok((session, message)) => {
                let device = identity.verifying();
                let claimed = Claimed {
                    since: now.steady,
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

    /// Says once that another wallet is busy: a claim on the Tangle is found again at every look.
    fn turn_away(&mut self, claim: ClaimId, route: Route, retry_after: u32) -> Reaction {
        if route == Route::Tangle {
            if self.turned_away.contains(&claim) {
                return Reaction::Silence(Silence::Repeated);
            }
            keep_last(&mut self.turned_away, claim);
        }
        refuse(Refusal::Busy { retry_after }, claim.challenge())
    }

    fn read_claim(
        &self,
        body: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Handshake, u64), Failed> {
        let mut handshake = Handshake::responder(Prologue::Pair, &self.secret.psk(), rng)?;
        let payload = handshake.read(body)?;
        let time = payload.as_slice().try_into().map_err(|_| Failed)?;
        Ok((handshake, u64::from_le_bytes(time)))
    }

    pub(super) fn answer(
        &mut self,
        now: Moment,
        route: Route,
        body: &[u8],
        offer: &Offer,
    ) -> Reaction {
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
                let pending = Pending {
                    since: Some(now.steady),
                    paired: Paired::new(&claimed.session, claimed.device, wallet, now.unix),
                    claim: (route == Route::Tangle).then_some(claimed.claim),
                    window: Some(window),
                };
                self.lockout.clear();
                self.pending = Some(Box::new(pending));
                Reaction::Answer(Reply::now(message, place))
            }
            Err(Failed) => self.deny(now, window, place),
        }
    }

    /// Ends the session of these claims, or the pairing that waits for DEVICE_ADDED, and takes none of them later.
    ///
    /// Only who holds the code finds the place where this lies, and a claim's hash; that is who may claim the device anyway.
    pub(super) fn cancel(&mut self, now: Moment, body: &[u8]) -> Reaction {
        let Some(claims) = ClaimId::cancelled_by(body) else {
            return Reaction::Silence(Silence::Malformed);
        };
        let after = match &self.phase {
            Phase::Claimed(window, claimed) if claims.contains(&claimed.claim) => {
                Some(window.phase(now.steady))
            }
            _ => None,
        };
        let is_cancelled = |pending: &mut Box<Pending>| {
            let own = pending.claim.as_ref();
            own.is_some_and(|own| claims.contains(own))
        };
        let given_up = self.pending.take_if(is_cancelled);
        let unseen = claims.iter().filter(|claim| !self.seen.contains(claim));
        let unseen: Vec<ClaimId> = unseen.copied().collect();
        if after.is_none() && given_up.is_none() && unseen.is_empty() {
            return Reaction::Silence(Silence::Repeated);
        }
        for claim in unseen {
            keep_last(&mut self.seen, claim);
        }
        let reopened = given_up.and_then(|pending| pending.window);
        let reopened = reopened.filter(|_| matches!(self.phase, Phase::Unpaired));
        if let Some(phase) = after.or(reopened.map(|window| window.phase(now.steady))) {
            self.phase = phase;
        }
        Reaction::Cancelled
    }

    fn deny(&mut self, now: Moment, window: Window, place: Place) -> Reaction {
        self.fail(now, window);
        let message = Refusal::Denied.to_bytes();
        Reaction::Answer(Reply {
            message,
            after: DENIED_AFTER,
            place,
        })
    }

    fn fail(&mut self, now: Moment, window: Window) {
        self.phase = if self.lockout.fail(now.unix) {
            Phase::Unpaired
        } else {
            Phase::Advertising(window)
        };
    }
}

fn keep_last(claims: &mut Vec<ClaimId>, claim: ClaimId) {
    if claims.len() >= SEEN_CLAIMS {
        claims.remove(0);
    }
    claims.push(claim);
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
