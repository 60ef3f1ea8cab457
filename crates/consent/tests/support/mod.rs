//! A provider, a device and a person for the tests of this crate, all from fixed seeds.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::sync::Mutex;

use channel::IdentityKey;
use consent::{
    Agreement, Authority, Authorization, Choices, Coarser, ConsentId, ConsentLink, ConsentRequest,
    ConsentSecret, DeviceId, Expression, Given, Handling, HistoryWish, LaneWish, Language,
    Localised, PrivacyNotice, Provider, Purpose, Recipient, RequestSecret, SignedReceipt,
    SignedRequest,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use readings::Lane;

/// 19 June 2026, 12:00 UTC.
pub const NOW: u64 = 1_781_870_400;
pub const DAY: u64 = 86_400;
pub const NETWORK: &str = "meterkast-test";

pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed(&[seed; 32])
}

pub fn lane(name: &str) -> Lane {
    name.parse().unwrap()
}

pub fn device() -> DeviceId {
    DeviceId::of(key(50).verifying().as_bytes())
}

fn said(en: &str, nl: &str) -> Localised {
    Localised::new(en, nl)
}

/// What the example service asks: electricity needed, per quarter hour or per day; gas and the past optional.
pub fn request(name: &str) -> ConsentRequest {
    let mut request = ConsentRequest {
        version: 1,
        network: NETWORK.into(),
        issued_at: NOW,
        expires_at: NOW + 600,
        provider: Provider {
            name: name.into(),
            site: "https://wattt.example".into(),
            contact: "privacy@wattt.example".into(),
            country: "NL".into(),
            privacy_notice: PrivacyNotice {
                url: "https://wattt.example/privacy".into(),
                sha256: "ab".repeat(32),
            },
            complaint_authority: Authority {
                name: said(
                    "Dutch Data Protection Authority",
                    "Autoriteit Persoonsgegevens",
                ),
                url: "https://autoriteitpersoonsgegevens.nl".into(),
            },
        },
        purpose: Purpose {
            category: "dpv:ServicePersonalisation".into(),
            text: said(
                "show your peaks and costs",
                "je pieken en kosten te laten zien",
            ),
        },
        without: Some(said(
            "You can still compare prices.",
            "Je kunt nog wel prijzen vergelijken.",
        )),
        lanes: vec![
            LaneWish {
                lane: lane("quarter-hour/electricity"),
                needed: true,
                why: said(
                    "The service does not work without it.",
                    "Zonder dit werkt de dienst niet.",
                ),
                coarser: vec![Coarser {
                    lane: lane("day/electricity"),
                    loses: said("standby use and peaks", "sluipverbruik en pieken"),
                }],
            },
            LaneWish {
                lane: lane("day/gas-water-heat"),
                needed: false,
                why: said("For a graph of your gas.", "Voor een grafiek van je gas."),
                coarser: vec![],
            },
        ],
        history: Some(HistoryWish {
            days: 365,
            why: said(
                "To compare with last year.",
                "Om te vergelijken met vorig jaar.",
            ),
        }),
        from: NOW,
        until: NOW + 365 * DAY,
        handling: Handling {
            retention_days: 30,
            recipients: vec![Recipient {
                name: "Host BV".into(),
                why: said("It runs the servers.", "Daar staan de servers."),
            }],
            transfers: vec![],
            automated_decisions: None,
        },
        hpke_key: String::new(),
        callback: Some("https://wattt.example/connected".into()),
    };
    request.set_hpke_key(kem::SecretKey::from_seed(&[60; 32]).public_key());
    request
}

/// A request signed by the provider whose key comes from this seed. Signing is slow without optimisation, so each is
/// signed once.
pub fn signed(seed: u8, name: &str) -> SignedRequest {
    static SIGNED: Mutex<BTreeMap<(u8, String), SignedRequest>> = Mutex::new(BTreeMap::new());
    let sign = || SignedRequest::sign(&request(name), &key(seed), &mut rng(seed)).unwrap();
    SIGNED
        .lock()
        .unwrap()
        .entry((seed, name.into()))
        .or_insert_with(sign)
        .clone()
}

/// A request, its link's secret, and the consent it leads to.
pub struct Asked {
    pub signed: SignedRequest,
    pub secret: RequestSecret,
    pub consent: ConsentId,
    pub link: ConsentLink,
}

pub fn asked(seed: u8, name: &str) -> Asked {
    let signed = signed(seed, name);
    let secret = RequestSecret([seed; 32]);
    let link = ConsentLink::to(&signed, secret.clone());
    Asked {
        consent: link.consent(),
        signed,
        secret,
        link,
    }
}

impl Asked {
    pub fn agreement(&self) -> Agreement {
        let request = self.signed.request();
        Agreement::reach(request, &Choices::as_asked(request), NOW + 60).unwrap()
    }

    pub fn given(&self) -> Given {
        Given {
            at: NOW + 60,
            language: Language::Nl,
            device: device(),
            by: Expression::DeviceUnlock,
        }
    }

    /// The wallet's key for this consent alone.
    pub fn consent_key(&self) -> IdentityKey {
        IdentityKey::from_seed(&channel::prf(&[77; 32], "test", &[self.consent.as_bytes()]))
    }

    pub fn receipt(&self) -> SignedReceipt {
        let (agreement, given) = (self.agreement(), self.given());
        SignedReceipt::sign(
            &self.signed,
            self.consent,
            &agreement,
            given,
            &self.consent_key(),
            &mut rng(3),
        )
        .unwrap()
    }

    pub fn consent_secret(&self) -> ConsentSecret {
        ConsentSecret(channel::prf(&[78; 32], "test", &[self.consent.as_bytes()]))
    }

    pub fn authorization(&self) -> Authorization {
        Authorization {
            consent: self.consent,
            device: device(),
            agreement: self.agreement(),
            language: Language::Nl,
            by: Expression::DeviceUnlock,
            receipt: self.receipt().as_bytes().to_vec(),
            consent_secret: self.consent_secret(),
        }
    }
}
