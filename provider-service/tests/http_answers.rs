//! What programs and people get over HTTP, from a service that really listens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consent::ConsentMessage;
use household::{Household, NOON, settle};
use provider_service::offer::Offer;
use provider_service::service::{Service, ServiceError, Settings};
use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};
use tangle::{InMemory, Tangle};

struct Stage {
    directory: tempfile::TempDir,
    tangle: Arc<InMemory>,
    now: Arc<AtomicU64>,
    service: Service,
    key: String,
    client: Client,
}

fn settings(directory: &Path) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: directory.join("data"),
        offer: Offer::parse(Offer::WATTT_INSIGHTS).unwrap(),
        public_url: None,
        time_zone: "Europe/Amsterdam".to_owned(),
        api_key_file: None,
    }
}

async fn stage() -> Stage {
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
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address())
    }

    async fn get(&self, path: &str) -> Response {
        self.client
            .get(self.url(path))
            .bearer_auth(&self.key)
            .send()
            .await
            .unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Response {
        self.client
            .post(self.url(path))
            .bearer_auth(&self.key)
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// A page as the visitor with this capability.
    async fn mine(&self, path: &str, capability: &str) -> Response {
        self.client
            .get(self.url(path))
            .header(header::COOKIE, format!("wattt={capability}"))
            .send()
            .await
            .unwrap()
    }

    fn at(&self, now: u64) {
        self.now.store(now, Ordering::Relaxed);
    }

    /// Asks over the API, and connects a household that has published two slots. Returns id, capability and household.
    async fn connected(&self) -> (String, String, Household) {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_and_reads() {
    let stage = stage().await;
    let (id, _, _household) = stage.connected().await;
    let consent = stage.json(&format!("/api/v1/consents/{id}")).await;
    assert_eq!(consent["state"], "active");
    assert_eq!(consent["readings"], 20);
    assert_eq!(consent["last_slot"], (NOON + 20) / 10);
    assert_eq!(consent["lanes"][0]["rejected"], 0);
    let list = stage.json("/api/v1/consents").await;
    assert_eq!(list["consents"][0]["id"], id.as_str());

    let readings = stage.json(&format!("/api/v1/consents/{id}/readings")).await;
    let rows = readings["readings"].as_array().unwrap();
    assert_eq!(rows.len(), 20);
    assert_eq!(rows[0]["lane"], "live/electricity");
    assert_eq!(
        (&rows[0]["at"], &rows[0]["power_import_w"]),
        (&json!(NOON + 10), &json!(400))
    );
    let part = stage
        .json(&format!(
            "/api/v1/consents/{id}/readings?from={}&to={}",
            NOON + 15,
            NOON + 25
        ))
        .await;
    assert_eq!(part["readings"].as_array().unwrap().len(), 10);

    let csv = stage
        .get(&format!("/api/v1/consents/{id}/readings?format=csv"))
        .await;
    assert!(
        csv.headers()[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    let csv = csv.text().await.unwrap();
    assert_eq!(csv.lines().count(), 21);
    assert!(csv.starts_with("at_unix_s,at_utc"));

    let svg = stage
        .get(&format!(
            "/api/v1/consents/{id}/chart.svg?from={NOON}&to={}",
            NOON + 60
        ))
        .await
        .text()
        .await
        .unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("every reading"));
    let png = stage.get(&format!("/api/v1/consents/{id}/chart.png")).await;
    assert_eq!(png.headers()[header::CONTENT_TYPE], "image/png");
    assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    let receipt = stage.json(&format!("/api/v1/consents/{id}/receipt")).await;
    assert!(receipt.is_object());
    let status = stage.json("/api/v1/status").await;
    assert_eq!(status["node"]["unreachable_since"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_a_program_gets_nothing() {
    let stage = stage().await;
    let (id, capability, _household) = stage.connected().await;
    for path in [
        "consents".to_owned(),
        format!("consents/{id}"),
        format!("consents/{id}/readings"),
        format!("consents/{id}/live"),
        format!("consents/{id}/chart.svg"),
        "status".to_owned(),
    ] {
        let url = stage.url(&format!("/api/v1/{path}"));
        for request in [
            stage.client.get(&url),
            stage.client.get(&url).bearer_auth("mk_wrong"),
            stage
                .client
                .get(&url)
                .header(header::COOKIE, format!("wattt={capability}")),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            let body: Value = answer.json().await.unwrap();
            assert!(body["error"]["message"].as_str().unwrap().contains("key"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_visitor_never_sees_anothers_meter() {
    let stage = stage().await;
    let (_, capability, _household) = stage.connected().await;
    let state: Value = stage
        .mine("/my/state", &capability)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&state["state"], &state["readings"]),
        (&json!("active"), &json!(20))
    );
    let insights: Value = stage
        .mine("/my/insights", &capability)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(insights["recent"].as_array().unwrap().len(), 20);
    assert_eq!(
        insights["recent"][19],
        json!({ "at": NOON + 29, "w": -250 })
    );
    for path in [
        "/my/state",
        "/my/insights",
        "/my/live",
        "/my/readings",
        "/my/chart.png",
        "/my/qr.svg",
    ] {
        assert_eq!(
            stage.mine(path, &"x".repeat(43)).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
        assert_eq!(
            stage
                .client
                .get(stage.url(path))
                .send()
                .await
                .unwrap()
                .status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_connects_and_only_that_browser_gets_the_link() {
    let stage = stage().await;
    let answer = stage
        .client
        .post(stage.url("/my/connect"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = answer.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let capability = cookie.split(['=', ';']).nth(1).unwrap();
    let state: Value = stage
        .mine("/my/state", capability)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(state["state"], "requested");
    assert!(
        state["link"]
            .as_str()
            .unwrap()
            .starts_with("meterkast://consent?")
    );
    assert!(
        stage
            .mine("/my/qr.svg", capability)
            .await
            .text()
            .await
            .unwrap()
            .contains("<svg")
    );

    let foreign = stage
        .client
        .post(stage.url("/my/connect"))
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let foreign = stage
        .client
        .post(stage.url("/my/stop"))
        .header(header::ORIGIN, "https://elsewhere.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_and_the_end_are_told_the_moment_they_come() {
    let stage = stage().await;
    let (id, capability, mut household) = stage.connected().await;
    let mut program = stage.get(&format!("/api/v1/consents/{id}/live")).await;
    let mut person = stage.mine("/my/live", &capability).await;
    expect(&mut program, "event: state").await;
    expect(&mut person, "\"state\":\"active\"").await;

    household.publish_slot(NOON + 40, 700).await;
    stage.at(NOON + 41);
    settle(stage.service.provider(), NOON + 41).await;
    expect(&mut program, "\"power_import_w\":700").await;
    expect(&mut person, "\"w\":700").await;

    household
        .wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 42)
        .await;
    settle(stage.service.provider(), NOON + 42).await;
    expect(&mut program, "\"state\":\"revoked\"").await;
    expect(&mut person, "\"ended_by\":\"withdrawn-by-owner\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_does_not_keep_the_service_from_stopping() {
    let stage = stage().await;
    let (_, capability, _household) = stage.connected().await;
    let mut person = stage.mine("/my/live", &capability).await;
    expect(&mut person, "event: state").await;
    let begun = std::time::Instant::now();
    stage.service.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    let modes = std::fs::read_dir(stage.directory.path().join("data"))
        .unwrap()
        .map(|entry| {
            use std::os::unix::fs::PermissionsExt as _;
            entry.unwrap().metadata().unwrap().permissions().mode() & 0o077
        });
    assert_eq!(modes.max(), Some(0), "files are for their owner alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stops_and_erases_on_the_page() {
    let stage = stage().await;
    let (id, capability, household) = stage.connected().await;
    let answer = stage
        .client
        .post(stage.url("/my/stop"))
        .header(header::COOKIE, format!("wattt={capability}"))
        .send()
        .await
        .unwrap();
    let record: Value = answer.json().await.unwrap();
    assert_eq!(
        (&record["state"], &record["ended_by"], &record["readings"]),
        (&json!("erased"), &json!("ended-by-service"), &json!(0))
    );
    settle(stage.service.provider(), NOON + 32).await;
    assert_eq!(
        household.provider_said().await.last(),
        Some(&ConsentMessage::Purged { readings: 20 })
    );
    let readings = stage.json(&format!("/api/v1/consents/{id}/readings")).await;
    assert_eq!(readings["readings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_questions_get_a_sentence() {
    let stage = stage().await;
    let (id, _, _household) = stage.connected().await;
    let nothing = "0".repeat(32);
    for (path, status, code) in [
        (
            format!("/api/v1/consents/{nothing}"),
            404,
            "no-such-consent",
        ),
        (
            "/api/v1/consents/..%2Fetc".to_owned(),
            404,
            "no-such-consent",
        ),
        (
            format!("/api/v1/consents/{id}/readings?from=yesterday"),
            400,
            "bad-moment",
        ),
        (
            format!("/api/v1/consents/{id}/readings?from=5&to=4"),
            400,
            "empty-period",
        ),
        (
            format!("/api/v1/consents/{id}/readings?format=xml"),
            400,
            "unknown-format",
        ),
        (
            format!("/api/v1/consents/{id}/readings?lane=live/gossip"),
            400,
            "unknown-lane",
        ),
        (
            format!("/api/v1/consents/{id}/chart.svg?from=2000-01-01&to=2026-01-01"),
            400,
            "period-too-long",
        ),
        ("/api/v1/nothing".to_owned(), 404, "not-found"),
    ] {
        let answer = stage.get(&path).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], code, "{path}");
        assert!(
            body["error"]["message"].as_str().unwrap().ends_with('.'),
            "{body}"
        );
    }
    for (body, code) in [
        (json!({ "duration_days": "ninety" }), "bad-body"),
        (json!({ "surprise": 1 }), "bad-body"),
        (json!({ "lifetime": 999_999 }), "request-refused"),
    ] {
        let answer = stage.post("/api/v1/consent-requests", body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_in_both_languages_and_run_nothing_foreign() {
    let stage = stage().await;
    for path in ["/", "/my", "/data", "/privacy"] {
        for (language, tag) in [("nl-NL,nl;q=0.9", "nl"), ("en-GB", "en")] {
            let answer = stage
                .client
                .get(stage.url(path))
                .header(header::ACCEPT_LANGUAGE, language)
                .send()
                .await
                .unwrap();
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap()
                .to_owned();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
            assert!(
                answer
                    .text()
                    .await
                    .unwrap()
                    .contains(&format!("<html lang=\"{tag}\">")),
                "{path}"
            );
        }
    }
    let chosen = stage
        .client
        .get(stage.url("/?lang=nl"))
        .send()
        .await
        .unwrap();
    assert!(
        chosen.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .starts_with("lang=nl;")
    );
    let statement: Value = stage
        .client
        .get(stage.url("/.well-known/meterkast.json"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(statement["keys"][0].as_str().unwrap().len(), 64);
    assert_eq!(
        stage
            .client
            .get(stage.url("/nothing"))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_description_exists() {
    let stage = stage().await;
    let (id, _, _household) = stage.connected().await;
    let description = stage.json("/api/v1/openapi.json").await;
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() >= 10);
    for (path, methods) in paths {
        for method in methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|method| *method == "get")
        {
            let path = path.replace("{id}", &id);
            // A live stream answers at once and does not end; its status is enough.
            let answer = stage.get(&path).await;
            assert!(
                answer.status().is_success(),
                "{method} {path}: {}",
                answer.status()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_and_foreign_databases_are_refused() {
    let stage = stage().await;
    let again = Service::start(settings(stage.directory.path()), stage.tangle.clone()).await;
    assert!(matches!(again, Err(ServiceError::DataDir(_))), "{again:?}");

    let mut taken = settings(&stage.directory.path().join("other"));
    taken.listen = stage.service.address();
    let refused = Service::start(taken, stage.tangle.clone())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("cannot listen on") && refused.contains("--listen"),
        "{refused}"
    );

    let directory = stage.directory.path().join("newer");
    let newer = settings(&directory);
    let service = Service::start(newer.clone(), stage.tangle.clone())
        .await
        .unwrap();
    service.stop().await;
    let file = newer.data_dir.join("provider.sqlite");
    rusqlite::Connection::open(file)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = Service::start(newer, stage.tangle.clone())
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("newer version"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_key_is_shown_once_or_kept_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let tangle = Arc::new(InMemory::new());
    let first = Service::start(settings(directory.path()), tangle.clone())
        .await
        .unwrap();
    assert!(first.new_api_key().unwrap().starts_with("mk_"));
    first.stop().await;
    let second = Service::start(settings(directory.path()), tangle.clone())
        .await
        .unwrap();
    assert!(second.new_api_key().is_none());
    second.stop().await;

    let file = directory.path().join("key");
    let with_file = Settings {
        api_key_file: Some(file.clone()),
        ..settings(directory.path())
    };
    let third = Service::start(with_file.clone(), tangle.clone())
        .await
        .unwrap();
    assert!(third.new_api_key().is_none());
    let key = std::fs::read_to_string(&file).unwrap();
    let status = Client::new()
        .get(format!("http://{}/api/v1/status", third.address()))
        .bearer_auth(key.trim())
        .send()
        .await
        .unwrap();
    assert!(status.status().is_success());
    third.stop().await;
    std::fs::write(&file, "short").unwrap();
    assert!(matches!(
        Service::start(with_file, tangle).await,
        Err(ServiceError::ApiKeyFile(_))
    ));
}

/// Reads an event stream until it says this.
async fn expect(stream: &mut Response, words: &str) {
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
