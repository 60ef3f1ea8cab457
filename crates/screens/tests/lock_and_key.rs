//! What the screens show before, behind and after the lock.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use consent::Language;
use jiff::tz::TimeZone;
use screens::{
    ActivityFilter, App, Guard, NoticeKind, Options, Period, Problem, Proof, Stage, Theme, Tongue,
};
use tangle::{InMemory, Tangle};
use tempfile::TempDir;
use wallet::NearbyError;

const PASSPHRASE: &str = "correct horse battery";
const NOON: u64 = 1_781_863_200;

struct Desk {
    folder: TempDir,
    tangle: Arc<InMemory>,
    time: Arc<AtomicU64>,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            tangle: Arc::new(InMemory::new()),
            time: Arc::new(AtomicU64::new(NOON)),
        }
    }

    fn app(&self, name: &str) -> App {
        let (tangle, time) = (self.tangle.clone(), self.time.clone());
        App::new(Options {
            directory: self.folder.path().join(name),
            node: Some("memory".into()),
            connect: Arc::new(move |_| Ok(tangle.clone() as Arc<dyn Tangle>)),
            clock: Arc::new(move || time.load(Ordering::SeqCst)),
            zone: TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC),
            language: Language::En,
            radio: Arc::new(|_| Box::pin(async { Err(NearbyError::Absent) })),
        })
    }
}

async fn made(app: &App) -> Vec<String> {
    let words = app.new_words();
    app.create(Guard::File, PASSPHRASE, "", Tongue::Nl)
        .await
        .unwrap();
    assert!(app.sync().await, "the first entry is news");
    words
}

#[tokio::test]
async fn the_words_are_shown_until_a_wallet_is_made_of_them() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    assert_eq!(app.start().await.unwrap().stage, Stage::New);
    let words = app.new_words();
    assert_eq!(words.len(), 24);
    assert_eq!(app.new_words(), words, "looking again changes nothing");
    let short = app.create(Guard::File, "short", "", Tongue::Nl).await;
    assert_eq!(
        short,
        Err(Problem::PassphraseTooShort { found: 5, least: 8 })
    );
    made(&app).await;
    let start = app.start().await.unwrap();
    assert_eq!(
        (start.stage, start.guard, start.language),
        (Stage::Open, Guard::File, Tongue::Nl)
    );
    let shown = app.words(Proof::Passphrase(PASSPHRASE)).await;
    assert_eq!(shown.unwrap(), words);
    assert_eq!(
        app.words(Proof::Passphrase("another phrase")).await,
        Err(Problem::WrongPassphrase)
    );
}

#[tokio::test]
async fn a_finger_or_a_face_does_only_once_the_passphrase_said_so_and_only_while_it_is_open() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    let recognised = || app.words(Proof::Recognised);
    assert_eq!(recognised().await, Err(Problem::RecognitionOff));
    let wrong = app.choose_recognition(Some("another phrase")).await;
    assert_eq!(wrong, Err(Problem::WrongPassphrase));
    assert!(!app.recognition());

    app.choose_recognition(Some(PASSPHRASE)).await.unwrap();
    assert_eq!(recognised().await.unwrap().len(), 24);
    app.lock();
    assert_eq!(recognised().await, Err(Problem::Locked));
    app.unlock(PASSPHRASE).await.unwrap();
    assert!(app.recognition(), "it is remembered");
    app.choose_recognition(None).await.unwrap();
    assert_eq!(recognised().await, Err(Problem::RecognitionOff));
}

#[tokio::test]
async fn nothing_is_shown_while_it_is_locked() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    app.lock();
    assert_eq!(app.home(), Err(Problem::Locked));
    assert_eq!(
        app.activity(ActivityFilter::All, None, 0),
        Err(Problem::Locked)
    );
    assert_eq!(app.meter("abcd", Period::Day, None), Err(Problem::Locked));
    assert!(!app.sync().await);
    assert_eq!(
        app.unlock("another phrase").await,
        Err(Problem::WrongPassphrase)
    );
    app.unlock(PASSPHRASE).await.unwrap();
    assert!(app.home().unwrap().meters.is_empty());
}

#[tokio::test]
async fn that_the_node_answers_is_news_once() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    app.lock();
    app.unlock(PASSPHRASE).await.unwrap();
    assert!(!app.sync_state().heard);
    assert!(
        app.sync().await,
        "a screen that says “connecting” has to hear of it"
    );
    assert!(app.sync_state().heard);
    assert!(!app.sync().await);
}

#[tokio::test]
async fn since_when_the_node_is_silent_is_known_after_a_start_too() {
    let desk = Desk::new();
    let at = |app: &App| app.sync_state().at.map(u64::from);
    {
        let app = desk.app("wallet");
        made(&app).await;
        desk.time.fetch_add(59, Ordering::SeqCst);
        app.sync().await;
        assert_eq!(at(&app), Some(NOON + 59));
    }
    let app = desk.app("wallet");
    desk.time.fetch_add(86_400, Ordering::SeqCst);
    app.unlock(PASSPHRASE).await.unwrap();
    let kept = at(&app);
    assert_eq!(kept, Some(NOON), "it is not written down with every answer");
    assert!(!app.sync_state().heard, "but it has not answered yet");

    app.sync().await;
    desk.time.fetch_add(30, Ordering::SeqCst);
    app.sync().await;
    let last = NOON + 59 + 86_400 + 30;
    app.lock();
    app.unlock(PASSPHRASE).await.unwrap();
    assert_eq!(at(&app), Some(last), "locking writes the last one down");
}

#[tokio::test]
async fn it_locks_itself_when_nobody_is_there() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    app.choose(Tongue::En, Theme::Dark, 5).unwrap();
    desk.time.fetch_add(299, Ordering::SeqCst);
    assert!(!app.lock_if_idle());
    app.stir();
    desk.time.fetch_add(299, Ordering::SeqCst);
    assert!(!app.lock_if_idle());
    desk.time.fetch_add(1, Ordering::SeqCst);
    assert!(app.lock_if_idle());
    let start = app.start().await.unwrap();
    assert_eq!(
        (start.stage, start.theme, start.language),
        (Stage::Locked, Theme::Dark, Tongue::En)
    );
}

#[tokio::test]
async fn a_touch_that_comes_too_late_opens_nothing() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    desk.time.fetch_add(599, Ordering::SeqCst);
    assert!(!app.stir(), "in time");
    // The computer slept, and whoever wakes it moves the mouse first.
    desk.time.fetch_add(8 * 3_600, Ordering::SeqCst);
    assert!(app.stir(), "the touch itself locks");
    assert_eq!(app.home(), Err(Problem::Locked));
    assert!(!app.stir(), "once");

    app.unlock(PASSPHRASE).await.unwrap();
    assert!(!app.stir(), "whoever opens it is there");
}

#[tokio::test]
async fn a_clock_that_is_put_back_does_not_keep_it_open() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    desk.time.fetch_sub(365 * 86_400, Ordering::SeqCst);
    assert!(!app.lock_if_idle());
    desk.time.fetch_add(600, Ordering::SeqCst);
    assert!(app.lock_if_idle(), "and not a year later");
}

#[tokio::test]
async fn notifications_are_chosen_and_a_locked_wallet_has_none() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    assert_eq!(app.settings_screen().unwrap().notices, NoticeKind::ALL);
    app.choose_notices(&[NoticeKind::Meter]).unwrap();
    assert_eq!(app.settings_screen().unwrap().notices, [NoticeKind::Meter]);
    assert_eq!(app.notices(false), Ok(Vec::new()));
    app.lock();
    assert_eq!(app.notices(false), Ok(Vec::new()), "it has heard nothing");
}

#[tokio::test]
async fn words_bring_the_wallet_back_and_foreign_words_leave_nothing_behind() {
    let desk = Desk::new();
    let words = made(&desk.app("wallet")).await.join(" ");
    let other = desk.app("other");
    let foreign = wallet::Seed::new().words();
    let nothing = other
        .restore(&foreign, Guard::File, PASSPHRASE, "", Tongue::En, |_| ())
        .await;
    assert!(
        matches!(nothing, Err(Problem::NothingToRestore { .. })),
        "{nothing:?}"
    );
    assert_eq!(
        other.start().await.unwrap().stage,
        Stage::New,
        "one can try again"
    );
    let typo = words.replacen(words.split(' ').next().unwrap(), "xqzvwk", 1);
    assert!(matches!(
        other.check_words(&typo),
        Err(Problem::WordUnknown { position: 1, .. })
    ));
    other
        .restore(&words, Guard::File, PASSPHRASE, "", Tongue::En, |_| ())
        .await
        .unwrap();
    let lines = other.activity(ActivityFilter::All, None, 0).unwrap().lines;
    assert_eq!(lines.last().unwrap().headline, "Your wallet began here");
    assert!(other.check_activity().await.unwrap().whole);
}

#[tokio::test]
async fn a_word_is_completed() {
    let app = Desk::new().app("wallet");
    assert_eq!(app.complete_word("gard"), ["garden"]);
    assert_eq!(app.complete_word("ab").len(), 5);
    assert!(app.complete_word("").is_empty() && app.complete_word("xq").is_empty());
}

#[tokio::test]
async fn a_code_that_is_none_is_said_before_anything_is_sent() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    let pair = async |code| {
        app.pair(code, None, None, |_| (), std::future::pending())
            .await
    };
    assert_eq!(pair("  ").await, Err(Problem::CodeEmpty));
    let link = pair("https://example.org").await;
    assert_eq!(
        link,
        Err(Problem::CodeOtherLink {
            found: "example.org".into()
        })
    );
}

#[tokio::test]
async fn damaged_data_are_put_aside_and_come_back_from_the_words() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    app.lock();
    let folder = desk.folder.path().join("wallet");
    for end in ["-wal", "-shm"] {
        drop(std::fs::remove_file(folder.join(format!("wallet.db{end}"))));
    }
    std::fs::write(folder.join("wallet.db"), [7; 8_192]).unwrap();
    assert_eq!(app.unlock(PASSPHRASE).await, Err(Problem::DatabaseDamaged));

    let aside = app.put_data_aside().await.unwrap();
    assert_eq!(std::fs::read(folder.join(aside)).unwrap(), [7; 8_192]);
    app.unlock(PASSPHRASE).await.unwrap();
    assert!(app.sync().await);
    let lines = app.activity(ActivityFilter::All, None, 0).unwrap().lines;
    assert_eq!(lines.len(), 1, "what the node knows is there again");
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_no_new_wallet_and_the_words_bring_it_back() {
    let desk = Desk::new();
    let words = made(&desk.app("wallet")).await.join(" ");
    let folder = desk.folder.path().join("wallet");
    let settings = folder.join("settings.json");
    for damage in [Some("{\"keychain\":"), None] {
        match damage {
            Some(damage) => std::fs::write(&settings, damage).unwrap(),
            None => std::fs::remove_file(&settings).unwrap(),
        }
        let app = desk.app("wallet");
        let started = app.start().await;
        assert!(
            matches!(&started, Err(Problem::SettingsDamaged { why }) if why.contains("settings.json")),
            "{started:?}"
        );

        desk.time.fetch_add(1, Ordering::SeqCst);
        let aside = app.put_data_aside().await.unwrap();
        for name in ["wallet.db", "seed.enc"] {
            assert!(folder.join(format!("{name}.{aside}")).exists(), "{name}");
        }
        let kept = std::fs::read_to_string(folder.join(format!("settings.json.{aside}")));
        assert_eq!(kept.ok().as_deref(), damage);
        assert_eq!(app.start().await.unwrap().stage, Stage::New);
        app.restore(&words, Guard::File, PASSPHRASE, "", Tongue::En, |_| ())
            .await
            .unwrap();
        let lines = app.activity(ActivityFilter::All, None, 0).unwrap().lines;
        assert_eq!(lines.last().unwrap().headline, "Your wallet began here");
    }
}

#[tokio::test]
async fn a_wallet_that_is_open_outlives_its_settings() {
    let desk = Desk::new();
    let app = desk.app("wallet");
    made(&app).await;
    let settings = desk.folder.path().join("wallet/settings.json");
    let whole = std::fs::read(&settings).unwrap();
    std::fs::write(&settings, "{").unwrap();
    assert_eq!(app.start().await.unwrap().stage, Stage::Open);
    app.lock();
    assert!(app.start().await.is_err());
    std::fs::write(&settings, whole).unwrap();
    assert_eq!(
        app.start().await.unwrap().stage,
        Stage::Locked,
        "a copy was put back"
    );
}
