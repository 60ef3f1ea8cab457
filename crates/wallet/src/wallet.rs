//! The wallet itself: what it holds, and how it comes to life.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::collections::BTreeSet;

use consent::{ConsentId, JournalEntry, JournalHead, JournalRecord, WalletView, Writer};
use data_encoding::HEXLOWER;
use tangle::Tangle;

use crate::error::WalletError;
use crate::hear::Missing;
use crate::home::{Home, KeychainKind, Settings};
use crate::keychain::Keychain;
use crate::keys::Keys;
use crate::known_prices::KnownPrices;
use crate::seed::Seed;
use crate::store::{Store, StoredEntry};

/// Unix seconds, from wherever the program takes them.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The clock of this computer.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map(|since| since.as_secs()).unwrap_or(0)
    })
}

/// My Home: the person's devices, consents and activity, and every action on them.
///
/// Every action writes the journal first, durably on this disk and then on the Tangle, and only then does what it
/// says. Whatever is interrupted is resumed by the next [`Wallet::sync`].
pub struct Wallet {
    pub(crate) home: Home,
    pub(crate) keys: Keys,
    pub(crate) tangle: Option<Arc<dyn Tangle>>,
    pub(crate) clock: Clock,
    /// Held while something is sent or heard, so that two actions do not get in each other's way.
    pub(crate) busy: tokio::sync::Mutex<()>,
    pub(crate) inner: Mutex<Inner>,
    pub(crate) known_prices: KnownPrices,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) head: JournalHead,
    pub(crate) view: WalletView,
    /// Messages of others that the journal holds already.
    pub(crate) observed: BTreeSet<(ConsentId, Writer, u32)>,
    /// What others said and does not come.
    pub(crate) missing: Missing,
}

/// What a wallet needs from its surroundings.
pub struct Surroundings {
    /// Its directory.
    pub home: Home,
    /// The node; `None` works with what is on the disk.
    pub tangle: Option<Arc<dyn Tangle>>,
    /// The time.
    pub clock: Clock,
}

/// The name of a new wallet in the keychain: random, so that it says nothing about the keys.
pub fn new_wallet_name() -> String {
    let mut name = [0; 8];
    rand_core::Rng::fill_bytes(&mut crate::random(), &mut name);
    HEXLOWER.encode(&name)
}

impl Wallet {
    /// Makes a new wallet: keeps the seed in the keychain, then the settings. Show the seed's words once.
    ///
    /// # Errors
    /// [`WalletError::WalletExists`] if there is one in this directory; [`WalletError`] of the keychain or the disk.
    pub fn create(
        surroundings: Surroundings,
        settings: &Settings,
        keychain: &dyn Keychain,
    ) -> Result<(Self, Seed), WalletError> {
        let seed = Seed::generate(&mut crate::random());
        let wallet = Self::settle(surroundings, settings, keychain, &seed)?;
        Ok((wallet, seed))
    }

    /// Brings a wallet back from its words. Call [`Wallet::recover`] next.
    ///
    /// # Errors
    /// As [`Wallet::create`].
    pub fn restore(
        surroundings: Surroundings,
        settings: &Settings,
        keychain: &dyn Keychain,
        seed: &Seed,
    ) -> Result<Self, WalletError> {
        Self::settle(surroundings, settings, keychain, seed)
    }

    fn settle(
        surroundings: Surroundings,
        settings: &Settings,
        keychain: &dyn Keychain,
        seed: &Seed,
    ) -> Result<Self, WalletError> {
        if surroundings.home.has_wallet() {
            return Err(WalletError::WalletExists);
        }
        keychain.store(seed)?;
        surroundings.home.keep_settings(settings)?;
        Self::with_seed(surroundings, seed.clone())
    }

    /// Opens the wallet of this directory.
    ///
    /// # Errors
    /// [`WalletError::NoWallet`] if none was made; a keychain that holds no seed although one was made says so.
    pub fn open(surroundings: Surroundings, keychain: &dyn Keychain) -> Result<Self, WalletError> {
        if surroundings.home.settings()?.is_none() {
            return Err(WalletError::NoWallet);
        }
        let seed = keychain.load()?;
        Self::with_seed(surroundings, seed)
    }

    fn with_seed(surroundings: Surroundings, seed: Seed) -> Result<Self, WalletError> {
        let keys = Keys::new(seed);
        let store = Store::open(&surroundings.home.database()?, &keys.fingerprint())?;
        let mut inner = Inner {
            store,
            head: JournalHead::START,
            view: WalletView::new(),
            observed: BTreeSet::new(),
            missing: Missing::default(),
        };
        inner.refold()?;
        Ok(Self {
            home: surroundings.home,
            keys,
            tangle: surroundings.tangle,
            clock: surroundings.clock,
            busy: tokio::sync::Mutex::new(()),
            inner: Mutex::new(inner),
            known_prices: KnownPrices::default(),
        })
    }

    /// The 24 words again, for the settings screen behind the device's unlock.
    pub fn words(&self) -> zeroize::Zeroizing<String> {
        self.keys.seed().words()
    }

    /// The network that the journal was begun on.
    pub fn network(&self) -> Option<String> {
        self.inner().view.network().map(str::to_owned)
    }

    /// Where an encrypted seed lies, if it is in a file.
    pub fn seed_file(&self) -> std::path::PathBuf {
        self.home.seed_file()
    }

    /// Takes back a wallet that was only just made, and its seed: nothing was ever published of it.
    ///
    /// # Errors
    /// [`WalletError`] of the keychain or the disk.
    pub fn forget(self, keychain: &dyn Keychain) -> Result<(), WalletError> {
        keychain.forget()?;
        Ok(self.home.forget()?)
    }

    /// The settings.
    ///
    /// # Errors
    /// [`WalletError::Home`].
    pub fn settings(&self) -> Result<Settings, WalletError> {
        self.home.settings()?.ok_or(WalletError::NoWallet)
    }

    /// Keeps the settings.
    ///
    /// # Errors
    /// [`WalletError::Home`].
    pub fn keep_settings(&self, settings: &Settings) -> Result<(), WalletError> {
        Ok(self.home.keep_settings(settings)?)
    }

    /// Where the seed is kept.
    ///
    /// # Errors
    /// [`WalletError::Home`].
    pub fn keychain_kind(&self) -> Result<KeychainKind, WalletError> {
        Ok(self.settings()?.keychain)
    }

    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }

    pub(crate) fn tangle(&self) -> Result<&dyn Tangle, WalletError> {
        self.tangle.as_deref().ok_or(WalletError::NoTangle)
    }

    /// Never hold this across an await.
    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_recovered(&self) -> Result<bool, WalletError> {
        Ok(self.inner().store.meta("recovered")?.is_some())
    }
}

/// Which record of a consent channel an entry of the journal has taken in.
fn observation(record: &JournalRecord) -> Option<(ConsentId, Writer, u32)> {
    match &record.entry {
        JournalEntry::Observed {
            consent,
            writer,
            number,
            ..
        } => Some((*consent, *writer, *number)),
        _ => None,
    }
}

impl Inner {
    /// Everything again from the journal on this disk.
    pub(crate) fn refold(&mut self) -> Result<(), WalletError> {
        self.head = JournalHead::START;
        self.view = WalletView::new();
        self.observed.clear();
        for entry in self.store.journal() {
            let StoredEntry { body, .. } = entry?;
            let record = self.head.read(&body)?;
            if let Err(fault) = self.view.apply(&record) {
                tracing::warn!(
                    "entry {} of the journal does not fit: {fault}",
                    record.number
                );
            }
            self.observed.extend(observation(&record));
        }
        Ok(())
    }

    pub(crate) fn note(&mut self, record: &JournalRecord) {
        self.observed.extend(observation(record));
    }

    /// Decides something: it is durable when this returns, and everything else follows.
    pub(crate) fn decide(&mut self, at: u64, entry: JournalEntry) -> Result<(), WalletError> {
        let draft = crate::store::Draft::Journal(entry);
        Ok(self
            .store
            .atomically(|transaction| crate::store::add_letter(transaction, at, &draft))?)
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wallet(..)")
    }
}
