//! Wallet and device of one household, played over the real protocol crates on a Tangle in memory.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "tests; each test file uses a part of it"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use channel::{
    BlockKind, ChannelId, Grant, IdentityKey, LaneKeys, LanePairwise, MessageAssembler, MessageKey,
    Numbered, Pairwise, Publisher, SealedBlock, SlotLength, consent_writer_secret, seal_grant,
    seal_message,
};
use consent::{
    Accepted, Agreement, Choices, ConsentLink, ConsentLog, ConsentMessage, ConsentSecret, DeviceId,
    Expression, Given, InboxMessage, InboxSlot, LanePosition, Lanes, Language, SignedReceipt,
    SignedRequest, Writer,
};
use data_dir::random;
use provider_service::consents::{ConsentRecord, Id};
use provider_service::offer::{Offer, Wish};
use provider_service::provider::{Identity, Provider};
use provider_service::store::Store;
use provider_service::store::sqlite::SqliteStore;
use readings::{Batch, Interval, Lane, Reading, UnixSeconds, Watt, WattHour, codec};
use tangle::{InMemory, Tag, Tangle};

/// Saturday 20 June 2026, 12:00:00 UTC.
pub const NOON: u64 = 1_781_956_800;

pub fn live() -> Lane {
    "live/electricity".parse().unwrap()
}

/// A provider on a directory and a Tangle; opening it again is a restart.
pub fn provider(directory: &Path, tangle: &Arc<InMemory>) -> Arc<Provider> {
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&directory.join("provider.sqlite")).unwrap());
    let identity = Identity {
        signing: IdentityKey::from_seed(&[1; 32]),
        root: zeroize::Zeroizing::new([2; 32]),
    };
    let offer = Offer::parse(Offer::WATTT_INSIGHTS).unwrap();
    let tangle: Arc<dyn Tangle> = tangle.clone();
    Arc::new(
        Provider::open(
            store,
            tangle,
            identity,
            offer,
            "http://127.0.0.1:8080",
            "ab".repeat(32),
        )
        .unwrap(),
    )
}

/// Rounds at `now` until nothing moves.
pub async fn settle(provider: &Arc<Provider>, now: u64) {
    for _ in 0..50 {
        let polled = provider.poll(now).await.unwrap();
        if !polled.progress && !polled.more {
            return;
        }
    }
    panic!("the provider does not come to rest");
}

/// Makes a request and lets it reach the Tangle.
pub async fn ask(provider: &Arc<Provider>, visitor: u8, now: u64) -> (Id, String) {
    settle(provider, now).await;
    let asked = provider.ask(Wish::default(), &[visitor; 32], now).unwrap();
    settle(provider, now).await;
    assert!(
        !format!("{asked:?}").contains("meterkast:"),
        "links do not print"
    );
    (asked.record.id.clone(), asked.link.to_string())
}

pub fn record(provider: &Provider, id: &Id) -> ConsentRecord {
    provider.store().consent(id).unwrap().unwrap()
}

/// All readings that are stored, in order.
pub fn stored(provider: &Provider, id: &Id) -> Vec<Reading> {
    use provider_service::store::{BatchPlace, Span};
    let everything = Span {
        from: 0,
        to: i64::MAX,
    };
    let batches = provider
        .store()
        .batches(id, everything, BatchPlace::START, 10_000)
        .unwrap();
    let rows = batches
        .iter()
        .flat_map(|(_, batch)| match codec::decode(&batch.body).unwrap().1 {
            Batch::Readings(rows) => rows,
            Batch::Intervals(_) => Vec::new(),
        });
    rows.collect()
}

/// The household's side of one consent.
pub struct Household {
    pub tangle: Arc<InMemory>,
    pub request: SignedRequest,
    pub link: ConsentLink,
    pub receipt_key: IdentityKey,
    pub device: IdentityKey,
    pub consent_secret: ConsentSecret,
    pub wallet_log: ConsentLog,
    pub device_log: ConsentLog,
    pub lanes: BTreeMap<Lane, (Publisher, Vec<LanePairwise>)>,
    pub slot_seconds: u32,
    /// Keys of the past, which the next grant hands over too.
    pub past: Option<LaneKeys>,
}

impl Household {
    /// Opens the link as a wallet does.
    pub async fn open(tangle: &Arc<InMemory>, link: &str, now: u64) -> Self {
        let link: ConsentLink = link.parse().unwrap();
        let mut assembler = MessageAssembler::new(link.secret.request_key());
        fetch(tangle, &mut assembler).await;
        let network = tangle.network().await.unwrap().name;
        let request = link
            .open(
                assembler
                    .joined()
                    .first()
                    .expect("the request is on the Tangle")
                    .bytes(),
                &network,
                now,
            )
            .unwrap();
        Self {
            tangle: Arc::clone(tangle),
            request,
            link,
            receipt_key: IdentityKey::from_seed(&random::bytes()),
            device: IdentityKey::from_seed(&random::bytes()),
            consent_secret: ConsentSecret(*random::bytes()),
            wallet_log: ConsentLog::new(),
            device_log: ConsentLog::new(),
            lanes: BTreeMap::new(),
            slot_seconds: 10,
            past: None,
        }
    }

    pub async fn say_yes(&self, now: u64) {
        let lanes = Lanes::new([live()]);
        let choices = Choices {
            lanes,
            ..Choices::as_asked(self.request.request())
        };
        self.say_yes_to(choices, now).await;
    }

    pub async fn say_yes_to(&self, choices: Choices, now: u64) {
        let agreement = Agreement::reach(self.request.request(), &choices, now).unwrap();
        let given = Given {
            at: now,
            language: Language::En,
            device: DeviceId::of(&self.device.verifying().to_bytes()),
            by: Expression::DeviceUnlock,
        };
        let receipt = SignedReceipt::sign(
            &self.request,
            self.link.consent(),
            &agreement,
            given,
            &self.receipt_key,
            &mut random::generator(),
        )
        .unwrap();
        let message = InboxMessage::Accepted(Box::new(Accepted {
            consent: self.link.consent(),
            receipt: receipt.as_bytes().to_vec(),
            consent_secret: self.consent_secret.clone(),
        }));
        self.post(
            &self.link.secret.inbox_key(InboxSlot::Wallet),
            &self.receipt_key,
            "inbox",
            &message.to_bytes(),
        )
        .await;
    }

    pub async fn say_no(&self, now: u64) {
        let key = IdentityKey::from_seed(&random::bytes());
        let message = InboxMessage::Refused {
            consent: self.link.consent(),
            at: now,
            key: key.verifying().to_bytes(),
        };
        self.post(
            &self.link.secret.inbox_key(InboxSlot::Wallet),
            &key,
            "inbox",
            &message.to_bytes(),
        )
        .await;
    }

    /// Starts the lanes and seals a grant as of the slot after `now`.
    pub fn seal(
        &mut self,
        lanes: &[Lane],
        secret: &[u8; 32],
        now: u64,
    ) -> (Vec<u8>, Vec<LanePosition>) {
        let mut keys = Vec::new();
        for lane in lanes {
            let seconds = if *lane == live() {
                self.slot_seconds
            } else {
                lane.default_slot_seconds()
            };
            let length = SlotLength::new(seconds).unwrap();
            let next = length.slot_at(now).next();
            let (publisher, _) = self.lanes.entry(*lane).or_insert_with(|| {
                (
                    Publisher::start(
                        ChannelId::from(*random::bytes::<16>()),
                        length,
                        next,
                        &mut random::generator(),
                    ),
                    Vec::new(),
                )
            });
            keys.push((lane.code(), publisher.lane_keys(next).unwrap()));
        }
        let positions = lanes
            .iter()
            .zip(&keys)
            .map(|(lane, (_, keys))| LanePosition {
                lane: *lane,
                epoch: keys.epoch.0,
                slot: keys.slot.0,
                slot_length: keys.slot_length.seconds(),
            });
        let positions = positions.collect();
        let grant = Grant {
            consent: self.link.consent().0,
            lanes: keys,
            history: self.past.clone(),
        };
        let to = self.request.request().hpke_key().unwrap();
        let (sealed, pairwise): (_, Pairwise) =
            seal_grant(&grant, &to, secret, &mut random::generator()).unwrap();
        for (lane, (_, keys)) in lanes.iter().zip(&grant.lanes) {
            self.lanes
                .get_mut(lane)
                .unwrap()
                .1
                .push(pairwise.lane(keys));
        }
        (sealed, positions)
    }

    /// Posts the first grant, signed by `device`.
    pub async fn grant_as(&mut self, device: &IdentityKey, lanes: &[Lane], now: u64) {
        let secret = self.link.secret.clone();
        let (sealed, _) = self.seal(lanes, secret.expose(), now);
        let message = InboxMessage::Grant {
            device_key: device.verifying().to_bytes(),
            sealed,
        };
        self.post(
            &secret.inbox_key(InboxSlot::Device),
            device,
            "inbox",
            &message.to_bytes(),
        )
        .await;
    }

    /// Posts the first grant with keys of a channel of the past, and returns what publishes there.
    pub async fn grant_with_the_past(&mut self, now: u64) -> Publisher {
        let length = SlotLength::new(self.slot_seconds).unwrap();
        let next = length.slot_at(now).next();
        let cid = ChannelId::from(*random::bytes::<16>());
        let past = Publisher::start(cid, length, next, &mut random::generator());
        self.past = Some(past.lane_keys(next).unwrap());
        self.grant(now).await;
        past
    }

    pub async fn grant(&mut self, now: u64) {
        let device = self.device.clone();
        self.grant_as(&device, &[live()], now).await;
    }

    /// Publishes the slot that ended at or before `now`, with a reading each second.
    pub async fn publish_slot(&mut self, now: u64, watt: i64) {
        let blocks = self.seal_slot(now, watt);
        self.put(&blocks).await;
    }

    pub fn seal_slot(&mut self, now: u64, watt: i64) -> Vec<SealedBlock> {
        let (publisher, _) = self.lanes.get_mut(&live()).unwrap();
        let length = publisher.slot_length();
        let slot = channel::Slot(length.slot_at(now).0 - 1);
        let start = length.start_of(slot);
        let rows = (start..start + u64::from(length.seconds()))
            .map(|at| reading(at, watt))
            .collect();
        let body = codec::encode(live().kind, &Batch::Readings(rows)).unwrap();
        publisher
            .publish(
                slot,
                BlockKind::Data,
                codec::CODEC,
                &body,
                &mut random::generator(),
            )
            .unwrap()
    }

    /// Turns the keys as of the next slot, without the provider if `leaving`; returns the closing.
    pub async fn rotate(&mut self, now: u64, leaving: bool) -> LanePosition {
        let (publisher, readers) = self.lanes.get_mut(&live()).unwrap();
        if leaving {
            readers.clear();
        }
        let first = publisher.slot_length().slot_at(now).next();
        let blocks = publisher
            .rotate(first, readers, &mut random::generator())
            .unwrap();
        let position = LanePosition {
            lane: live(),
            epoch: publisher.position().0.0 + 1,
            slot: first.0,
            slot_length: publisher.slot_length().seconds(),
        };
        self.put(&blocks).await;
        position
    }

    pub async fn wallet_says(&mut self, message: ConsentMessage, now: u64) {
        let key = self.receipt_key.clone();
        let (number, body) = self.wallet_log.write(message, now);
        self.say(Writer::Wallet, number, &key, &body).await;
    }

    pub async fn device_says(&mut self, message: ConsentMessage, now: u64) {
        let key = self.device.clone();
        let (number, body) = self.device_log.write(message, now);
        self.say(Writer::Device, number, &key, &body).await;
    }

    /// Where a grant at `now` opens the live lane.
    pub fn opening(&self, now: u64) -> LanePosition {
        let length = SlotLength::new(self.slot_seconds).unwrap();
        LanePosition {
            lane: live(),
            epoch: 0,
            slot: length.slot_at(now).next().0,
            slot_length: self.slot_seconds,
        }
    }

    /// Says something that cannot be read.
    pub async fn says_unread(&mut self, writer: Writer, body: &[u8]) {
        let (log, key) = match writer {
            Writer::Wallet => (&mut self.wallet_log, self.receipt_key.clone()),
            _ => (&mut self.device_log, self.device.clone()),
        };
        let number = log.next(writer);
        log.read(writer, number, body).unwrap_err();
        self.say(writer, number, &key, body).await;
    }

    async fn say(&self, writer: Writer, number: u32, key: &IdentityKey, body: &[u8]) {
        let keys = Numbered::new(consent_writer_secret(self.consent_secret.expose(), writer));
        self.post(&keys.at(number), key, "consent", body).await;
    }

    /// What the provider said so far, checked against its key.
    pub async fn provider_said(&self) -> Vec<ConsentMessage> {
        let keys = Numbered::new(consent_writer_secret(
            self.consent_secret.expose(),
            Writer::Provider,
        ));
        let mut log = ConsentLog::new();
        let mut said = Vec::new();
        for number in 0.. {
            let mut assembler = MessageAssembler::new(keys.at(number));
            fetch(&self.tangle, &mut assembler).await;
            let Some(opened) = assembler.verified(self.request.provider_key(), "consent") else {
                break;
            };
            said.push(
                log.read(Writer::Provider, number, &opened.body)
                    .unwrap()
                    .unwrap()
                    .message,
            );
        }
        said
    }

    pub async fn post(&self, key: &MessageKey, signer: &IdentityKey, context: &str, body: &[u8]) {
        for fragment in seal_message(key, signer, context, body, &mut random::generator()).unwrap()
        {
            self.tangle
                .publish(Tag(fragment.tag.into()), &*fragment.data)
                .await
                .unwrap();
        }
    }

    pub async fn put(&self, blocks: &[SealedBlock]) {
        for block in blocks {
            self.tangle
                .publish(Tag(block.tag.into()), block.data.as_ref())
                .await
                .unwrap();
        }
    }

    /// The whole way to a provider that reads, granted at `now`.
    pub async fn connected(
        provider: &Arc<Provider>,
        tangle: &Arc<InMemory>,
        visitor: u8,
        now: u64,
    ) -> (Id, Self) {
        let (id, link) = ask(provider, visitor, now).await;
        let mut household = Self::open(tangle, &link, now).await;
        household.say_yes(now).await;
        household.grant(now).await;
        settle(provider, now).await;
        (id, household)
    }
}

async fn fetch(tangle: &Arc<InMemory>, assembler: &mut MessageAssembler) {
    for _ in 0..2 {
        for tag in assembler.wanted() {
            let found = tangle.by_tags(&[Tag(tag.into())]).await.unwrap();
            let data: Vec<_> = found.into_iter().map(|stored| stored.data).collect();
            assembler.offer(&tag, &data);
        }
    }
}

/// What a body of the past holds: a quarter of an hour that begins then.
pub fn quarter_hour(start: u64) -> Vec<u8> {
    let at = |unix: u64| UnixSeconds(unix.cast_signed());
    let row = Interval {
        readings: 90,
        ..Interval::between(at(start), at(start + 900))
    };
    codec::encode(live().kind, &Batch::Intervals(vec![row])).unwrap()
}

/// A reading whose registers fit its power; positive power is drawn, negative is given.
pub fn reading(at: u64, watt: i64) -> Reading {
    let mut reading = Reading::at(UnixSeconds(at.try_into().unwrap()));
    reading.electricity.power_import = Some(Watt(watt.max(0)));
    reading.electricity.power_export = Some(Watt((-watt).max(0)));
    let wh = i64::try_from(at % 1_000_000).unwrap() / 3;
    reading.electricity.import.t1 = Some(WattHour(3_000_000 + wh));
    reading.electricity.import.t2 = Some(WattHour(2_000_000));
    reading.electricity.export.t1 = Some(WattHour(1_000));
    reading
}
