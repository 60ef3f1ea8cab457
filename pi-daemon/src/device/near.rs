//! The owner, nearby: when they may call over Bluetooth, and what they ask that the device itself answers.

use ::pairing::near::{Called, Calls, NearKey, No, Request, Response};
use ::pairing::{Paired, Route};
use channel::MessageAssembler;
use data_dir::random;
use readings::{Batch, Kind};

use super::owner::Awaited;
use super::{Device, DeviceError, NodeState};
use crate::clock::Moment;
use crate::status::NodeReport;
use crate::store::StoreError;
use crate::store::settings::{self, Name};

/// How long the owner may call after a start, or after `pi-daemon near`.
pub(crate) const FOR_A_CALL: u64 = 120;
/// A reading that is older says nothing of now.
const LATELY: u64 = 60;

/// When the owner may call, by the clock that nobody sets: a network brings the time with it.
#[derive(Default)]
pub(super) struct Near {
    calls: Calls,
    /// Only because this device was just paired: over as soon as it has a node.
    until_heard: bool,
}

impl Device {
    fn near_key(&self) -> Option<NearKey> {
        self.owner().map(Paired::near_key)
    }

    /// Lets the owner call for two minutes; says for how many seconds they may now.
    ///
    /// # Errors
    /// [`DeviceError::NoOwner`].
    pub(crate) fn take_calls(&mut self, moment: Moment) -> Result<u32, DeviceError> {
        if self.near_key().is_none() {
            return Err(DeviceError::NoOwner);
        }
        self.near.until_heard = false;
        let calls = &mut self.near.calls;
        calls.open(moment.steady, FOR_A_CALL, &mut random::generator());
        Ok(calls.seconds_left(moment.steady).unwrap_or_default())
    }

    /// A wallet has just paired over Bluetooth: it may say at once what this device needs to reach the Tangle.
    pub(super) fn take_calls_of_new_owner(&mut self, moment: Moment) {
        self.near.calls.end();
        self.near.until_heard = true;
        let calls = &mut self.near.calls;
        calls.open(moment.steady, ::pairing::PENDING, &mut random::generator());
    }

    /// Who was only waited for to bring a node is not waited for any more.
    pub(super) fn has_a_node(&mut self) {
        if self.near.until_heard && self.pairing.paired().is_some() {
            self.near.until_heard = false;
            self.near.calls.close();
        }
    }

    /// Without an owner there is nobody to wait for.
    pub(super) fn near_tick(&mut self) {
        if self.owner().is_none() {
            self.near.calls.end();
        }
    }

    /// What this device shows to its owner while they may call.
    pub(super) fn near_hint(&mut self, moment: Moment) -> Option<::pairing::near::Hint> {
        let key = self.near_key()?;
        self.near.calls.tick(moment.steady);
        self.near.calls.hint(&key)
    }

    /// For how many seconds yet the owner may call, or more while they do.
    pub(super) fn near_seconds(&mut self, moment: Moment) -> Option<u32> {
        self.owner()?;
        self.near.calls.seconds_left(moment.steady)
    }

    pub(super) fn near_hears(&mut self, route: Route, message: &[u8], moment: Moment) -> Called {
        let Some(key) = self.near_key() else {
            return Called::Silence;
        };
        let mut rng = random::generator();
        let calls = &mut self.near.calls;
        calls.hear(moment.steady, route, message, &key, &mut rng)
    }

    /// The response as a message, if whoever asked is still there.
    pub(crate) fn near_says(
        &mut self,
        route: Route,
        response: &Response,
        moment: Moment,
    ) -> Option<Vec<u8>> {
        self.near.calls.respond(moment.steady, route, response)
    }

    pub(super) fn near_lost(&mut self, route: Route) {
        self.near.calls.lost(route);
    }

    /// The node that this device uses, and what is wrong with it.
    pub(crate) fn node_in_use(&self) -> Response {
        let NodeReport {
            address,
            reachable,
            trouble,
            ..
        } = &self.node.report;
        let not_yet = || Some("it was not asked anything yet".to_owned());
        Response::Node {
            address: address.clone(),
            trouble: if *reachable {
                None
            } else {
                trouble.clone().or_else(not_yet)
            },
        }
    }

    /// The node that an owner chose.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn chosen_node(&self) -> Result<Option<String>, DeviceError> {
        let stored = settings::get(self.store.read(), Name::Node)?;
        let text = stored.map(|bytes| String::from_utf8(bytes.to_vec()));
        let damaged = |_| StoreError::Damaged {
            what: "the node's address",
        };
        Ok(text.transpose().map_err(damaged)?)
    }

    /// Goes on with this node, also after a restart. Nothing is published before the owner's channel was read there.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn use_node(&mut self, address: &str) -> Result<(), DeviceError> {
        self.store
            .transaction(|db| settings::set(db, Name::Node, address.as_bytes()))?;
        address.clone_into(&mut self.settings.node);
        self.node = NodeState {
            report: NodeReport {
                address: address.to_owned(),
                ..NodeReport::default()
            },
            sent: self.node.sent,
            ..NodeState::default()
        };
        tracing::info!("the owner has this device use the node {address}");
        Ok(())
    }

    /// What the meter says at this moment.
    pub(crate) fn reading_now(&self, moment: Moment) -> Response {
        let Some(reading) = self.recorder.latest(moment, LATELY) else {
            return Response::no(No::NoReading);
        };
        let batch = Batch::Readings(vec![reading.clone()]);
        let bodies = Kind::ALL
            .into_iter()
            .filter_map(|kind| readings::codec::encode(kind, &batch).ok());
        Response::Meter {
            bodies: bodies.map(Into::into).collect(),
        }
    }

    /// A message of the control channel that the owner brought here instead of to the Tangle. It lies under the same key and is
    /// signed the same; one that was read before changes nothing.
    ///
    /// # Errors
    /// [`DeviceError`]; then nothing has changed.
    pub(crate) fn take_by_hand(
        &mut self,
        blocks: &[impl AsRef<[u8]>],
        now: u64,
    ) -> Result<Response, DeviceError> {
        for (who, key) in self.awaited(now)? {
            let Awaited::Control(_) = who else { continue };
            let mut letter = MessageAssembler::new(key);
            for (index, block) in (0..=u8::MAX).zip(blocks) {
                let tag = letter.key().tag(index);
                letter.offer(&tag, &[block]);
            }
            if self.receive(&who, &letter, now)?.obeyed {
                break;
            }
        }
        Ok(Response::Taken)
    }
}

/// A request as the log names it: without what is in it.
pub(crate) fn in_words(request: &Request) -> &'static str {
    match request {
        Request::Wifi => "which Wi-Fi networks there are",
        Request::Join { .. } => "to join a Wi-Fi network",
        Request::Node => "which node is used",
        Request::UseNode { .. } => "to use another node",
        Request::Meter => "what the meter says",
        Request::HandOver { .. } => "to read a message",
    }
}
