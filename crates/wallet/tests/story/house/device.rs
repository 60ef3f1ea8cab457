//! A device without a meter: pairing, consents and channels are the real ones, only the disk and the cable are missing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use channel::{
    BlockKind, Chain, Grant, IdentityKey, LanePairwise, MessageKey, Numbered, Pairwise, Publisher,
    SlotLength, VerifyingIdentity, consent_writer_secret, seal_grant, seal_message, seal_unsigned,
};
use consent::{
    Authorized, ConsentId, ConsentLog, ConsentMessage, ControlMessage, DeviceAction,
    DeviceConsents, InboxMessage, InboxSlot, LanePosition, LaneReader, Lanes, OwnerLane, Secret,
    StatusMessage, Writer,
};
use pairing::post::Place;
use pairing::{DevicePairing, Offer, OfferedLane, PairingCode, Reaction, Reply, Route, Serial};
use readings::{Batch, Interval, Lane, UnixSeconds, codec};
use tangle::Tag;
use tokio::task::JoinHandle;

use super::ledger::Ledger;
use super::{House, Time, fetch, publish, publish_block, random};

/// A device that works in the background until it is dropped.
pub(crate) struct Device {
    inner: Arc<Mutex<Option<Box<Machine>>>>,
    code: PairingCode,
    task: Option<JoinHandle<()>>,
}

pub(crate) struct Machine {
    tangle: Arc<Ledger>,
    time: Time,
    identity: IdentityKey,
    pub(crate) pairing: DevicePairing,
    pub(crate) consents: DeviceConsents,
    control: Option<Chain>,
    status: Option<Chain>,
    logs: HashMap<ConsentId, ConsentLog>,
    channels: HashMap<Lane, Channel>,
    /// Every control message that was obeyed.
    pub(crate) obeyed: Vec<ControlMessage>,
}

struct Channel {
    publisher: Publisher,
    readers: Vec<(LaneReader, LanePairwise)>,
}

impl Device {
    pub(crate) fn start(house: &House) -> Self {
        let identity = IdentityKey::from_seed(&[42; 32]);
        let mut pairing =
            DevicePairing::new(&identity.verifying(), Serial(*b"test"), &mut random());
        pairing.open_window(house.time.now()).unwrap();
        let code = pairing.code();
        let machine = Box::new(Machine {
            tangle: house.tangle.clone(),
            time: house.time.clone(),
            identity,
            pairing,
            consents: DeviceConsents::new(),
            control: None,
            status: None,
            logs: HashMap::new(),
            channels: HashMap::new(),
            obeyed: Vec::new(),
        });
        let mut device = Self {
            inner: Arc::new(Mutex::new(Some(machine))),
            code,
            task: None,
        };
        device.switch_on();
        device
    }

    pub(crate) fn code(&self) -> PairingCode {
        self.code.clone()
    }

    fn switch_on(&mut self) {
        let inner = self.inner.clone();
        self.task = Some(tokio::spawn(async move {
            loop {
                let machine = inner.lock().unwrap().take();
                if let Some(mut machine) = machine {
                    machine.step().await;
                    *inner.lock().unwrap() = Some(machine);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }));
    }

    pub(crate) async fn with<T>(&self, look: impl FnOnce(&mut Machine) -> T) -> T {
        loop {
            if let Some(machine) = self.inner.lock().unwrap().as_mut() {
                return look(machine);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Publishes what was measured in one quarter of an hour.
    pub(crate) async fn measure(&self, lane: Lane, start: u64) {
        let mut machine = self
            .take(|machine| machine.channels.contains_key(&lane))
            .await;
        machine.measure(lane, start).await;
        *self.inner.lock().unwrap() = Some(machine);
    }

    /// Tells its owner the same thing again and again, once it has heard that it is the owner's.
    pub(crate) async fn repeat(&self, message: &StatusMessage, times: u32) {
        let mut machine = self
            .take(|machine| machine.pairing.paired().is_some())
            .await;
        for _ in 0..times {
            machine.tell(message.clone()).await;
        }
        *self.inner.lock().unwrap() = Some(machine);
    }

    /// Where the first block of what it says next will lie.
    pub(crate) async fn next_words(&self) -> Tag {
        self.with(|machine| Tag(machine.status.as_ref().unwrap().current().tag(0).into()))
            .await
    }

    /// Turns the keys of every lane, as after thirty days; everybody stays.
    pub(crate) async fn rotate_all(&self) {
        let mut machine = self.take(|_| true).await;
        let lanes: Vec<Lane> = machine.channels.keys().copied().collect();
        for lane in lanes {
            machine.rotate(lane, &[]).await;
        }
        *self.inner.lock().unwrap() = Some(machine);
    }

    async fn take(&self, ready: impl Fn(&Machine) -> bool) -> Box<Machine> {
        loop {
            {
                let mut inner = self.inner.lock().unwrap();
                if inner.as_deref().is_some_and(&ready)
                    && let Some(machine) = inner.take()
                {
                    return machine;
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Machine {
    async fn step(&mut self) {
        self.pair().await;
        self.obey().await;
        self.listen().await;
        self.work().await;
    }

    async fn pair(&mut self) {
        let now = self.time.now();
        self.pairing.tick(now);
        if !matches!(
            self.pairing.status(now),
            pairing::Status::Advertising { .. }
                | pairing::Status::Claimed
                | pairing::Status::PairedPending
        ) {
            return;
        }
        let secret = self.pairing.code().secret().clone();
        let mut places: Vec<Place> = Place::recent_claims(now).collect();
        places.extend(self.pairing.tangle_session().map(|claim| claim.answer()));
        for place in places {
            let messages: Vec<Vec<u8>> = fetch(&*self.tangle, secret.message_key(place))
                .await
                .joined()
                .iter()
                .map(|joined| joined.bytes().to_vec())
                .collect();
            for message in messages {
                let offer = offer();
                let reaction = self.pairing.receive(
                    now,
                    Route::Tangle,
                    &message,
                    &self.identity,
                    &offer,
                    &mut random(),
                );
                if let Reaction::Answer(Reply { message, place, .. }) = reaction {
                    let fragments =
                        seal_unsigned(&secret.message_key(place), &message, &mut random()).unwrap();
                    publish(&*self.tangle, &fragments).await;
                }
            }
        }
        if let Some(paired) = self.pairing.pending() {
            self.control = Some(Chain::new(*paired.to_device()));
            self.status = Some(Chain::new(*paired.to_wallet()));
        }
    }

    async fn obey(&mut self) {
        let Some(owner) = self
            .pairing
            .pending()
            .or(self.pairing.paired())
            .map(|paired| paired.wallet.clone())
        else {
            return;
        };
        while let Some(key) = self.control.as_ref().map(Chain::current) {
            let Some(opened) = fetch(&*self.tangle, key).await.verified(&owner, "control") else {
                return;
            };
            let message = ControlMessage::from_bytes(&opened.body).unwrap();
            if matches!(message, ControlMessage::DeviceAdded { .. })
                && self.pairing.pending().is_some()
            {
                self.pairing.added(self.time.now()).unwrap();
            }
            self.control.as_mut().unwrap().advance();
            let number = self.control.as_ref().unwrap().index() - 1;
            match self.consents.apply(&message, self.time.now()) {
                Ok(_) => self.obeyed.push(message),
                Err(refusal) => {
                    let at = self.time.now();
                    self.tell(StatusMessage::Refused {
                        at,
                        message: number,
                        consent: None,
                        why: refusal.code(),
                    })
                    .await;
                }
            }
        }
    }

    async fn listen(&mut self) {
        let running: Vec<Authorized> = self
            .consents
            .running()
            .map(|(_, authorized)| authorized.clone())
            .collect();
        for authorized in running {
            let parties = [
                (Writer::Wallet, &authorized.consent_key),
                (Writer::Provider, &authorized.provider_key),
            ];
            for (writer, key) in parties {
                let speaker = VerifyingIdentity::from_bytes(key).unwrap();
                loop {
                    let log = self.logs.entry(authorized.consent).or_default();
                    let number = log.next(writer);
                    let key = key_of(&authorized, writer, number);
                    let Some(opened) = fetch(&*self.tangle, key)
                        .await
                        .verified(&speaker, "consent")
                    else {
                        break;
                    };
                    let log = self.logs.get_mut(&authorized.consent).unwrap();
                    if let Some(envelope) = log.read(writer, number, &opened.body).unwrap() {
                        self.consents
                            .hear(authorized.consent, &envelope.message, self.time.now());
                    }
                }
            }
        }
    }

    async fn work(&mut self) {
        loop {
            let due = self.consents.due(self.time.now());
            if due.is_empty() {
                return;
            }
            for action in due {
                self.act(action).await;
            }
        }
    }

    async fn act(&mut self, action: DeviceAction) {
        match action {
            DeviceAction::StartAfresh => {
                self.channels.clear();
                self.consents.started_afresh();
            }
            DeviceAction::Grant { consent, lanes, .. } => {
                let (sealed, positions, authorized) = self.grant(consent, &lanes);
                let message = InboxMessage::Grant {
                    device_key: self.identity.verifying().to_bytes(),
                    sealed,
                };
                let key = authorized.request_secret.inbox_key(InboxSlot::Device);
                self.post(&key, "inbox", &message.to_bytes()).await;
                self.consents.granted(consent, &positions, self.time.now());
            }
            DeviceAction::Regrant { consent, lanes } => {
                let (sealed, positions, _) = self.grant(consent, &lanes);
                self.say(consent, ConsentMessage::Regrant { sealed }).await;
                self.consents.granted(consent, &positions, self.time.now());
            }
            DeviceAction::Say {
                consent, message, ..
            } => {
                self.say(consent, message.clone()).await;
                self.consents.said(consent, &message);
            }
            DeviceAction::Rotate { lane, leaving, .. } => {
                let closing = self.rotate(lane, &leaving).await;
                self.consents.rotated(closing, &leaving);
            }
            DeviceAction::OwnerKeys { lanes } => {
                let lanes_of_owner = lanes.iter().map(|lane| self.owner_lane(lane)).collect();
                self.tell(StatusMessage::OwnerKeys {
                    lanes: lanes_of_owner,
                })
                .await;
                self.consents.owner_keys_sent(&lanes);
            }
            DeviceAction::StopLane { lane } => {
                self.channels.remove(&lane);
                self.consents.stopped(lane);
            }
            DeviceAction::EraseAll => {
                self.channels.clear();
                self.consents.erased();
            }
        }
    }

    fn channel(&mut self, lane: Lane) -> &mut Channel {
        let slot_length = SlotLength::new(lane.default_slot_seconds()).unwrap();
        let now = slot_length.slot_at(self.time.now());
        self.channels.entry(lane).or_insert_with(|| {
            let cid = <[u8; 16]>::try_from(&Pairwise::new(random_bytes()).expose()[..16]).unwrap();
            Channel {
                publisher: Publisher::start(cid.into(), slot_length, now, &mut random()),
                readers: Vec::new(),
            }
        })
    }

    fn grant(
        &mut self,
        consent: ConsentId,
        lanes: &Lanes,
    ) -> (Vec<u8>, Vec<LanePosition>, Authorized) {
        let authorized = self.consents.authorized(consent).unwrap().clone();
        let keys: Vec<_> = lanes
            .iter()
            .map(|lane| {
                let publisher = &self.channel(lane).publisher;
                (
                    lane.code(),
                    publisher.lane_keys(publisher.earliest_grant()).unwrap(),
                )
            })
            .collect();
        let positions = lanes
            .iter()
            .zip(&keys)
            .map(|(lane, (_, keys))| position(lane, keys.epoch.0, keys.slot.0));
        let positions = positions.collect();
        let grant = Grant {
            consent: consent.0,
            lanes: keys.clone(),
            history: None,
        };
        let to = kem::PublicKey::from_bytes(&authorized.hpke_key).unwrap();
        let (sealed, pairwise) = seal_grant(
            &grant,
            &to,
            authorized.request_secret.expose(),
            &mut random(),
        )
        .unwrap();
        for (lane, (_, keys)) in lanes.iter().zip(&keys) {
            let reader = LaneReader::Consent(consent);
            let readers = &mut self.channel(lane).readers;
            readers.retain(|(other, _)| *other != reader);
            readers.push((reader, pairwise.lane(keys)));
        }
        (sealed, positions, authorized)
    }

    fn owner_lane(&mut self, lane: Lane) -> OwnerLane {
        let secret = random_bytes();
        let channel = self.channel(lane);
        let keys = channel
            .publisher
            .lane_keys(channel.publisher.earliest_grant())
            .unwrap();
        channel
            .readers
            .push((LaneReader::Owner, Pairwise::new(secret).lane(&keys)));
        OwnerLane {
            lane,
            keys: keys.to_bytes().to_vec(),
            pairwise: Secret(secret),
        }
    }

    async fn rotate(&mut self, lane: Lane, leaving: &[ConsentId]) -> LanePosition {
        let channel = self.channels.get_mut(&lane).unwrap();
        channel.readers.retain(|(reader, _)| {
            !leaving
                .iter()
                .any(|left| *reader == LaneReader::Consent(*left))
        });
        let first = channel.publisher.earliest_grant();
        let mut pairwise: Vec<LanePairwise> =
            channel.readers.iter().map(|(_, key)| key.clone()).collect();
        let blocks = channel
            .publisher
            .rotate(first, &mut pairwise, &mut random())
            .unwrap();
        for ((_, key), advanced) in channel.readers.iter_mut().zip(pairwise) {
            *key = advanced;
        }
        let epoch = channel.publisher.lane_keys(first).unwrap().epoch.0;
        for block in blocks {
            publish_block(&*self.tangle, Tag(block.tag.into()), &block.data[..]).await;
        }
        position(lane, epoch, first.0)
    }

    async fn measure(&mut self, lane: Lane, start: u64) {
        let seconds = u64::from(lane.default_slot_seconds());
        let mut interval = Interval::between(
            UnixSeconds(start as i64),
            UnixSeconds((start + seconds) as i64),
        );
        interval.readings = 900;
        let body = codec::encode(lane.kind, &Batch::Intervals(vec![interval])).unwrap();
        let slot = SlotLength::new(lane.default_slot_seconds())
            .unwrap()
            .slot_at(start);
        let publisher = &mut self
            .channels
            .get_mut(&lane)
            .expect("the lane is published")
            .publisher;
        let blocks = publisher
            .publish(slot, BlockKind::Data, codec::CODEC, &body, &mut random())
            .unwrap();
        for block in blocks {
            publish_block(&*self.tangle, Tag(block.tag.into()), &block.data[..]).await;
        }
    }

    async fn say(&mut self, consent: ConsentId, message: ConsentMessage) {
        let authorized = self.consents.authorized(consent).unwrap().clone();
        let (number, body) = self
            .logs
            .entry(consent)
            .or_default()
            .write(message, self.time.now());
        self.post(
            &key_of(&authorized, Writer::Device, number),
            "consent",
            &body,
        )
        .await;
    }

    pub(crate) async fn tell(&mut self, message: StatusMessage) {
        let key = self.status.as_ref().unwrap().current();
        self.post(&key, "status", &message.to_bytes()).await;
        self.status.as_mut().unwrap().advance();
    }

    async fn post(&self, key: &MessageKey, context: &str, body: &[u8]) {
        let fragments = seal_message(key, &self.identity, context, body, &mut random()).unwrap();
        publish(&*self.tangle, &fragments).await;
    }
}

fn key_of(authorized: &Authorized, writer: Writer, number: u32) -> MessageKey {
    Numbered::new(consent_writer_secret(
        authorized.consent_secret.expose(),
        writer,
    ))
    .at(number)
}

fn position(lane: Lane, epoch: u32, slot: u64) -> LanePosition {
    LanePosition {
        lane,
        epoch,
        slot,
        slot_length: lane.default_slot_seconds(),
    }
}

fn offer() -> Offer {
    let lane = |lane: Lane| OfferedLane {
        lane: lane.code(),
        slot_seconds: lane.default_slot_seconds(),
        root: None,
    };
    Offer {
        name: "Raspberry Pi".into(),
        lanes: Lane::ALL.into_iter().map(lane).collect(),
    }
}

fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand_core::Rng::fill_bytes(&mut random(), &mut bytes);
    bytes
}
