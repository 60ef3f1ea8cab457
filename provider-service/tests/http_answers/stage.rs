//! The service that is asked, and who asks it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use provider_service::offer::Offer;
use provider_service::service::{Service, Settings};
use reqwest::{Client, Response, header};
use serde_json::{Value, json};
use tangle::{InMemory, Tangle};

use crate::household::{Household, NOON, settle};

/// A service that listens, and a client with its API key that follows no redirection.
pub(crate) struct Stage {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) tangle: Arc<InMemory>,
    pub(crate) now: Arc<AtomicU64>,
    pub(crate) service: Service,
    pub(crate) key: String,
    pub(crate) client: Client,
}

/// Settings of a service on a port of its own that offers Wattt Insights.
pub(crate) fn settings(directory: &Path) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: directory.join("data"),
        offer: Offer::parse(Offer::WATTT_INSIGHTS).unwrap(),
        public_url: None,
        time_zone: "Europe/Amsterdam".to_owned(),
        api_key_file: None,
        behind_proxy: true,
    }
}

pub(crate) async fn stage() -> Stage {
    let directory = tempfile::tempdir().unwrap();
    let tangle = Arc::new(InMemory::new());
    let now = Arc::new(AtomicU64::new(NOON));
    let clock = Arc::clone(&now);
    let shared: Arc<dyn Tangle> = tangle.clone();
    let service = Service::start_at(
        settings(directory.path()),
        shared,
        Arc::new(move || clock.load(Ordering::Relaxed)),
    )
    .await
    .unwrap();
    settle(service.provider(), NOON).await;
    Stage {
        key: service.new_api_key().unwrap().to_owned(),
        client: Client::builder()
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
        directory,
        tangle,
        now,
        service,
    }
}

impl Stage {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address())
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client
            .get(self.url(path))
            .bearer_auth(&self.key)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.client
            .post(self.url(path))
            .bearer_auth(&self.key)
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// A page as the visitor with this capability.
    pub(crate) async fn mine(&self, path: &str, capability: &str) -> Response {
        self.client
            .get(self.url(path))
            .header(header::COOKIE, format!("wattt={capability}"))
            .send()
            .await
            .unwrap()
    }

    pub(crate) fn at(&self, now: u64) {
        self.now.store(now, Ordering::Relaxed);
    }

    /// Asks over the API, and connects a household that has published two slots. Returns id, capability and household.
    pub(crate) async fn connected(&self) -> (String, String, Household) {
        let asked: Value = self
            .post("/api/v1/consent-requests", json!({}))
            .await
            .json()
            .await
            .unwrap();
        settle(self.service.provider(), NOON).await;
        let mut household =
            Household::open(&self.tangle, asked["link"].as_str().unwrap(), NOON).await;
        household.say_yes(NOON).await;
        household.grant(NOON).await;
        settle(self.service.provider(), NOON).await;
        household.publish_slot(NOON + 20, 400).await;
        household.publish_slot(NOON + 30, -250).await;
        self.at(NOON + 31);
        settle(self.service.provider(), NOON + 31).await;
        let page = asked["page"].as_str().unwrap();
        (
            asked["id"].as_str().unwrap().to_owned(),
            page.split_once('#').unwrap().1.to_owned(),
            household,
        )
    }
}

/// Reads an event stream until it says this.
pub(crate) async fn expect(stream: &mut Response, words: &str) {
    let read = async {
        let mut heard = String::new();
        while !heard.contains(words) {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .unwrap_or_else(|_| panic!("never heard {words}"));
}
