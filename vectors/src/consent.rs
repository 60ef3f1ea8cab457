//! A request, its link, the receipt of a yes, and the bodies of what follows.

use crate::{Tape, hex};
use ::consent::{
    Accepted, Agreement, Authorized, Choices, ConsentEnvelope, ConsentLink, ConsentMessage,
    ConsentRequest, ConsentSecret, ContentHash, ControlMessage, DeviceId, Expression, Given,
    InboxMessage, InboxSlot, LanePosition, Language, RequestSecret, Seen, SignedReceipt,
    SignedRequest, Writer,
};
use channel::IdentityKey;
use readings::Lane;
use serde_json::{Value, json};

const NOW: u64 = 1_781_870_400;
const REQUEST_SECRET: [u8; 32] = [21; 32];
const CONSENT_SECRET: [u8; 32] = [22; 32];
const HPKE_SEED: [u8; 32] = [60; 32];
const YES_AT: u64 = NOW + 60;
const STOPPED_AT: u64 = NOW + 600;
const CONFIRMED_AT: u64 = NOW + 601;
/// The message of the wallet that the device saw before it confirmed.
const SEEN: [u8; 32] = [5; 32];

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let story = Story::tell()?;
    let secret = RequestSecret(REQUEST_SECRET);
    Ok(json!({
        "what": "docs/protocol.md sections 4 and 6: from a request to the messages of a consent",
        "request": {
            "provider_seed": hex([61; 32]), "signed": hex(story.request.as_bytes()), "hash": hex(story.request.hash().as_bytes()),
            "req_secret": hex(REQUEST_SECRET), "link": story.link.to_string(), "consent": hex(story.link.consent().as_bytes()),
            "message_key": hex(secret.request_key().expose()),
            "inbox": [hex(secret.inbox_key(InboxSlot::Wallet).expose()), hex(secret.inbox_key(InboxSlot::Device).expose())],
        },
        "receipt": {
            "signed": hex(story.receipt.as_bytes()), "hash": hex(story.receipt.hash().as_bytes()),
            "key": hex(story.receipt.key().as_bytes()), "device": hex(device().as_bytes()),
        },
        "given": {
            "what": "what the bodies say, beside the request and the receipt",
            "hpke_seed": hex(HPKE_SEED), "consent_secret": hex(CONSENT_SECRET),
            "yes_at": YES_AT, "stopped_at": STOPPED_AT, "confirmed_at": CONFIRMED_AT, "seen": hex(SEEN),
            "closing": { "lane": 3, "epoch": story.closing()?.epoch, "slot": story.closing()?.slot, "slot_length": 900 },
        },
        "bodies": story.bodies()?,
    }))
}

struct Story {
    request: SignedRequest,
    link: ConsentLink,
    agreement: Agreement,
    receipt: SignedReceipt,
}

impl Story {
    fn tell() -> anyhow::Result<Self> {
        let mut tape = Tape::new("consent");
        let request = SignedRequest::sign(&request()?, &key(61), &mut tape)?;
        let link = ConsentLink::to(&request, RequestSecret(REQUEST_SECRET));
        let choices = Choices::as_asked(request.request());
        let agreement = Agreement::reach(request.request(), &choices, YES_AT)?;
        let given = Given {
            at: YES_AT,
            language: Language::Nl,
            device: device(),
            by: Expression::DeviceUnlock,
        };
        let consent = link.consent();
        let receipt =
            SignedReceipt::sign(&request, consent, &agreement, given, &key(62), &mut tape)?;
        Ok(Self {
            request,
            link,
            agreement,
            receipt,
        })
    }

    fn bodies(&self) -> anyhow::Result<Vec<Value>> {
        let consent = self.link.consent();
        let yes = InboxMessage::Accepted(Box::new(Accepted {
            consent,
            receipt: self.receipt.as_bytes().to_vec(),
            consent_secret: ConsentSecret(CONSENT_SECRET),
        }));
        let no = InboxMessage::Refused {
            consent,
            at: YES_AT,
            key: key(62).verifying().to_bytes(),
        };
        let revoked = ControlMessage::AuthorizationRevoked {
            consent,
            at: STOPPED_AT,
        };
        let ended = ConsentEnvelope {
            seen: vec![Seen {
                writer: Writer::Wallet,
                number: 0,
                hash: ContentHash(SEEN),
            }],
            at: CONFIRMED_AT,
            message: ConsentMessage::RevokedAck {
                lanes: vec![self.closing()?],
            },
        };
        Ok(vec![
            body("control", "AUTHORIZED", &self.authorized().to_bytes()),
            body("control", "AUTHORIZATION_REVOKED", &revoked.to_bytes()),
            body("inbox", "yes", &yes.to_bytes()),
            body("inbox", "no", &no.to_bytes()),
            body("consent", "REVOKED_ACK", &ended.to_bytes()),
        ])
    }

    fn authorized(&self) -> ControlMessage {
        let request = self.request.request();
        ControlMessage::Authorized(Box::new(Authorized {
            consent: self.link.consent(),
            at: YES_AT,
            lanes: self.agreement.lanes.clone(),
            from: self.agreement.from,
            until: self.agreement.until,
            history_days: self.agreement.history_days,
            hpke_key: request
                .hpke_key()
                .map(|key| key.to_bytes())
                .unwrap_or_default(),
            provider_key: self.request.provider_key().to_bytes(),
            consent_key: self.receipt.key().to_bytes(),
            receipt: self.receipt.hash(),
            request_secret: RequestSecret(REQUEST_SECRET),
            consent_secret: ConsentSecret(CONSENT_SECRET),
        }))
    }

    fn closing(&self) -> anyhow::Result<LanePosition> {
        let lane: Lane = "quarter-hour/electricity".parse()?;
        Ok(LanePosition {
            lane,
            epoch: 2,
            slot: (NOW + 900) / 900,
            slot_length: 900,
        })
    }
}

fn body(place: &str, name: &str, bytes: &[u8]) -> Value {
    json!({ "place": place, "name": name, "bytes": hex(bytes) })
}

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed(&[seed; 32])
}

fn device() -> DeviceId {
    DeviceId::of(key(50).verifying().as_bytes())
}

fn request() -> anyhow::Result<ConsentRequest> {
    let said = |en: &str, nl: &str| json!({ "en": en, "nl": nl });
    let mut request: ConsentRequest = serde_json::from_value(json!({
        "version": 1, "network": "meterkast-test", "issued_at": NOW, "expires_at": NOW + 600,
        "provider": {
            "name": "Wattt Insights", "site": "https://wattt.example", "contact": "privacy@wattt.example", "country": "NL",
            "privacy_notice": { "url": "https://wattt.example/privacy", "sha256": "ab".repeat(32) },
            "complaint_authority": {
                "name": said("Dutch Data Protection Authority", "Autoriteit Persoonsgegevens"),
                "url": "https://autoriteitpersoonsgegevens.nl",
            },
        },
        "purpose": {
            "category": "dpv:ServicePersonalisation",
            "text": said("show your peaks and costs", "je pieken en kosten te laten zien"),
        },
        "lanes": [{
            "lane": "quarter-hour/electricity", "needed": true, "why": said("For the graph.", "Voor de grafiek."),
            "coarser": [{ "lane": "day/electricity", "loses": said("peaks", "pieken") }],
        }],
        "from": NOW, "until": NOW + 30 * 86_400,
        "handling": { "retention_days": 30, "recipients": [], "transfers": [] },
        "hpke_key": "",
    }))?;
    request.set_hpke_key(kem::SecretKey::from_seed(&HPKE_SEED).public_key());
    Ok(request)
}
