//! Something answers, but it is no node of this protocol.

use axum::{Json, Router, http::header, routing::get};
use serde_json::json;
use tangle::{TangleError, connect};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::foreign::{INFO, TAG, info, serve, tangle};

#[tokio::test]
async fn a_web_server_is_no_node() {
    let page = get(|| async { "<html>Welcome</html>" });
    for routes in [
        Router::new(),
        Router::new().fallback(page.clone()),
        Router::new().route(INFO, get(|| async { Json(json!({ "name": "other" })) })),
    ] {
        let tangle = tangle(routes).await;
        for error in [
            tangle.network().await.unwrap_err(),
            tangle.publish(TAG, b"data").await.unwrap_err(),
        ] {
            assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
            assert!(
                error.to_string().contains("check the address and the port"),
                "{error}"
            );
            assert!(!error.is_temporary());
        }
    }
}

#[tokio::test]
async fn something_that_speaks_no_http_is_no_node() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n").await;
        }
    });
    let error = connect(&url).unwrap().network().await.unwrap_err();
    assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
}

#[tokio::test]
async fn a_node_of_another_protocol_is_named_as_such() {
    let mut newer = info(0);
    newer["protocol"]["version"] = json!(3);
    let routes = Router::new().route(INFO, get(|| async { Json(newer) }));
    let error = tangle(routes).await.network().await.unwrap_err();
    assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
    assert!(
        error.to_string().contains("version 3 of the protocol"),
        "{error}"
    );
}

/// A redirect could send what is published anywhere.
#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let elsewhere = serve(Router::new().route(INFO, get(|| async { Json(info(0)) }))).await;
    let location = format!("{elsewhere}{INFO}");
    let moved = move || async move {
        (
            axum::http::StatusCode::FOUND,
            [(header::LOCATION, location)],
        )
    };
    let tangle = tangle(Router::new().route(INFO, get(moved))).await;
    let error = tangle.network().await.unwrap_err();
    assert!(error.to_string().contains("it answered 302"), "{error}");
    assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
    assert!(connect(&elsewhere).unwrap().network().await.is_ok());
}
