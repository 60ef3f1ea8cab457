//! A notification goes to the desktop, once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::screen::{LOOK_AGAIN, PATIENCE};
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

/// A desktop that remembers what it was given to show.
#[derive(Clone, Default)]
struct Desktop(Arc<Mutex<Vec<String>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    #[expect(clippy::too_many_arguments, reason = "the desktop's own interface")]
    fn notify(
        &self,
        _program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        _body: String,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, zbus::zvariant::OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        self.0.lock().unwrap().push(title);
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("desktop".into(), "test".into(), "1".into(), "1.2".into())
    }
}

impl Desktop {
    fn titles(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    async fn shows(&self, title: &str) {
        let start = Instant::now();
        while !self.titles().iter().any(|shown| shown == title) {
            assert!(start.elapsed() < PATIENCE, "only: {:?}", self.titles());
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_to_end_is_told_once() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let noord = house.service("Netwerk Noord");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let desktop = Desktop::default();
    let bus = session.bus().connect().await;
    let place = "/org/freedesktop/Notifications";
    bus.object_server()
        .at(place, desktop.clone())
        .await
        .unwrap();
    bus.request_name("org.freedesktop.Notifications")
        .await
        .unwrap();

    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen
        .say_yes(&wattt.ask_with(for_two_days()), PASSPHRASE)
        .await;
    let english = "Sharing with Wattt Insights ends in 2 days";
    desktop.shows(english).await;

    screen.press("Home").await;
    screen
        .say_yes(&noord.ask_with(for_two_days()), PASSPHRASE)
        .await;
    desktop
        .shows("Sharing with Netwerk Noord ends in 2 days")
        .await;
    // Several beats of the pulse later nothing came twice.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let titles = desktop.titles();
    let ends = titles
        .iter()
        .filter(|title| title.contains("Wattt Insights ends"));
    assert_eq!(ends.count(), 1, "{titles:?}");
    screen.close().await;
}

/// A wish that ends in two days.
fn for_two_days() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!({ "until": now.as_secs() + 2 * 86_400 })
}
