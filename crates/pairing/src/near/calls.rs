//! The device's side: when its owner may call, and one conversation at a time.

use core::fmt;

use rand_core::CryptoRng;

use super::key::{Hint, NearKey, salt};
use super::message::{No, Request, Response};
use crate::device::{Route, passed, seconds_left};
use crate::encode;
use crate::message::{self, Kind, MAX_MESSAGE, Parsed};
use crate::noise::{Failed, Handshake, Prologue, Session};

/// A conversation in which nothing was said for so many seconds is over.
pub const IDLE: u64 = 120;
/// A call that is not followed by a request for so many seconds may be an old one that somebody plays back.
pub const UNPROVEN: u64 = 10;

/// Whether the owner may call, and the conversation with them. None of it survives a restart.
///
/// Strangers are met with silence and nothing is counted: there is no code to guess, and a call that was made with
/// another key is refused before any costly step.
#[derive(Default)]
pub struct Calls {
    open: Option<Open>,
    talk: Option<Talk>,
}

#[derive(Clone, Copy)]
struct Open {
    since: u64,
    seconds: u64,
    salt: [u8; 8],
}

struct Talk {
    route: Route,
    session: Session,
    /// When the wallet was last heard, or answered.
    last: u64,
    /// A request was opened, so that it is the owner who talks and no recording.
    proven: bool,
}

/// What came of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Called {
    /// Send this back.
    Answer(Vec<u8>),
    /// Do this, and send what [`Calls::respond`] makes of the response.
    Request(Request),
    /// Say nothing: it is no call, or none of the owner.
    Silence,
}

impl Calls {
    /// Lets the owner call for so many seconds from now on.
    pub fn open(&mut self, now: u64, seconds: u64, rng: &mut impl CryptoRng) {
        self.tick(now);
        let longer = |open: &Open| open.ends() > now.saturating_add(seconds);
        if !self.open.as_ref().is_some_and(longer) {
            let salt = self.open.map_or_else(|| salt(rng), |open| open.salt);
            self.open = Some(Open {
                since: now,
                seconds,
                salt,
            });
        }
    }

    /// Takes no more calls. A conversation goes on.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Ends everything, as when there is no owner any more.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// Ends what has taken too long.
    pub fn tick(&mut self, now: u64) {
        self.open
            .take_if(|open| passed(open.since, now, open.seconds));
        self.talk.take_if(|talk| {
            let patience = if talk.proven { IDLE } else { UNPROVEN };
            passed(talk.last, now, patience)
        });
    }

    /// For how many seconds yet the owner may call; more than any window while they talk.
    pub fn seconds_left(&mut self, now: u64) -> Option<u32> {
        self.tick(now);
        if self.talk.is_some() {
            return Some(u32::MAX);
        }
        let open = self.open?;
        Some(seconds_left(open.since, now, open.seconds))
    }

    /// By what the owner recognises this device while it takes calls.
    #[must_use]
    pub fn hint(&self, key: &NearKey) -> Option<Hint> {
        self.open.map(|open| key.hint(open.salt))
    }

    /// Takes one message that came by radio.
    pub fn hear(
        &mut self,
        now: u64,
        route: Route,
        message: &[u8],
        key: &NearKey,
        rng: &mut impl CryptoRng,
    ) -> Called {
        self.tick(now);
        match message::parse(message) {
            Parsed::Step(Kind::Call, body) if self.open.is_some() => match take(body, key, rng) {
                Ok((session, answer)) => {
                    self.talk = Some(Talk {
                        route,
                        session,
                        last: now,
                        proven: false,
                    });
                    Called::Answer(answer)
                }
                Err(Failed) => Called::Silence,
            },
            Parsed::Step(Kind::Request, body) => self.request(now, route, body),
            _ => Called::Silence,
        }
    }

    fn request(&mut self, now: u64, route: Route, body: &[u8]) -> Called {
        let Some(talk) = self.talk.as_mut().filter(|talk| talk.route == route) else {
            return Called::Silence;
        };
        let Ok(plain) = talk.session.to_device.open(body) else {
            // Nobody can say anything in it that was not said by the owner; whoever tries has ended it.
            self.talk = None;
            return Called::Silence;
        };
        talk.proven = true;
        talk.last = now;
        let request: Result<Request, Response> =
            minicbor::decode(&plain).map_err(|_| Response::no(No::Unknown));
        match request.and_then(Request::checked) {
            Ok(request) => Called::Request(request),
            Err(refused) => match self.respond(now, route, &refused) {
                Some(answer) => Called::Answer(answer),
                None => Called::Silence,
            },
        }
    }

    /// The response as a message, if the conversation of this way still stands.
    pub fn respond(&mut self, now: u64, route: Route, response: &Response) -> Option<Vec<u8>> {
        let talk = self.talk.as_mut().filter(|talk| talk.route == route)?;
        let plain = encode(response);
        let sealed = talk.session.to_wallet.seal(&plain).ok()?;
        talk.last = now;
        let message = message::build(Kind::Response, &[&sealed]);
        (message.len() <= MAX_MESSAGE).then_some(message)
    }

    /// The connection of this way broke.
    pub fn lost(&mut self, route: Route) {
        self.talk.take_if(|talk| talk.route == route);
    }
}

fn take(
    body: &[u8],
    key: &NearKey,
    rng: &mut impl CryptoRng,
) -> Result<(Session, Vec<u8>), Failed> {
    let mut handshake = Handshake::responder(Prologue::Near, &key.psk(), rng)?;
    handshake.read(body)?;
    let second = handshake.write(&[])?;
    let session = handshake.finish()?;
    Ok((session, message::build(Kind::CallTaken, &[&second])))
}

impl Open {
    fn ends(&self) -> u64 {
        self.since.saturating_add(self.seconds)
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (&self.talk, &self.open) {
            (Some(_), _) => "in conversation",
            (None, Some(_)) => "open",
            (None, None) => "closed",
        };
        write!(f, "Calls({state})")
    }
}
