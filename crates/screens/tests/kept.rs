//! What the screens say of an answer while the node is away.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use channel::{IdentityKey, seal_unsigned};
use consent::{
    Authority, ConsentLink, ConsentRequest, Handling, LaneWish, Language, Localised, PrivacyNotice,
    Provider, Purpose, RequestSecret, SignedRequest,
};
use jiff::tz::TimeZone;
use rand_core::UnwrapErr;
use readings::{Granularity, Kind, Lane};
use screens::{App, Guard, Options, Problem, Said, Tongue};
use tangle::{InMemory, Tag, Tangle};
use tempfile::TempDir;
use wallet::{NearbyError, NoSites};

const PASSPHRASE: &str = "correct horse battery";
const NOON: u64 = 1_781_863_200;

struct Desk {
    _folder: TempDir,
    tangle: Arc<InMemory>,
    app: App,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tangle = Arc::new(InMemory::new());
        let node = tangle.clone();
        let app = App::new(Options {
            directory: folder.path().join("wallet"),
            node: Some("memory".into()),
            connect: Arc::new(move |_| Ok(node.clone() as Arc<dyn Tangle>)),
            clock: Arc::new(|| NOON),
            zone: TimeZone::UTC,
            language: Language::En,
            radio: Arc::new(|_| Box::pin(async { Err(NearbyError::Absent) })),
        });
        app.new_words();
        app.create(Guard::File, PASSPHRASE, "", Tongue::En)
            .await
            .unwrap();
        assert!(app.sync().await);
        Self {
            _folder: folder,
            tangle,
            app,
        }
    }

    /// A service asks; the link is opened while the node is there.
    async fn asked(&self) -> String {
        let request = request();
        let identity = IdentityKey::from_seed(&[7; 32]);
        let signed = SignedRequest::sign(&request, &identity, &mut random()).unwrap();
        let link = ConsentLink::to(&signed, RequestSecret([9; 32]));
        let key = link.secret.request_key();
        for fragment in seal_unsigned(&key, signed.as_bytes(), &mut random()).unwrap() {
            let tag = Tag(fragment.tag.into());
            let published = self.tangle.publish(tag, fragment.data.as_slice());
            published.await.unwrap();
        }
        let link = link.to_string();
        let arrived = self.app.open_link(&link, &NoSites).await;
        arrived.unwrap().consent
    }
}

#[tokio::test]
async fn a_no_without_a_node_is_kept_and_can_be_taken_back() {
    let desk = Desk::new().await;
    let app = &desk.app;
    let consent = desk.asked().await;
    assert!(app.request(&consent).unwrap().kept.is_none());
    assert_eq!(app.home().unwrap().requests.len(), 1);

    desk.tangle.set_reachable(false);
    assert_eq!(app.decline(&consent).await, Ok(Said::Kept));
    let kept = app.request(&consent).unwrap().kept.unwrap();
    assert!(!kept.yes && kept.may_take_back);
    assert_eq!(kept.service, "Wattt Insights");
    let home = app.home().unwrap();
    assert!(home.requests.is_empty(), "it was answered");
    assert!(home.kept.is_empty(), "a no changes nothing for anybody");
    assert_eq!(app.decline(&consent).await, Err(Problem::AnswerKept));

    app.take_back(&consent).await.unwrap();
    assert!(app.request(&consent).unwrap().kept.is_none());
    assert_eq!(app.home().unwrap().requests.len(), 1);

    desk.tangle.set_reachable(true);
    assert_eq!(app.decline(&consent).await, Ok(Said::Out));
    assert_eq!(app.take_back(&consent).await, Err(Problem::AnswerOut));
    assert_eq!(app.request(&consent), Err(Problem::RequestUsed));
}

fn random() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

fn request() -> ConsentRequest {
    let text = || Localised::new("show your use", "je verbruik te tonen");
    let mut request = ConsentRequest {
        version: consent::REQUEST_VERSION,
        network: "in-memory".into(),
        issued_at: NOON,
        expires_at: NOON + 600,
        provider: Provider {
            name: "Wattt Insights".into(),
            site: "https://wattt.example".into(),
            contact: "privacy@wattt.example".into(),
            country: "NL".into(),
            privacy_notice: PrivacyNotice {
                url: "https://wattt.example/privacy".into(),
                sha256: "ab".repeat(32),
            },
            complaint_authority: Authority {
                name: text(),
                url: "https://autoriteitpersoonsgegevens.nl".into(),
            },
        },
        purpose: Purpose {
            category: "dpv:ServicePersonalisation".into(),
            text: text(),
        },
        without: None,
        lanes: vec![LaneWish {
            lane: Lane::new(Granularity::Day, Kind::Electricity),
            needed: true,
            why: text(),
            coarser: vec![],
        }],
        history: None,
        from: NOON,
        until: NOON + 90 * 86_400,
        handling: Handling {
            retention_days: 30,
            recipients: vec![],
            transfers: vec![],
            automated_decisions: None,
        },
        hpke_key: String::new(),
        callback: None,
    };
    request.set_hpke_key(kem::SecretKey::from_seed(&[8; 32]).public_key());
    request
}
