//! Beside the Pi: its Wi-Fi and its node, with the Pi of the wallet's own stories at the other end of the air.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../../wallet/tests/story/house/air.rs"]
#[allow(
    dead_code,
    clippy::get_unwrap,
    reason = "what only the wallet's stories look at"
)]
mod air;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use consent::Language;
use jiff::tz::TimeZone;
use screens::{
    AddedMeter, App, Guard, OpenRadio, Options, PiNo, PiNode, Problem, Tongue, WifiTakes,
};
use tangle::{InMemory, Tangle};
use tempfile::TempDir;
use tokio::time::timeout;
use wallet::{Central, Enough, Nearby, NearbyError, Pipe};

use air::{Air, Pi, WIFI_PASSWORD};

pub(crate) const START: u64 = 1_781_863_200;
const PASSPHRASE: &str = "correct horse battery";
/// A test never waits longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn random() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// A radio that takes a moment to look around.
struct SlowAir(Air);

#[async_trait]
impl Central for SlowAir {
    async fn look(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.0.look(at_most, enough).await
    }

    async fn connect(&self, device: &Nearby) -> Result<Box<dyn Pipe>, NearbyError> {
        self.0.connect(device).await
    }
}

/// A wallet, and the Pi that it added by Bluetooth.
struct Cupboard {
    _folder: TempDir,
    app: App,
    pi: Arc<Pi>,
    added: AddedMeter,
}

impl Cupboard {
    async fn with_pi(node: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pi = Pi::new(1);
        let heard = pi.clone();
        let radio: OpenRadio = Arc::new(move |_| {
            let air = SlowAir(Air(vec![heard.clone()]));
            Box::pin(async move { Ok(Arc::new(air) as Arc<dyn Central>) })
        });
        let tangle = Arc::new(InMemory::new());
        let app = App::new(Options {
            directory: folder.path().join("wallet"),
            node: Some(node.to_owned()),
            connect: Arc::new(move |_| Ok(tangle.clone() as Arc<dyn Tangle>)),
            clock: Arc::new(|| START),
            zone: TimeZone::UTC,
            language: Language::En,
            radio,
        });
        app.new_words();
        app.create(Guard::File, PASSPHRASE, "", Tongue::En)
            .await
            .unwrap();
        let code = pi.code().to_typed();
        let adding = app.pair(&code, None, None, |_| {}, std::future::pending());
        let added = timeout(PATIENCE, adding).await.unwrap().unwrap();
        Self {
            _folder: folder,
            app,
            pi,
            added,
        }
    }

    async fn joins(&self, name: &[u8], password: Option<&str>) -> Result<(), Problem> {
        let password = password.map(str::to_owned);
        let joining = self.app.join_wifi(&self.added.id, name.to_vec(), password);
        timeout(PATIENCE, joining).await.unwrap()
    }

    async fn node(&self) -> Result<PiNode, Problem> {
        let asking = self.app.pi_node(&self.added.id);
        timeout(PATIENCE, asking).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pi_without_a_network_is_added_and_put_on_the_wifi() {
    let cupboard = Cupboard::with_pi("http://10.0.0.9:14265").await;
    let why = cupboard.added.no_node.as_deref();
    assert_eq!(why, Some("there is no network"));

    let node = cupboard.node().await.unwrap();
    assert_eq!(node.trouble.as_deref(), Some("there is no network"));
    assert_eq!(node.ours.as_deref(), Some("http://10.0.0.9:14265"));
    let networks = cupboard.app.pi_wifi(&cupboard.added.id).await.unwrap();
    let shown: Vec<_> = networks.iter().map(|n| (&*n.name, n.takes)).collect();
    assert_eq!(
        shown,
        [
            ("Thuis", WifiTakes::Password),
            ("Guests", WifiTakes::Nothing)
        ]
    );

    let refused = cupboard.joins(&networks[0].id, Some("wrong horse")).await;
    let wrong = Problem::PiRefuses {
        no: PiNo::Password,
        detail: None,
    };
    assert_eq!(refused, Err(wrong));
    assert!(cupboard.pi.state().wifi.is_none());
    let joined = cupboard.joins(&networks[0].id, Some(WIFI_PASSWORD)).await;
    assert_eq!(joined, Ok(()));
    assert_eq!(cupboard.pi.state().wifi.as_deref(), Some("Thuis"));
    assert_eq!(cupboard.node().await.unwrap().trouble, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_another_node_and_what_is_no_address_is_refused() {
    let cupboard = Cupboard::with_pi("http://127.0.0.1:14265").await;
    assert_eq!(cupboard.node().await.unwrap().ours, None);
    let meter = &cupboard.added.id;
    let node = cupboard
        .app
        .use_node(meter, " http://10.0.0.2:14265 ")
        .await;
    assert_eq!(node.unwrap().address, "http://10.0.0.2:14265");
    assert_eq!(cupboard.pi.state().node, "http://10.0.0.2:14265");
    let refused = Problem::PiRefuses {
        no: PiNo::Address,
        detail: None,
    };
    assert_eq!(cupboard.app.use_node(meter, "").await, Err(refused));
    // The conversation goes on after a refusal.
    cupboard.pi.state().calls.close();
    assert!(cupboard.node().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_or_locks_ends_the_conversation() {
    let cupboard = Cupboard::with_pi("http://10.0.0.9:14265").await;
    cupboard.node().await.unwrap();
    cupboard.app.leave_pi().await;
    // It takes no new call, and the old one is over: it is looked for until somebody leaves again.
    cupboard.pi.state().calls.close();
    let (asked, ()) = tokio::join!(cupboard.node(), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cupboard.app.leave_pi().await;
    });
    assert_eq!(asked, Err(Problem::GivenUp));

    cupboard.pi.starts_anew();
    cupboard.node().await.unwrap();
    cupboard.app.lock();
    assert_eq!(cupboard.node().await, Err(Problem::Locked));
    cupboard.app.unlock(PASSPHRASE).await.unwrap();
    assert!(cupboard.node().await.is_ok());
}

#[test]
fn a_pi_that_is_not_here_and_one_that_is_mute_are_told_apart() {
    assert_eq!(Problem::from(NearbyError::NotCalled), Problem::PiNotBeside);
    assert_eq!(Problem::from(NearbyError::Mute), Problem::PiMute);
}
