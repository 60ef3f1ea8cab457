//! Whoever waits for a node that does not answer can stop waiting, and nothing is left behind.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use consent::Language;
use futures::stream::BoxStream;
use jiff::tz::TimeZone;
use screens::{ActivityFilter, App, Guard, Options, Problem, Stage, Tongue};
use tangle::{BlockId, Cursor, InMemory, NetworkInfo, Page, Stored, Tag, Tangle, TangleError};
use tempfile::TempDir;
use wallet::NearbyError;

const PASSPHRASE: &str = "correct horse battery";
const LIMIT: Duration = Duration::from_secs(30);

/// A node that takes every question and, while it is silent, answers none.
#[derive(Default)]
struct Node {
    inner: InMemory,
    silent: AtomicBool,
}

impl Node {
    async fn answers(&self) {
        if self.silent.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
    }
}

#[async_trait]
impl Tangle for Node {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        self.answers().await;
        self.inner.publish(tag, data).await
    }
    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        self.answers().await;
        self.inner.by_tags(tags).await
    }
    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        self.answers().await;
        self.inner.by_tag_after(tag, after).await
    }
    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        self.answers().await;
        self.inner.by_id(id).await
    }
    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        self.inner.watch(tags)
    }
    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        self.answers().await;
        self.inner.confirmed(id).await
    }
    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        self.answers().await;
        self.inner.network().await
    }
}

fn app(folder: &TempDir, name: &str, node: &Arc<Node>) -> App {
    let node = node.clone();
    App::new(Options {
        directory: folder.path().join(name),
        node: Some("memory".into()),
        connect: Arc::new(move |_| Ok(node.clone() as Arc<dyn Tangle>)),
        clock: Arc::new(|| 1_781_863_200),
        zone: TimeZone::UTC,
        language: Language::En,
        radio: Arc::new(|_| Box::pin(async { Err(NearbyError::Absent) })),
    })
}

/// Waits, and gives up a moment later.
async fn given_up<T>(app: &App, waiting: impl Future<Output = Result<T, Problem>>) -> Problem {
    let soon = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            app.give_up();
        }
    };
    let waiting = tokio::time::timeout(LIMIT, waiting);
    tokio::select! {
        waited = waiting => waited.unwrap().err().unwrap(),
        () = soon => unreachable!("it never ends"),
    }
}

#[tokio::test]
async fn a_check_and_an_export_are_given_up() {
    let (folder, node) = (tempfile::tempdir().unwrap(), Arc::new(Node::default()));
    let app = app(&folder, "wallet", &node);
    app.new_words();
    app.create(Guard::File, PASSPHRASE, "", Tongue::En)
        .await
        .unwrap();
    assert!(app.sync().await);
    node.silent.store(true, Ordering::SeqCst);

    let check = given_up(&app, app.check_activity()).await;
    assert_eq!(check, Problem::GivenUp);
    let export = folder.path().join("export");
    let saved = given_up(&app, app.export(export.clone())).await;
    assert_eq!(saved, Problem::GivenUp);
    assert!(!export.exists());
    let lines = app.activity(ActivityFilter::All, None, 0).unwrap().lines;
    assert_eq!(lines.len(), 1, "nothing says that something was exported");
}

#[tokio::test]
async fn a_restore_that_is_given_up_leaves_nothing() {
    let (folder, node) = (tempfile::tempdir().unwrap(), Arc::new(Node::default()));
    let first = app(&folder, "first", &node);
    let words = first.new_words().join(" ");
    first
        .create(Guard::File, PASSPHRASE, "", Tongue::En)
        .await
        .unwrap();
    assert!(first.sync().await);
    node.silent.store(true, Ordering::SeqCst);

    let second = app(&folder, "second", &node);
    let restore = || second.restore(&words, Guard::File, PASSPHRASE, "", Tongue::En, |_| ());
    assert_eq!(given_up(&second, restore()).await, Problem::GivenUp);
    assert_eq!(second.start().await.unwrap().stage, Stage::New);
    assert!(!folder.path().join("second/seed.enc").exists());

    node.silent.store(false, Ordering::SeqCst);
    restore().await.unwrap();
    assert_eq!(second.start().await.unwrap().stage, Stage::Open);
}

#[tokio::test]
async fn locking_waits_for_no_node() {
    let (folder, node) = (tempfile::tempdir().unwrap(), Arc::new(Node::default()));
    let app = app(&folder, "wallet", &node);
    app.new_words();
    app.create(Guard::File, PASSPHRASE, "", Tongue::En)
        .await
        .unwrap();
    node.silent.store(true, Ordering::SeqCst);
    let locks = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        app.lock();
    };
    let hears = tokio::time::timeout(LIMIT, app.sync());
    let (news, ()) = tokio::join!(hears, locks);
    assert_eq!(news, Ok(false), "it ends, and has heard nothing");

    let opens = tokio::time::timeout(Duration::from_secs(5), app.unlock(PASSPHRASE));
    assert_eq!(opens.await, Ok(Ok(())), "nothing still holds the wallet");
    node.silent.store(false, Ordering::SeqCst);
    assert!(app.sync().await, "what was interrupted goes on");
}
