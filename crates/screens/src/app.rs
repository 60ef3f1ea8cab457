//! The app's one state: no wallet yet, locked, or open.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use consent::Language;
use consent::words::Speaker;
use jiff::tz::TimeZone;
use serde::Serialize;
use specta::Type;
use tangle::{Tangle, TangleError};
use wallet::{
    Clock, FileKeychain, Home, HomeError, Keychain, KeychainKind, Settings, Surroundings,
    SystemKeychain, Wallet, WalletError,
};
use zeroize::Zeroizing;

use crate::nearby::{OpenRadio, Radio};
use crate::problem::Problem;
use crate::proof::Proof;
use crate::terms::seconds;

/// A wallet that was locked is waited for this long before it is opened again: something may still be under way.
const LETTING_GO: Duration = Duration::from_secs(10);
/// While the node answers, that is written down no more often than this, in seconds.
const SELDOM: u64 = 60;

/// Reaches the node of an address, usually [`tangle::connect`].
pub type Connect = Arc<dyn Fn(&str) -> Result<Arc<dyn Tangle>, TangleError> + Send + Sync>;

/// Where the app lives and what it starts with.
pub struct Options {
    /// The wallet's directory.
    pub directory: PathBuf,
    /// A node that was named at start; otherwise the one in the settings.
    pub node: Option<String>,
    /// How a node is reached by its address.
    pub connect: Connect,
    /// The time.
    pub clock: Clock,
    /// Where days begin and end.
    pub zone: TimeZone,
    /// The language of the system, until one is chosen.
    pub language: Language,
    /// How Bluetooth is opened.
    pub radio: OpenRadio,
}

/// My Home behind its screens.
pub struct App {
    pub(crate) options: Options,
    inner: Mutex<Inner>,
    pub(crate) radio: tokio::sync::Mutex<Radio>,
    /// Whoever stood beside a Pi goes: what is waited for there is over.
    pub(crate) leaving: tokio::sync::Notify,
    /// The wallet is locked: nothing more is heard for it.
    locking: tokio::sync::Notify,
    /// Told when somebody no longer waits for restoring, a link, a check or an export.
    giving_up: tokio::sync::Notify,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// The open wallet; `None` while locked.
    wallet: Option<Arc<Wallet>>,
    /// The wallet that was locked last, while somebody still works with it.
    before: Weak<Wallet>,
    /// A seed whose words were shown and that is not kept yet.
    pub(crate) draft: Option<wallet::Seed>,
    sync: SyncState,
    /// The last answer of the node that is written down.
    kept_answer: Option<u32>,
    /// When somebody was last there, in unix seconds.
    stirred_at: u64,
}

/// Whether what is shown is up to date.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Type)]
pub struct SyncState {
    /// When the node last answered, before this start too; absent if it never did.
    pub at: Option<u32>,
    /// Whether it has answered since the wallet was opened.
    pub heard: bool,
    /// Why it does not answer now.
    pub problem: Option<Problem>,
}

impl SyncState {
    /// Whether the node has answered, and whether it does not now: what a screen says in other words.
    fn seen_as(&self) -> (bool, bool) {
        (self.heard, self.problem.is_some())
    }
}

impl Inner {
    /// Writes down when the node last answered, if what is written is older than this many seconds: so that after a start
    /// without a node it is known since when.
    fn keep_answer(&mut self, wallet: &Wallet, seldom: u64) {
        let Some(at) = self.sync.at.filter(|at| self.kept_answer != Some(*at)) else {
            return;
        };
        let due = |kept: u32| u64::from(at) >= u64::from(kept).saturating_add(seldom);
        if !self.kept_answer.is_none_or(due) {
            return;
        }
        match wallet.keep_last_answer(at.into()) {
            Ok(()) => self.kept_answer = Some(at),
            Err(error) => tracing::warn!("when the node answered is not written down: {error}"),
        }
    }
}

impl App {
    /// The app on this directory; nothing is opened yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            inner: Mutex::default(),
            radio: tokio::sync::Mutex::default(),
            leaving: tokio::sync::Notify::new(),
            locking: tokio::sync::Notify::new(),
            giving_up: tokio::sync::Notify::new(),
        }
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open wallet.
    pub(crate) fn wallet(&self) -> Result<Arc<Wallet>, Problem> {
        self.inner().wallet.clone().ok_or(Problem::Locked)
    }

    /// Whether a wallet is open.
    pub fn is_open(&self) -> bool {
        self.inner().wallet.is_some()
    }

    /// The time, in unix seconds.
    pub fn now(&self) -> u64 {
        (self.options.clock)()
    }

    /// The settings of the wallet here, if there is one.
    pub(crate) fn known_settings(&self) -> Result<Option<Settings>, Problem> {
        Home::peek(&self.options.directory).map_err(|error| Problem::from(&error))
    }

    /// The same where a screen goes on without them.
    pub(crate) fn settings(&self) -> Option<Settings> {
        self.known_settings().ok().flatten()
    }

    /// The language that is chosen, or that of the system.
    pub fn language(&self) -> Language {
        let chosen = self.settings().and_then(|settings| settings.language);
        chosen.map_or(self.options.language, |tag| Language::of_locale(&tag))
    }

    pub(crate) fn speaker(&self) -> Speaker {
        Speaker::new(self.language(), self.options.zone.clone())
    }

    /// Hears what is new, and remembers whether the node answered. Gives whether anything on a screen may have changed.
    pub async fn sync(&self) -> bool {
        let Ok(wallet) = self.wallet() else {
            return false;
        };
        // Locking ends it: what was interrupted goes on when the wallet is opened again.
        let outcome = tokio::select! {
            outcome = wallet.sync() => outcome,
            () = self.locking.notified() => return false,
        };
        let mut inner = self.inner();
        let same = |open: &Arc<Wallet>| Arc::ptr_eq(open, &wallet);
        if !inner.wallet.as_ref().is_some_and(same) {
            return false;
        }
        let before = inner.sync.seen_as();
        let news = match outcome {
            Ok(news) => {
                inner.sync = SyncState {
                    at: Some(seconds((self.options.clock)())),
                    heard: true,
                    problem: None,
                };
                inner.keep_answer(&wallet, SELDOM);
                news != wallet::News::default()
            }
            Err(error) => {
                tracing::info!("{error}");
                inner.sync.problem = Some(Problem::from(error));
                inner.keep_answer(&wallet, 0);
                false
            }
        };
        news || before != inner.sync.seen_as()
    }

    /// Whether the node answers.
    pub fn sync_state(&self) -> SyncState {
        self.inner().sync.clone()
    }

    /// Somebody is there. Who comes too late finds it locked, also where nothing ran in between, as while a computer sleeps.
    /// Gives whether this locked it.
    pub fn stir(&self) -> bool {
        let locked = self.lock_if_idle();
        self.inner().stirred_at = self.now();
        locked
    }

    /// Locks if nobody was there for as long as the settings say, by the clock of the day: one that is not set stands still
    /// while a computer sleeps. Gives whether it did.
    pub fn lock_if_idle(&self) -> bool {
        if !self.is_open() {
            return false;
        }
        let window = self
            .settings()
            .map(|settings| settings.window)
            .unwrap_or_default();
        let patience = u64::from(crate::settings::lock_after(&window)) * 60;
        let idle = self.idle();
        let locks = idle >= patience;
        if locks {
            self.lock();
        }
        locks
    }

    /// For how many seconds nobody was there. A clock that was put back counts from then on, and never holds the lock open.
    fn idle(&self) -> u64 {
        let now = self.now();
        let mut inner = self.inner();
        inner.stirred_at = inner.stirred_at.min(now);
        now.saturating_sub(inner.stirred_at)
    }

    /// Locks: the keys leave the memory as soon as nothing is under way any more.
    pub fn lock(&self) {
        self.leaving.notify_waiters();
        self.locking.notify_waiters();
        self.give_up();
        if let Ok(mut radio) = self.radio.try_lock() {
            radio.talk = None;
        }
        let mut inner = self.inner();
        if let Some(wallet) = inner.wallet.take() {
            inner.keep_answer(&wallet, 0);
            inner.before = Arc::downgrade(&wallet);
        }
        inner.sync = SyncState::default();
        inner.draft = None;
    }

    /// Ends what somebody waits for: restoring, a link, a check, an export. What is written down already stays.
    pub fn give_up(&self) {
        self.giving_up.notify_waiters();
    }

    pub(crate) async fn unless_given_up<T>(
        &self,
        waited_for: impl Future<Output = T>,
    ) -> Result<T, Problem> {
        tokio::select! {
            came = waited_for => Ok(came),
            () = self.giving_up.notified() => Err(Problem::GivenUp),
        }
    }

    /// Opens the wallet with its passphrase.
    ///
    /// # Errors
    /// [`Problem::WrongPassphrase`], or what is wrong with the wallet's directory.
    pub async fn unlock(&self, passphrase: &str) -> Result<(), Problem> {
        if self.is_open() {
            return self.prove(Proof::Passphrase(passphrase)).await;
        }
        self.wait_until_let_go().await?;
        let home = Home::open(&self.options.directory).map_err(|error| Problem::from(&error))?;
        let settings = home.settings().map_err(|error| Problem::from(&error))?;
        let settings = settings.ok_or(Problem::NoWallet)?;
        let keychain = keychain_at(home.seed_file(), &settings, passphrase);
        let surroundings = self.surroundings(home, settings.tangle.as_deref())?;
        let wallet = blocking(move || Wallet::open(surroundings, &*keychain)).await?;
        self.keep(wallet);
        Ok(())
    }

    pub(crate) fn keep(&self, wallet: Wallet) {
        let now = self.now();
        let answered = wallet.last_answer().unwrap_or_else(|error| {
            tracing::warn!("when the node last answered is not known: {error}");
            None
        });
        let mut inner = self.inner();
        inner.kept_answer = answered.map(seconds);
        inner.sync.at = inner.kept_answer;
        inner.wallet = Some(Arc::new(wallet));
        inner.draft = None;
        inner.stirred_at = now;
    }

    pub(crate) fn surroundings(
        &self,
        home: Home,
        node: Option<&str>,
    ) -> Result<Surroundings, Problem> {
        let node = self.options.node.as_deref().or(node);
        let tangle = node.map(|node| (self.options.connect)(node)).transpose();
        let tangle = tangle.map_err(|error| Problem::NodeAddress {
            why: error.to_string(),
        })?;
        Ok(Surroundings {
            home,
            tangle,
            clock: self.options.clock.clone(),
        })
    }

    /// Locks, and puts data that cannot be used aside: what the node and the words know is made anew when the wallet is opened
    /// again. Where the settings cannot be read, it is the whole wallet, which then comes back from its words. Gives the name
    /// under which the old data lie in the wallet's folder, or what their names end in.
    ///
    /// # Errors
    /// [`Problem::InUse`], or what is wrong with the wallet's directory.
    pub async fn put_data_aside(&self) -> Result<String, Problem> {
        self.lock();
        self.wait_until_let_go().await?;
        let home = Home::open(&self.options.directory).map_err(|error| Problem::from(&error))?;
        let aside = match home.settings() {
            Err(HomeError::Settings { .. }) => home.put_wallet_aside(self.now()),
            _ => home.put_database_aside(self.now()),
        };
        aside.map_err(|error| Problem::from(&error))
    }

    async fn wait_until_let_go(&self) -> Result<(), Problem> {
        let step = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        while self.inner().before.strong_count() > 0 {
            if waited > LETTING_GO {
                return Err(Problem::InUse);
            }
            tokio::time::sleep(step).await;
            waited += step;
        }
        Ok(())
    }
}

pub(crate) fn keychain_at(
    seed_file: PathBuf,
    settings: &Settings,
    passphrase: &str,
) -> Box<dyn Keychain> {
    let passphrase = Zeroizing::new(passphrase.to_owned());
    match settings.keychain {
        KeychainKind::System => Box::new(SystemKeychain::guarded(&settings.wallet, passphrase)),
        KeychainKind::File => Box::new(FileKeychain::new(seed_file, passphrase)),
    }
}

/// Passphrase hashing takes a while by design; it must not stop everything else.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WalletError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| Problem::Fault {
        why: error.to_string(),
    })?;
    Ok(done?)
}
