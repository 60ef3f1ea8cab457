//! A provider without a web site: requests, receipts and its state machine are the real ones.

use std::sync::Arc;
use std::time::Duration;

use channel::{
    IdentityKey, MessageKey, Numbered, VerifyingIdentity, consent_writer_secret, open_grant,
    seal_message, seal_unsigned,
};
use consent::{
    Authority, Coarser, ConsentEnvelope, ConsentId, ConsentLink, ConsentLog, ConsentMessage,
    ConsentRequest, ConsentState, ContentHash, DeviceId, Handling, InboxMessage, InboxSlot,
    LanePosition, LaneWish, Localised, PrivacyNotice, Provider as Who, ProviderConsent, Purpose,
    RequestSecret, Seen, SignedReceipt, SignedRequest, Writer,
};
use readings::{Granularity, Kind, Lane};

use super::ledger::Ledger;
use super::{House, Time, fetch, publish, random};

pub(crate) const LIVE: Lane = Lane::new(Granularity::Live, Kind::Electricity);
pub(crate) const QUARTER: Lane = Lane::new(Granularity::QuarterHour, Kind::Electricity);
pub(crate) const GAS: Lane = Lane::new(Granularity::QuarterHour, Kind::GasWaterHeat);

pub(crate) struct Provider {
    tangle: Arc<Ledger>,
    time: Time,
    identity: IdentityKey,
    key: kem::SecretKey,
    pub(crate) consent: ProviderConsent,
    log: ConsentLog,
    pub(crate) link: ConsentLink,
    signer: Option<VerifyingIdentity>,
    device: Option<VerifyingIdentity>,
}

impl Provider {
    pub(crate) fn start(house: &House, name: &str) -> Self {
        let identity = IdentityKey::from_seed(&[7; 32]);
        let key = kem::SecretKey::from_seed(&[8; 32]);
        let request = request(house.time.now(), name, &key);
        let signed = SignedRequest::sign(&request, &identity, &mut random()).unwrap();
        let secret = RequestSecret(*super::random_secret());
        let link = ConsentLink::to(&signed, secret.clone());
        let consent = ProviderConsent::requested(&signed, secret);
        Self {
            tangle: house.tangle.clone(),
            time: house.time.clone(),
            identity,
            key,
            consent,
            log: ConsentLog::new(),
            link,
            signer: None,
            device: None,
        }
    }

    pub(crate) async fn post_request(&self) {
        let fragments = seal_unsigned(
            &self.link.secret.request_key(),
            self.consent.request(),
            &mut random(),
        )
        .unwrap();
        publish(&*self.tangle, &fragments).await;
    }

    pub(crate) fn id(&self) -> ConsentId {
        self.consent.id()
    }

    /// Reads its inbox and the consent channel, and says what is due.
    pub(crate) async fn step(&mut self) {
        self.read_answer().await;
        self.read_grant().await;
        self.listen().await;
        self.consent.due(self.time.now());
        if self.consent.erasure_requested_at().is_some()
            && self.consent.state() != ConsentState::Erased
        {
            self.consent.erase(3).unwrap();
        }
        for message in self.consent.to_say().to_vec() {
            let (number, body) = self.log.write(message.clone(), self.time.now());
            let key = self.key_of(Writer::Provider, number);
            let fragments =
                seal_message(&key, &self.identity, "consent", &body, &mut random()).unwrap();
            publish(&*self.tangle, &fragments).await;
            self.consent.said(&message);
        }
    }

    /// Works until it is in this state, for ten seconds at most.
    pub(crate) async fn until(&mut self, state: ConsentState) {
        for _ in 0..500 {
            self.step().await;
            if self.consent.state() == state && self.consent.to_say().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the provider is {} and not {state}", self.consent.state());
    }

    /// Says the same thing again and again.
    pub(crate) async fn repeat(&mut self, message: &ConsentMessage, times: u32) {
        for _ in 0..times {
            let (number, body) = self.log.write(message.clone(), self.time.now());
            let key = self.key_of(Writer::Provider, number);
            let fragments =
                seal_message(&key, &self.identity, "consent", &body, &mut random()).unwrap();
            publish(&*self.tangle, &fragments).await;
        }
    }

    /// Says, signed, that it saw another first message of this writer than everybody else.
    pub(crate) async fn claim_another_history(&mut self, writer: Writer) {
        let number = self.log.next(Writer::Provider);
        let seen = vec![Seen {
            writer,
            number: 0,
            hash: ContentHash::of(b"something else"),
        }];
        let envelope = ConsentEnvelope {
            seen,
            at: self.time.now(),
            message: ConsentMessage::Resync,
        };
        let key = self.key_of(Writer::Provider, number);
        let body = envelope.to_bytes();
        let fragments =
            seal_message(&key, &self.identity, "consent", &body, &mut random()).unwrap();
        publish(&*self.tangle, &fragments).await;
    }

    async fn read_answer(&mut self) {
        if self.consent.state() != ConsentState::Requested {
            return;
        }
        let found = fetch(&*self.tangle, self.link.secret.inbox_key(InboxSlot::Wallet)).await;
        for joined in found.joined() {
            match InboxMessage::from_bytes(joined.unverified_body(), InboxSlot::Wallet).unwrap() {
                InboxMessage::Accepted(accepted) => {
                    let receipt = SignedReceipt::open(&accepted.receipt).unwrap();
                    joined.verify(receipt.key(), "inbox").unwrap();
                    self.consent.authorised(&accepted).unwrap();
                    self.signer = Some(receipt.key().clone());
                }
                InboxMessage::Refused { key, .. } => {
                    joined
                        .verify(&VerifyingIdentity::from_bytes(&key).unwrap(), "inbox")
                        .unwrap();
                    self.consent.declined().unwrap();
                }
                InboxMessage::Grant { .. } => unreachable!("refused in the wallet's slot"),
            }
        }
    }

    async fn read_grant(&mut self) {
        if self.consent.state() != ConsentState::Authorised {
            return;
        }
        let found = fetch(&*self.tangle, self.link.secret.inbox_key(InboxSlot::Device)).await;
        for joined in found.joined() {
            let InboxMessage::Grant { device_key, sealed } =
                InboxMessage::from_bytes(joined.unverified_body(), InboxSlot::Device).unwrap()
            else {
                continue;
            };
            let device = VerifyingIdentity::from_bytes(&device_key).unwrap();
            joined.verify(&device, "inbox").unwrap();
            self.open(&sealed, &device);
            self.device = Some(device);
        }
    }

    fn open(&mut self, sealed: &[u8], device: &VerifyingIdentity) {
        let (grant, _) =
            open_grant(sealed, &self.key, self.link.secret.expose(), &self.id().0).unwrap();
        let positions = grant
            .lanes
            .iter()
            .map(|(code, keys)| LanePosition {
                lane: Lane::from_code(*code).unwrap(),
                epoch: keys.epoch.0,
                slot: keys.slot.0,
                slot_length: keys.slot_length.seconds(),
            })
            .collect();
        let device = DeviceId::of(device.as_bytes());
        if self.consent.state() == ConsentState::Authorised {
            self.consent.granted(device, positions).unwrap();
        } else if self.consent.state().is_running() {
            self.consent.regranted(device, positions).unwrap();
        }
    }

    async fn listen(&mut self) {
        for writer in [Writer::Wallet, Writer::Device] {
            let speaker = if writer == Writer::Wallet {
                &self.signer
            } else {
                &self.device
            };
            let Some(speaker) = speaker.clone() else {
                continue;
            };
            loop {
                let number = self.log.next(writer);
                let found = fetch(&*self.tangle, self.key_of(writer, number)).await;
                let Some(opened) = found.verified(&speaker, "consent") else {
                    break;
                };
                let Some(envelope) = self.log.read(writer, number, &opened.body).unwrap() else {
                    break;
                };
                if let ConsentMessage::Regrant { sealed } = &envelope.message {
                    self.open(sealed, &speaker);
                }
                self.consent.hear(&envelope.message, self.time.now());
            }
        }
    }

    fn key_of(&self, writer: Writer, number: u32) -> MessageKey {
        let secret = self.consent.consent_secret().unwrap();
        Numbered::new(consent_writer_secret(secret.expose(), writer)).at(number)
    }
}

fn request(now: u64, name: &str, key: &kem::SecretKey) -> ConsentRequest {
    let why = || Localised::new("to show your use", "om je verbruik te tonen");
    let mut request = ConsentRequest {
        version: consent::REQUEST_VERSION,
        network: "in-memory".into(),
        issued_at: now,
        expires_at: now + 600,
        provider: Who {
            name: name.into(),
            site: "https://wattt.example".into(),
            contact: "privacy@wattt.example".into(),
            country: "NL".into(),
            privacy_notice: PrivacyNotice {
                url: "https://wattt.example/privacy".into(),
                sha256: "ab".repeat(32),
            },
            complaint_authority: Authority {
                name: Localised::new(
                    "Dutch Data Protection Authority",
                    "Autoriteit Persoonsgegevens",
                ),
                url: "https://autoriteitpersoonsgegevens.nl".into(),
            },
        },
        purpose: Purpose {
            category: "dpv:ServicePersonalisation".into(),
            text: Localised::new(
                "show your peaks and costs",
                "je pieken en kosten te laten zien",
            ),
        },
        without: None,
        lanes: vec![
            LaneWish {
                lane: LIVE,
                needed: true,
                why: why(),
                coarser: vec![Coarser {
                    lane: QUARTER,
                    loses: Localised::new("power now", "vermogen nu"),
                }],
            },
            LaneWish {
                lane: GAS,
                needed: false,
                why: why(),
                coarser: vec![],
            },
        ],
        history: None,
        from: now,
        until: now + 90 * 86_400,
        handling: Handling {
            retention_days: 30,
            recipients: vec![],
            transfers: vec![],
            automated_decisions: None,
        },
        hpke_key: String::new(),
        callback: None,
    };
    request.set_hpke_key(key.public_key());
    request
}
