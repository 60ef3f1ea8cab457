//! A node behind a door that asks for a login: the programs' library and an index come in, nobody else does.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use serde_json::Value;
use tangle::{Logins, Settings, Tag, Tangle, TangleError, connect_with};

use crate::{
    doors,
    program::{Node, place, refusal_of},
};

const PATIENCE: Duration = Duration::from_secs(30);
/// RFC 7617: town:sesame
const WORD: &str = "Basic dG93bjpzZXNhbWU=";

/// A file that only its owner may read.
fn logins(directory: &Path, lines: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let file = directory.join("tangle-logins");
    fs::write(&file, lines).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file
}

fn connected(node: &str, logins: &Path) -> Arc<dyn Tangle> {
    let settings = Settings {
        logins: Logins::from_file(logins).unwrap(),
        ..Settings::default()
    };
    connect_with(node, settings).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_login_publishes_reads_and_watches() {
    let (directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let town = doors::before(&node.url, WORD).await;
    let file = logins(directory.path(), &format!("{town} basic town sesame\n"));
    let tangle = connected(&town, &file);
    let mut feed = tangle.watch(vec![Tag([2; 32])]);
    let id = tangle.publish(Tag([1; 32]), b"in").await.unwrap();
    assert_eq!(tangle.by_tags(&[Tag([1; 32])]).await.unwrap()[0].id, id);
    let writing = tangle.publish(Tag([2; 32]), b"live");
    let (arrived, written) = tokio::join!(tokio::time::timeout(PATIENCE, feed.next()), writing);
    assert_eq!(arrived.unwrap().unwrap().id, written.unwrap());

    let file = logins(directory.path(), &format!("{town} basic town open\n"));
    let error = connected(&town, &file).network().await.unwrap_err();
    assert!(matches!(error, TangleError::LoginRefused { .. }), "{error}");
    let file = logins(directory.path(), "");
    let error = connected(&town, &file).network().await.unwrap_err();
    assert!(matches!(error, TangleError::LoginNeeded { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_has_a_login_and_does_not_lend_it() {
    let (directory, data) = place();
    let (_other, index_data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--plain", "--milestones", "1"]);
    let town = doors::before(&node.url, WORD).await;
    let file = logins(directory.path(), &format!("{town} basic town sesame\n"));
    let index = Node::index_with_logins(&index_data, &town, &file);
    let follows = async {
        let url = format!("{}/api/meterkast/v1/completeness", index.url);
        let begin = Instant::now();
        loop {
            let progress: Value = reqwest::get(&url).await.unwrap().json().await.unwrap();
            if progress["liveFeed"] == true && progress["complete"] == true {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{progress}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    follows.await;
    let mut feed = index.tangle().watch(vec![Tag([1; 32])]);
    let writing = node.tangle();
    let id = writing.publish(Tag([1; 32]), b"past the door").await;
    let arrived = tokio::time::timeout(PATIENCE, feed.next()).await;
    assert_eq!(arrived.unwrap().unwrap().id, id.unwrap());

    let error = index.tangle().publish(Tag([1; 32]), b"no").await;
    let error = error.unwrap_err();
    assert!(matches!(error, TangleError::LoginNeeded { .. }), "{error}");
    let file = logins(
        directory.path(),
        &format!("{} basic town sesame\n", index.url),
    );
    let lent = connected(&index.url, &file);
    lent.publish(Tag([1; 32]), b"its own").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_without_a_login_says_so_and_repeats_no_password() {
    let (_directory, data) = place();
    let (_other, index_data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let town = doors::before(&node.url, WORD).await;
    let follow = town.clone();
    let refused = move |follow: String| refusal_of(&index_data, &["index", "--follow", &follow]);
    let (missing, inside) = tokio::task::spawn_blocking(move || {
        let inside = follow.replace("http://", "http://town:sesame@");
        (refused(follow), refused(inside))
    })
    .await
    .unwrap();
    assert!(missing.contains("asks for a login (401"), "{missing}");
    assert!(
        missing.contains(&format!("{town} basic NAME PASSWORD")),
        "{missing}"
    );
    assert!(inside.contains("belong into a file"), "{inside}");
    assert!(!inside.contains("sesame"), "{inside}");
}
