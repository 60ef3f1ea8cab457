//! What programs get over the API.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::household::NOON;
use crate::stage::stage;

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
