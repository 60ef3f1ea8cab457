//! What people get in their browsers, each about their own meter.

use std::time::Duration;

use consent::ConsentMessage;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::household::{NOON, settle};
use crate::stage::{expect, stage};

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
async fn one_address_makes_a_few_requests_and_others_go_on() {
    let stage = stage().await;
    let connect = async |address: &str| {
        let request = stage.client.post(stage.url("/my/connect"));
        let request = request.header("x-forwarded-for", address);
        request.send().await.unwrap().status()
    };
    for _ in 0..5 {
        assert_eq!(connect("198.51.100.9").await, StatusCode::SEE_OTHER);
    }
    assert_eq!(connect("198.51.100.9").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(connect("198.51.100.10").await, StatusCode::SEE_OTHER);
    let asked = stage.post("/api/v1/consent-requests", json!({})).await;
    assert_eq!(asked.status(), StatusCode::CREATED);
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
