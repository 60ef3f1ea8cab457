//! Devices within reach of a radio: the wallet's [`Central`] without one. Frames, seat, pairing and calls are the real ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use channel::{Chain, IdentityKey, MessageAssembler};
use consent::ControlMessage;
use pairing::bluetooth::{
    Condition, Heard, INFO_LEN, Info, OWNERS_NAME, Outgoing, Seat, local_name, serial_in,
};
use pairing::near::{
    Called, Calls, NearKey, Network, NetworkName, No, Request, Response, Security,
};
use pairing::{DevicePairing, Offer, OfferedLane, PairingCode, Reaction, Serial};
use readings::{Batch, Kind, Lane, Reading, UnixSeconds, Watt, codec};
use tokio::sync::Notify;
use wallet::{Central, Enough, Nearby, NearbyError, Pipe};

use super::{START, random};

pub(crate) const WIFI_PASSWORD: &str = "correct horse";

/// Everybody who can be heard.
#[derive(Default)]
pub(crate) struct Air(pub(crate) Vec<Arc<Pi>>);

/// A device without a screen, a keyboard and a network.
pub(crate) struct Pi {
    state: Mutex<State>,
    said: Notify,
}

pub(crate) struct State {
    pub(crate) pairing: DevicePairing,
    pub(crate) calls: Calls,
    /// What its owner told it by hand.
    pub(crate) told: Vec<ControlMessage>,
    /// The network that it is on.
    pub(crate) wifi: Option<String>,
    pub(crate) node: String,
    /// The kind of message that it obeys and does not answer.
    pub(crate) does_not_answer: Option<u8>,
    /// So many connections break as they begin.
    pub(crate) breaks: usize,
    /// It did not answer.
    pub(crate) fell_silent: Arc<Notify>,
    identity: IdentityKey,
    seat: Seat<u8>,
    outgoing: Outgoing,
    notified: VecDeque<Vec<u8>>,
}

impl Pi {
    /// One whose window is open.
    pub(crate) fn new(seed: u8) -> Arc<Self> {
        let identity = IdentityKey::from_seed(&[seed; 32]);
        let serial = Serial([0, 0, 0, seed]);
        let mut pairing = DevicePairing::new(&identity.verifying(), serial, &mut random());
        pairing.open_window(START).unwrap();
        Arc::new(Self {
            state: Mutex::new(State {
                pairing,
                calls: Calls::default(),
                told: Vec::new(),
                wifi: None,
                node: "http://nowhere:14265".into(),
                does_not_answer: None,
                breaks: 0,
                fell_silent: Arc::default(),
                identity,
                seat: Seat::default(),
                outgoing: Outgoing::default(),
                notified: VecDeque::new(),
            }),
            said: Notify::new(),
        })
    }

    pub(crate) fn code(&self) -> PairingCode {
        self.state().pairing.code()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// As after its plug was pulled and put back.
    pub(crate) fn starts_anew(&self) {
        let mut state = self.state();
        state.calls = Calls::default();
        state.calls.open(START, 120, &mut random());
        state.does_not_answer = None;
        state.pairing = DevicePairing::from_state(&state.pairing.to_state()).unwrap();
        // One with an owner opens nothing.
        let _ = state.pairing.open_window_at_start(START);
    }
}

impl State {
    fn key(&self) -> Option<NearKey> {
        let owner = self.pairing.paired().or(self.pairing.pending())?;
        Some(owner.near_key())
    }

    fn info(&mut self) -> Info {
        let hint = self.key().and_then(|key| self.calls.hint(&key));
        Info {
            condition: match hint {
                Some(_) => Condition::Near,
                None => self.pairing.status(START).into(),
            },
            serial: match hint {
                Some(_) => Serial([0; 4]),
                None => self.pairing.serial(),
            },
            hint,
        }
    }

    fn name(&mut self) -> String {
        match self.info().hint {
            Some(_) if !self.pairing.listens() => OWNERS_NAME.to_owned(),
            _ => local_name(self.pairing.serial()),
        }
    }

    fn hear(&mut self, frame: &[u8]) -> Result<(), NearbyError> {
        let heard = self.seat.hear(Duration::ZERO, 1, frame);
        let Ok(Heard::Message(route, message)) = heard else {
            return heard
                .map(drop)
                .map_err(|error| NearbyError::Broken(error.to_string()));
        };
        let called = match self.key() {
            Some(key) => self.calls.hear(START, route, &message, &key, &mut random()),
            None => Called::Silence,
        };
        let answer = match called {
            Called::Answer(answer) => Some(answer),
            Called::Request(request) => {
                let response = self.does(request);
                self.calls.respond(START, route, &response)
            }
            Called::Silence => self.pairs(route, &message),
        };
        if self.does_not_answer == message.get(1).copied() {
            self.fell_silent.notify_one();
        } else if let Some(answer) = answer {
            let frames = self.outgoing.frames(&answer, 185).unwrap();
            self.notified.extend(frames);
        }
        Ok(())
    }

    fn pairs(&mut self, route: pairing::Route, message: &[u8]) -> Option<Vec<u8>> {
        let lanes = Lane::ALL.into_iter().map(|lane| OfferedLane {
            lane: lane.code(),
            slot_seconds: lane.default_slot_seconds(),
            root: None,
        });
        let offer = Offer {
            name: "Cupboard".into(),
            lanes: lanes.collect(),
        };
        let (pairing, identity) = (&mut self.pairing, &self.identity);
        let reaction = pairing.receive(START, route, message, identity, &offer, &mut random());
        if self.pairing.pending().is_some() {
            self.calls.open(START, pairing::PENDING, &mut random());
        }
        match reaction {
            Reaction::Answer(reply) => Some(reply.message),
            _ => None,
        }
    }

    fn does(&mut self, request: Request) -> Response {
        match request {
            Request::Wifi => Response::Wifi {
                networks: vec![
                    network("Thuis", Security::Password),
                    network("Guests", Security::Open),
                ],
            },
            Request::Join { name, password } => {
                if password.is_none_or(|password| password.expose() != WIFI_PASSWORD) {
                    return Response::no(No::Password);
                }
                self.wifi = Some(name.to_string());
                Response::Joined
            }
            Request::UseNode { address } => {
                self.node = address;
                self.does(Request::Node)
            }
            Request::Node => Response::Node {
                address: self.node.clone(),
                trouble: self.wifi.is_none().then(|| "there is no network".into()),
            },
            Request::Meter => {
                let mut reading = Reading::at(UnixSeconds(START.cast_signed()));
                reading.electricity.power_import = Some(Watt(377));
                let batch = Batch::Readings(vec![reading]);
                let body = codec::encode(Kind::Electricity, &batch).unwrap();
                Response::Meter {
                    bodies: vec![body.into(), b"no body".to_vec().into()],
                }
            }
            Request::HandOver { blocks } => {
                self.reads(&blocks.into_iter().map(Into::into).collect::<Vec<_>>());
                Response::Taken
            }
        }
    }

    fn reads(&mut self, blocks: &[Vec<u8>]) {
        let owner = self.pairing.pending().unwrap();
        let mut letter = MessageAssembler::new(Chain::new(*owner.to_device()).current());
        for (index, block) in (0..).zip(blocks) {
            let tag = letter.key().tag(index);
            letter.offer(&tag, &[block]);
        }
        let opened = letter.verified(&owner.wallet, "control").unwrap();
        self.told
            .push(ControlMessage::from_bytes(&opened.body).unwrap());
        self.pairing.added(START).unwrap();
    }
}

fn network(name: &str, security: Security) -> Network {
    Network {
        name: NetworkName::new(name),
        strength: 70,
        security,
        joined: false,
    }
}

#[async_trait]
impl Central for Air {
    async fn look(&self, _: Duration, _: &Enough<'_>) -> Result<Vec<Nearby>, NearbyError> {
        let heard = self.0.iter().enumerate().map(|(id, pi)| {
            let name = pi.state().name();
            Nearby {
                id: id.to_string(),
                serial: serial_in(&name),
                name,
                signal: None,
            }
        });
        Ok(heard.collect())
    }

    async fn connect(&self, device: &Nearby) -> Result<Box<dyn Pipe>, NearbyError> {
        let id: usize = device.id.parse().unwrap();
        let pi = self.0.get(id).ok_or(NearbyError::NotFound)?;
        Ok(Box::new(Connection(Arc::clone(pi))))
    }
}

struct Connection(Arc<Pi>);

#[async_trait]
impl Pipe for Connection {
    fn mtu(&self) -> u16 {
        185
    }

    async fn info(&mut self) -> Result<Vec<u8>, NearbyError> {
        let info = self.0.state().info().to_bytes();
        assert!(info.len() >= INFO_LEN);
        Ok(info)
    }

    async fn write(&mut self, frame: &[u8]) -> Result<(), NearbyError> {
        let mut state = self.0.state();
        if let Some(left) = state.breaks.checked_sub(1) {
            state.breaks = left;
            return Err(NearbyError::Broken("the radio lost it".into()));
        }
        let heard = state.hear(frame);
        drop(state);
        self.0.said.notify_one();
        heard
    }

    async fn next(&mut self) -> Result<Vec<u8>, NearbyError> {
        loop {
            let next = self.0.state().notified.pop_front();
            match next {
                Some(frame) => return Ok(frame),
                None => self.0.said.notified().await,
            }
        }
    }

    fn close(self: Box<Self>) {
        let mut state = self.0.state();
        if let Some(route) = state.seat.left(1) {
            state.calls.lost(route);
            state.pairing.disconnected(route);
        }
        state.notified.clear();
    }
}
