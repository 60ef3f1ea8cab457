//! Settings: language, looks, the node, the words.

use consent::Language;
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::Appearance;

use crate::app::App;
use crate::notices::NoticeKind;
use crate::problem::Problem;
use crate::proof::Proof;
use crate::start::Guard;
use crate::terms::Tongue;

/// Minutes without a touch after which the window locks, unless chosen otherwise.
const LOCK_AFTER: u16 = 10;

/// What Settings shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct SettingsScreen {
    /// The language.
    pub language: Tongue,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// The node.
    pub node: Option<String>,
    /// Minutes without a touch after which the window locks.
    pub lock_after: u16,
    /// What notifications there are.
    pub notices: Vec<NoticeKind>,
    /// Where the seed lies.
    pub guard: Guard,
    /// The version of this program.
    pub version: String,
}

/// How the window looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    pub(crate) fn of(window: &Appearance) -> Self {
        match window.theme.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn name(self) -> Option<String> {
        match self {
            Self::System => None,
            Self::Light => Some("light".into()),
            Self::Dark => Some("dark".into()),
        }
    }
}

pub(crate) fn lock_after(window: &Appearance) -> u16 {
    window.lock_after.unwrap_or(LOCK_AFTER)
}

impl App {
    /// Settings.
    ///
    /// # Errors
    /// [`Problem::Locked`].
    pub fn settings_screen(&self) -> Result<SettingsScreen, Problem> {
        let settings = self.wallet()?.settings()?;
        Ok(SettingsScreen {
            language: self.language().into(),
            theme: Theme::of(&settings.window),
            node: self.options.node.clone().or(settings.tangle),
            lock_after: lock_after(&settings.window),
            notices: NoticeKind::told(&settings.window),
            guard: match settings.keychain {
                wallet::KeychainKind::System => Guard::Keychain,
                wallet::KeychainKind::File => Guard::File,
            },
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Chooses language, looks and when to lock.
    ///
    /// # Errors
    /// [`Problem`] if the settings cannot be written.
    pub fn choose(&self, language: Tongue, theme: Theme, lock_after: u16) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        settings.language = Some(Language::from(language).tag().to_owned());
        settings.window.theme = theme.name();
        settings.window.lock_after = Some(lock_after);
        wallet.keep_settings(&settings)?;
        Ok(())
    }

    /// Chooses another node, if it answers and serves the same network. It is used from the next unlock on, so the
    /// wallet is locked by this.
    ///
    /// # Errors
    /// [`Problem::NodeAddress`], [`Problem::NodeAway`] or [`Problem::OtherNetwork`].
    pub async fn choose_node(&self, node: &str) -> Result<(), Problem> {
        let node = node.trim();
        let tangle = (self.options.connect)(node).map_err(|error| Problem::NodeAddress {
            why: error.to_string(),
        })?;
        let theirs = tangle
            .network()
            .await
            .map_err(|error| Problem::NodeAway {
                why: error.to_string(),
            })?
            .name;
        let wallet = self.wallet()?;
        match wallet.network() {
            Some(ours) if ours != theirs => return Err(Problem::OtherNetwork { ours, theirs }),
            _ => {}
        }
        let mut settings = wallet.settings()?;
        settings.tangle = Some(node.to_owned());
        wallet.keep_settings(&settings)?;
        drop(wallet);
        self.lock();
        Ok(())
    }

    /// The 24 words, for their owner.
    ///
    /// # Errors
    /// As [`App::prove`].
    pub async fn words(&self, proof: Proof<'_>) -> Result<Vec<String>, Problem> {
        self.prove(proof).await?;
        let words = self.wallet()?.words();
        Ok(words.split(' ').map(str::to_owned).collect())
    }
}
