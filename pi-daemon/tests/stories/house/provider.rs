//! A service that was given a consent, and reads what it can.

use std::collections::BTreeMap;

use channel::{
    Event, Grant, IdentityKey, Numbered, Pairwise, Reader, Writer, consent_writer_secret,
    open_grant, seal_message,
};
use consent::{
    Authorized, ConsentEnvelope, ConsentId, ConsentLog, ConsentMessage, ConsentSecret,
    InboxMessage, InboxSlot, Lanes, RequestHash, RequestSecret, Writer as Party,
};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use readings::{Batch, Interval, Lane, Reading, codec};
use tangle::{Tag, Tangle};

use super::House;
use super::wallet::receipt;

pub struct Provider {
    pub consent: ConsentId,
    key: IdentityKey,
    hpke: kem::SecretKey,
    request: RequestSecret,
    secret: ConsentSecret,
    pub log: ConsentLog,
    pub readers: Vec<(Lane, Reader)>,
    pub history: Option<Reader>,
    /// What arrived, slot by slot, of live lanes.
    pub readings: Vec<Reading>,
    pub intervals: Vec<Interval>,
    pub past: Vec<Batch>,
    pub covers: usize,
    pub events: Vec<Event>,
    /// How often each slot of the first lane arrived.
    pub slots: BTreeMap<u64, usize>,
}

impl Provider {
    pub fn new(number: u8) -> Self {
        let request = RequestSecret([number; 32]);
        Self {
            consent: ConsentId::of(&request, &RequestHash::of(&[number])),
            key: IdentityKey::from_seed(&[number ^ 0x55; 32]),
            hpke: kem::SecretKey::from_seed(&[number ^ 0xAA; 32]),
            request,
            secret: ConsentSecret([number ^ 0x33; 32]),
            log: ConsentLog::new(),
            readers: Vec::new(),
            history: None,
            readings: Vec::new(),
            intervals: Vec::new(),
            past: Vec::new(),
            covers: 0,
            events: Vec::new(),
            slots: BTreeMap::new(),
        }
    }

    pub fn authorized(
        &self,
        house: &House,
        lanes: &[&str],
        until: u64,
        history_days: Option<u16>,
    ) -> Authorized {
        Authorized {
            consent: self.consent,
            at: house.now(),
            lanes: Lanes::new(lanes.iter().map(|lane| lane.parse::<Lane>().unwrap())),
            from: house.now(),
            until,
            history_days,
            hpke_key: self.hpke.public_key().to_bytes(),
            provider_key: self.key.verifying().to_bytes(),
            consent_key: IdentityKey::from_seed(&[9; 32]).verifying().to_bytes(),
            receipt: receipt(),
            request_secret: self.request.clone(),
            consent_secret: self.secret.clone(),
        }
    }

    /// Fetches the grant from the inbox; true if it is there.
    pub async fn fetch_grant(&mut self, house: &House) -> bool {
        let letter = house.find(self.request.inbox_key(InboxSlot::Device)).await;
        let Some(joined) = letter.joined().first() else {
            return false;
        };
        let message =
            InboxMessage::from_bytes(joined.unverified_body(), InboxSlot::Device).unwrap();
        let InboxMessage::Grant { device_key, sealed } = message else {
            panic!("no grant")
        };
        let device = channel::VerifyingIdentity::from_bytes(&device_key).unwrap();
        joined.verify(&device, "inbox").unwrap();
        let opened = open_grant(
            &sealed,
            &self.hpke,
            self.request.expose(),
            self.consent.as_bytes(),
        );
        self.take(opened.unwrap());
        true
    }

    fn take(&mut self, (grant, pairwise): (Grant, Pairwise)) {
        self.readers = grant
            .lanes
            .into_iter()
            .map(|(code, keys)| {
                (
                    Lane::from_code(code).unwrap(),
                    Reader::new(keys, &pairwise).unwrap(),
                )
            })
            .collect();
        if let Some(keys) = grant.history {
            self.history = Some(Reader::new(keys, &pairwise).unwrap());
        }
    }

    /// Reads everything that is there.
    pub async fn read(&mut self, house: &House) {
        let mut readers = std::mem::take(&mut self.readers);
        for (lane, reader) in &mut readers {
            for event in read_all(reader, house).await {
                self.note(*lane, event);
            }
        }
        self.readers = readers;
        if let Some(mut reader) = self.history.take() {
            for event in read_all(&mut reader, house).await {
                if let Event::History { body, .. } = event {
                    self.past.push(codec::decode(&body).unwrap().1);
                }
            }
            self.history = Some(reader);
        }
    }

    fn note(&mut self, lane: Lane, event: Event) {
        if let Event::Data { slot, .. } | Event::Cover { slot, .. } = &event {
            *self.slots.entry(slot.0).or_default() += 1;
        }
        match &event {
            Event::Data { body, .. } => match codec::decode(body).unwrap() {
                (kind, Batch::Readings(readings)) => {
                    assert_eq!(kind, lane.kind);
                    self.readings.extend(readings);
                }
                (_, Batch::Intervals(intervals)) => self.intervals.extend(intervals),
            },
            Event::Cover { .. } => self.covers += 1,
            _ => {}
        }
        self.events.push(event);
    }

    pub fn rotations(&self) -> usize {
        self.events
            .iter()
            .filter(|event| matches!(event, Event::Rotated { .. }))
            .count()
    }

    pub fn was_left_out(&self) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event, Event::NotInRotation { .. }))
    }

    /// Gaps that are still open, and forks.
    pub fn troubles(&self) -> usize {
        let forks = self
            .events
            .iter()
            .filter(|event| matches!(event, Event::Fork { .. }))
            .count();
        forks
            + self
                .readers
                .iter()
                .map(|(_, reader)| reader.gaps().len())
                .sum::<usize>()
    }

    /// Writes on the consent channel.
    pub async fn say(&mut self, house: &House, message: ConsentMessage) {
        let (number, body) = self.log.write(message, house.now());
        self.put(house, number, &body).await;
    }

    /// Writes something that cannot be read.
    pub async fn say_unread(&mut self, house: &House, body: &[u8]) {
        let number = self.log.next(Party::Provider);
        self.log.read(Party::Provider, number, body).unwrap_err();
        self.put(house, number, body).await;
    }

    async fn put(&self, house: &House, number: u32, body: &[u8]) {
        let keys = Numbered::new(consent_writer_secret(
            self.secret.expose(),
            Writer::Provider,
        ));
        let rng = &mut UnwrapErr(SysRng);
        house
            .publish(&seal_message(&keys.at(number), &self.key, "consent", body, rng).unwrap())
            .await;
    }

    /// What the device has said on the consent channel since the last time. A grant that comes again is taken.
    pub async fn listen(&mut self, house: &House) -> Vec<ConsentMessage> {
        let keys = Numbered::new(consent_writer_secret(self.secret.expose(), Writer::Device));
        let device = house.device_key();
        let mut said = Vec::new();
        loop {
            let number = self.log.next(Party::Device);
            let letter = house.find(keys.at(number)).await;
            let Some(opened) = letter.verified(&device, "consent") else {
                return said;
            };
            let ConsentEnvelope { message, .. } = self
                .log
                .read(Party::Device, number, &opened.body)
                .unwrap()
                .unwrap();
            if let ConsentMessage::Regrant { sealed } = &message {
                let opened = open_grant(
                    sealed,
                    &self.hpke,
                    self.secret.expose(),
                    self.consent.as_bytes(),
                );
                self.take(opened.unwrap());
            }
            said.push(message);
        }
    }
}

/// Everything that a reader finds now.
pub async fn read_all(reader: &mut Reader, house: &House) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..50 {
        let wanted = reader.wanted(house.now());
        let tags: Vec<Tag> = wanted.iter().map(|tag| Tag(*tag.as_bytes())).collect();
        let mut found: BTreeMap<Tag, Vec<Vec<u8>>> = BTreeMap::new();
        for stored in house.tangle.by_tags(&tags).await.unwrap() {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        let before = events.len();
        for tag in wanted {
            if let Some(candidates) = found.get(&Tag(*tag.as_bytes())) {
                events.extend(reader.offer(&tag, candidates));
            }
        }
        if events.len() == before {
            break;
        }
    }
    events
}
