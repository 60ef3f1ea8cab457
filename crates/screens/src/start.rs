//! First start and unlock: 24 words shown or typed, and a place for them.

use bip39::Language as WordList;
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::{
    Appearance, Home, KeychainKind, Seed, Settings, SystemKeychain, Wallet, WalletError,
    new_wallet_name,
};

use crate::app::{App, blocking, keychain_at};
use crate::problem::Problem;
use crate::settings::Theme;
use crate::terms::Tongue;

/// As many words are offered while somebody types one.
const COMPLETIONS: usize = 5;

/// How the app begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Start {
    /// What comes first.
    pub stage: Stage,
    /// The language of the screens.
    pub language: Tongue,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// How the wallet here is guarded; before there is one, how it would be.
    pub guard: Guard,
    /// Why there is no keychain, if a new wallet cannot have one.
    pub keychain_away: Option<String>,
    /// The node that is known.
    pub node: Option<String>,
    /// After how many minutes without a touch the window locks.
    pub lock_after: u16,
}

/// Whether there is a wallet, and whether it is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// No wallet was made here.
    New,
    /// There is one, and it is locked.
    Locked,
    /// It is open.
    Open,
}

/// Where the seed lies, under a passphrase in both cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// The operating system's keychain.
    Keychain,
    /// An encrypted file.
    File,
}

/// How far restoring has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
pub struct RestoreProgress {
    /// Entries that were read.
    pub read: u32,
    /// Of how many.
    pub of: u32,
}

impl App {
    /// What the window begins with.
    ///
    /// # Errors
    /// [`Problem::SettingsDamaged`] or [`Problem::Directory`] while nothing is open: then nobody knows whether a wallet is here.
    pub async fn start(&self) -> Result<Start, Problem> {
        let settings = match self.known_settings() {
            Err(_) if self.is_open() => None,
            known => known?,
        };
        let stage = match (&settings, self.is_open()) {
            (_, true) => Stage::Open,
            (Some(_), false) => Stage::Locked,
            (None, false) => Stage::New,
        };
        let keychain_away = if stage == Stage::New {
            keychain_away().await
        } else {
            None
        };
        let guard = match (&settings, &keychain_away) {
            (Some(settings), _) if settings.keychain == KeychainKind::File => Guard::File,
            (None, Some(_)) => Guard::File,
            _ => Guard::Keychain,
        };
        let window = settings
            .as_ref()
            .map(|settings| settings.window.clone())
            .unwrap_or_default();
        Ok(Start {
            stage,
            language: self.language().into(),
            theme: Theme::of(&window),
            guard,
            keychain_away,
            node: self
                .options
                .node
                .clone()
                .or(settings.and_then(|settings| settings.tangle)),
            lock_after: crate::settings::lock_after(&window),
        })
    }

    /// 24 new words, to be written down; the same ones until a wallet is made of them.
    pub fn new_words(&self) -> Vec<String> {
        let mut inner = self.inner();
        let seed = inner.draft.get_or_insert_with(Seed::new);
        seed.words().split(' ').map(str::to_owned).collect()
    }

    /// Makes the wallet of the words that were shown.
    ///
    /// # Errors
    /// [`Problem`] of the keychain, the passphrase or the directory.
    pub async fn create(
        &self,
        guard: Guard,
        passphrase: &str,
        node: &str,
        language: Tongue,
    ) -> Result<(), Problem> {
        let seed = self.inner().draft.clone().ok_or(Problem::NoWallet)?;
        let wallet = self.settle(seed, guard, passphrase, node, language).await?;
        self.keep(wallet);
        Ok(())
    }

    /// Whether these words are a wallet's.
    ///
    /// # Errors
    /// [`Problem`] names the word that is wrong.
    pub fn check_words(&self, words: &str) -> Result<(), Problem> {
        Seed::from_words(words)
            .map(drop)
            .map_err(|error| Problem::from(&error))
    }

    /// Words of the list that begin so.
    pub fn complete_word(&self, beginning: &str) -> Vec<String> {
        let beginning = beginning.trim().to_lowercase();
        if beginning.is_empty() {
            return Vec::new();
        }
        let words = WordList::English.words_by_prefix_iter(&beginning);
        words.take(COMPLETIONS).map(str::to_owned).collect()
    }

    /// Brings a wallet back from its words, with everything that it ever decided.
    ///
    /// # Errors
    /// [`Problem::NothingToRestore`] if the node knows none, [`Problem::GivenUp`]: then nothing is kept, and one can try
    /// again. If the node
    /// does not answer in between, the wallet is there and the rest comes later by itself.
    pub async fn restore(
        &self,
        words: &str,
        guard: Guard,
        passphrase: &str,
        node: &str,
        language: Tongue,
        progress: impl Fn(RestoreProgress) + Send + Sync,
    ) -> Result<(), Problem> {
        let seed = Seed::from_words(words).map_err(|error| Problem::from(&error))?;
        let wallet = self.settle(seed, guard, passphrase, node, language).await?;
        let recovery = wallet.recover(|read, of| progress(RestoreProgress { read, of }));
        let came = match self.unless_given_up(recovery).await {
            Ok(came) => came,
            Err(given_up) => {
                self.forget(wallet, passphrase).await?;
                return Err(given_up);
            }
        };
        if let Err(WalletError::NothingToRestore { .. } | WalletError::NoTangle) = &came {
            self.forget(wallet, passphrase).await?;
        } else {
            self.keep(wallet);
        }
        came.map(drop).map_err(Problem::from)
    }

    async fn forget(&self, wallet: Wallet, passphrase: &str) -> Result<(), Problem> {
        let settings = wallet.settings()?;
        let keychain = keychain_at(wallet.seed_file(), &settings, passphrase);
        blocking(move || wallet.forget(&*keychain)).await
    }

    async fn settle(
        &self,
        seed: Seed,
        guard: Guard,
        passphrase: &str,
        node: &str,
        language: Tongue,
    ) -> Result<Wallet, Problem> {
        let home = Home::open(&self.options.directory).map_err(|error| Problem::from(&error))?;
        let node = Some(node.trim()).filter(|node| !node.is_empty());
        let settings = Settings {
            keychain: match guard {
                Guard::Keychain => KeychainKind::System,
                Guard::File => KeychainKind::File,
            },
            wallet: new_wallet_name(),
            tangle: node
                .map(str::to_owned)
                .or_else(|| self.options.node.clone()),
            language: Some(consent::Language::from(language).tag().to_owned()),
            window: Appearance::default(),
            prices: None,
        };
        let keychain = keychain_at(home.seed_file(), &settings, passphrase);
        let surroundings = self.surroundings(home, settings.tangle.as_deref())?;
        blocking(move || Wallet::restore(surroundings, &settings, &*keychain, &seed)).await
    }
}

async fn keychain_away() -> Option<String> {
    let probed = tokio::task::spawn_blocking(SystemKeychain::probe).await;
    match probed {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}
