//! Starting beside another, on foreign data, and with a key of its own.

use std::sync::Arc;

use provider_service::service::{Service, ServiceError, Settings};
use reqwest::Client;
use tangle::InMemory;

use crate::stage::{settings, stage};

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
    assert!(!format!("{first:?}").contains("mk_"), "it does not print");
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
