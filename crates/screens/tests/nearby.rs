//! Adding a meter: who is listed, and what happens with Bluetooth and without.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consent::Language;
use jiff::tz::TimeZone;
use screens::{App, Guard, Nearness, OpenRadio, Options, PairProgress, Problem, Tongue};
use tangle::{InMemory, Tangle};
use tempfile::TempDir;
use tokio::time::timeout;
use wallet::{Central, Enough, Nearby, NearbyError, Pipe};

const PASSPHRASE: &str = "correct horse battery";
const NOON: u64 = 1_781_863_200;
/// A test never waits longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A typed code of a Pi that is not there (`docs/vectors/pairing.json`).
const TYPED: &str = "20R6-BWC6-3HXF-DF38-GB05-9KNQ-JFWV-5S2Q-7";

/// A radio that hears whom the test puts there; nobody can be connected to.
#[derive(Default)]
struct Air {
    heard: Mutex<Vec<Nearby>>,
    trouble: Mutex<Option<NearbyError>>,
    /// The adapters that were asked for.
    opened: Mutex<Vec<Option<String>>>,
}

#[async_trait]
impl Central for Air {
    async fn look(&self, _: Duration, _: &Enough<'_>) -> Result<Vec<Nearby>, NearbyError> {
        match &*self.trouble.lock().unwrap() {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(self.heard.lock().unwrap().clone()),
        }
    }

    async fn connect(&self, _: &Nearby) -> Result<Box<dyn Pipe>, NearbyError> {
        Err(NearbyError::Broken("out of reach".into()))
    }
}

struct Desk {
    _folder: TempDir,
    air: Arc<Air>,
    app: App,
}

impl Desk {
    /// A wallet with a radio that opens unless the name of its adapter is another than `hci0`.
    async fn with_radio() -> Self {
        let air = Arc::new(Air::default());
        let opening = air.clone();
        let radio: OpenRadio = Arc::new(move |adapter| {
            let air = opening.clone();
            Box::pin(async move {
                air.opened.lock().unwrap().push(adapter.clone());
                match adapter {
                    Some(name) if name != "hci0" => Err(NearbyError::NoSuchAdapter {
                        name,
                        there: vec!["hci0".into()],
                    }),
                    _ => Ok(air as Arc<dyn Central>),
                }
            })
        });
        Self::with(air, radio).await
    }

    async fn without_bluetooth() -> Self {
        let none: OpenRadio = Arc::new(|_| Box::pin(async { Err(NearbyError::Absent) }));
        Self::with(Arc::default(), none).await
    }

    async fn with(air: Arc<Air>, radio: OpenRadio) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tangle = Arc::new(InMemory::new());
        let app = App::new(Options {
            directory: folder.path().join("wallet"),
            node: Some("memory".into()),
            connect: Arc::new(move |_| Ok(tangle.clone() as Arc<dyn Tangle>)),
            clock: Arc::new(|| NOON),
            zone: TimeZone::UTC,
            language: Language::En,
            radio,
        });
        app.new_words();
        app.create(Guard::File, PASSPHRASE, "", Tongue::En)
            .await
            .unwrap();
        let _folder = folder;
        Self { _folder, air, app }
    }

    fn hears(&self, devices: &[(&str, Option<i16>)]) {
        let heard = devices.iter().map(|(name, signal)| Nearby {
            id: format!("hci0/{name}"),
            name: (*name).to_owned(),
            serial: None,
            signal: *signal,
        });
        *self.air.heard.lock().unwrap() = heard.collect();
    }

    fn opened(&self) -> Vec<Option<String>> {
        self.air.opened.lock().unwrap().clone()
    }

    /// Tries to pair, gives up when it goes on over the network, and tells how it went.
    async fn pairs(&self, at: Option<&str>) -> (Vec<PairProgress>, Problem) {
        let steps = Mutex::new(Vec::new());
        let gives_up = tokio::sync::Notify::new();
        let progress = |step| {
            if matches!(step, PairProgress::OverTheNetwork { .. }) {
                gives_up.notify_one();
            }
            steps.lock().unwrap().push(step);
        };
        let at = at.map(str::to_owned);
        let pairing = self
            .app
            .pair(TYPED, at, None, progress, gives_up.notified());
        let ended = timeout(PATIENCE, pairing).await.unwrap().unwrap_err();
        (steps.into_inner().unwrap(), ended)
    }
}

#[tokio::test]
async fn who_is_nearby_is_listed_and_the_nearest_comes_first() {
    let desk = Desk::with_radio().await;
    assert_eq!(desk.app.nearby().await, Ok(vec![]));
    desk.hears(&[
        ("Meterkast 2", Some(-80)),
        ("Meterkast 1", Some(-50)),
        // On the air for somebody who owns it already.
        (pairing::bluetooth::OWNERS_NAME, Some(-30)),
    ]);
    let listed = desk.app.nearby().await.unwrap();
    let listed: Vec<_> = listed.iter().map(|d| (&*d.name, d.nearness)).collect();
    assert_eq!(
        listed,
        [
            ("Meterkast 1", Nearness::Close),
            ("Meterkast 2", Nearness::Far)
        ]
    );
    assert_eq!(desk.opened(), [None], "the radio stays open");
}

#[tokio::test]
async fn a_radio_that_failed_is_opened_anew() {
    let desk = Desk::with_radio().await;
    *desk.air.trouble.lock().unwrap() = Some(NearbyError::Off);
    assert_eq!(desk.app.nearby().await, Err(Problem::BluetoothOff));
    *desk.air.trouble.lock().unwrap() = None;
    assert_eq!(desk.app.nearby().await, Ok(vec![]));
    assert_eq!(desk.opened(), [None, None]);
}

#[tokio::test]
async fn the_adapter_that_was_chosen_is_remembered_while_it_is_there() {
    let desk = Desk::with_radio().await;
    desk.app.choose_adapter("hci0").await.unwrap();
    desk.app.nearby().await.unwrap();
    desk.app.choose_adapter("hci7").await.unwrap();
    desk.app.nearby().await.unwrap();
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(desk.opened(), [named("hci0"), named("hci7"), None]);
}

#[tokio::test]
async fn nothing_is_looked_for_while_the_wallet_is_locked() {
    let desk = Desk::with_radio().await;
    desk.app.lock();
    assert_eq!(desk.app.nearby().await, Err(Problem::Locked));
    assert!(desk.opened().is_empty());
}

#[tokio::test]
async fn without_bluetooth_it_goes_over_the_network_by_itself_and_says_so() {
    let desk = Desk::without_bluetooth().await;
    assert_eq!(desk.app.nearby().await, Err(Problem::BluetoothAbsent));
    let (steps, ended) = desk.pairs(None).await;
    let why = Problem::BluetoothAbsent;
    assert!(
        steps.contains(&PairProgress::OverTheNetwork { why }),
        "{steps:?}"
    );
    assert_eq!(ended, Problem::GivenUp);
}

#[tokio::test]
async fn a_connection_that_breaks_goes_over_the_network_too() {
    let desk = Desk::with_radio().await;
    desk.hears(&[("Meterkast 1", None)]);
    let (steps, ended) = desk.pairs(None).await;
    let name = "Meterkast 1".to_owned();
    assert!(steps.contains(&PairProgress::Found { name }), "{steps:?}");
    let why = Problem::BluetoothBroke {
        why: "out of reach".into(),
    };
    assert!(
        steps.contains(&PairProgress::OverTheNetwork { why }),
        "{steps:?}"
    );
    assert_eq!(ended, Problem::GivenUp);
}

#[tokio::test]
async fn of_several_the_person_chooses_and_one_that_left_is_said_to_be_gone() {
    let desk = Desk::with_radio().await;
    desk.hears(&[("Meterkast 1", None), ("Meterkast 2", None)]);
    let (_, ended) = desk.pairs(None).await;
    assert_eq!(ended, Problem::SeveralNearby);
    let (steps, _) = desk.pairs(Some("hci0/Meterkast 2")).await;
    let name = "Meterkast 2".to_owned();
    assert!(steps.contains(&PairProgress::Found { name }), "{steps:?}");
    let (_, ended) = desk.pairs(Some("hci0/Meterkast 3")).await;
    assert_eq!(ended, Problem::NotNearbyAnyMore);
}
