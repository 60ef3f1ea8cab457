//! Opening the wallet that the options name.

use std::path::PathBuf;
use std::sync::Arc;

use consent::Language;
use consent::words::Speaker;
use jiff::tz::TimeZone;
use tangle::Tangle;
use wallet::{
    FileKeychain, Home, Keychain, KeychainKind, MIN_PASSPHRASE, Settings, Surroundings,
    SystemKeychain, Wallet, WalletError, system_clock,
};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::options::Options;
use crate::prompt;
use crate::show::pick;

/// An open wallet, and how to speak of it.
pub(crate) struct Session {
    pub(crate) wallet: Wallet,
    pub(crate) speaker: Speaker,
}

impl Session {
    /// Opens the wallet; remembers the language and the node if they were named, a node only if it answers.
    pub(crate) async fn open(options: &Options) -> Result<Self, Fault> {
        let home = Home::open(&data_dir(options)?)?;
        let mut settings = home.settings()?.ok_or(WalletError::NoWallet)?;
        let before = settings.clone();
        if let Some(language) = options.language {
            settings.language = Some(Language::from(language).tag().to_owned());
        }
        let language = language(options, Some(&settings));
        let keychain = keychain(options, &home, &settings, language, false)?;
        let named = options.tangle();
        let tangle = connect(named.as_deref().or(settings.tangle.as_deref()))?;
        if let (Some(url), Some(tangle)) = (named, &tangle)
            && settings.tangle.as_ref() != Some(&url)
            && tangle.network().await.is_ok()
        {
            settings.tangle = Some(url);
        }
        let wallet = Wallet::open(
            Surroundings {
                home,
                tangle,
                clock: system_clock(),
            },
            &*keychain,
        )?;
        if settings != before {
            wallet.keep_settings(&settings)?;
        }
        Ok(Self {
            wallet,
            speaker: speaker(language),
        })
    }

    pub(crate) fn language(&self) -> Language {
        self.speaker.language()
    }

    /// Hears what is new; a node that is away is said, and what is known is shown.
    pub(crate) async fn refresh(&self) -> Result<Option<String>, Fault> {
        match self.wallet.sync().await {
            Ok(_) => Ok(None),
            Err(error) if error.is_temporary() || matches!(error, WalletError::NoTangle) => {
                Ok(Some(crate::fault::sentence(&error, &self.speaker)))
            }
            Err(error) => Err(error.into()),
        }
    }
}

pub(crate) fn connect(url: Option<&str>) -> Result<Option<Arc<dyn Tangle>>, Fault> {
    Ok(url
        .map(tangle::connect)
        .transpose()
        .map_err(WalletError::from)?)
}

pub(crate) fn speaker(language: Language) -> Speaker {
    Speaker::new(language, TimeZone::system())
}

/// The language for what goes wrong before, or because, the wallet does not open.
pub(crate) fn language_without_wallet(options: &Options) -> Language {
    let settings = data_dir(options)
        .ok()
        .and_then(|path| Home::peek(&path).ok().flatten());
    language(options, settings.as_ref())
}

/// Named, remembered, or that of the system.
pub(crate) fn language(options: &Options, settings: Option<&Settings>) -> Language {
    let remembered = settings
        .and_then(|settings| settings.language.as_deref())
        .map(Language::of_locale);
    let of_system = || {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok());
        Language::of_locale(&locale.unwrap_or_default())
    };
    options
        .language
        .map(Language::from)
        .or(remembered)
        .unwrap_or_else(of_system)
}

pub(crate) fn data_dir(options: &Options) -> Result<PathBuf, Fault> {
    if let Some(path) = &options.data_dir {
        return Ok(path.clone());
    }
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.map(|base| base.join("meterkast/my-home"))
        .ok_or(Fault::NoDataDir)
}

/// The place of the seed; asks for the passphrase if it needs one.
pub(crate) fn keychain(
    options: &Options,
    home: &Home,
    settings: &Settings,
    language: Language,
    new: bool,
) -> Result<Box<dyn Keychain>, Fault> {
    match settings.keychain {
        KeychainKind::System => Ok(Box::new(SystemKeychain::new(&settings.wallet))),
        KeychainKind::File => {
            let passphrase = passphrase(options, language, new)?;
            Ok(Box::new(FileKeychain::new(home.seed_file(), passphrase)))
        }
    }
}

fn passphrase(
    options: &Options,
    language: Language,
    new: bool,
) -> Result<Zeroizing<String>, Fault> {
    if let Some(path) = &options.passphrase_file {
        return prompt::first_line(path).map_err(|source| Fault::File {
            path: path.clone(),
            source,
        });
    }
    if let Ok(given) = std::env::var("MY_HOME_PASSPHRASE") {
        return Ok(Zeroizing::new(given));
    }
    if !new {
        return Ok(prompt::ask(
            pick(language, "Passphrase:", "Wachtwoordzin:"),
            true,
        )?);
    }
    let question = match language {
        Language::En => format!("Choose a passphrase of at least {MIN_PASSPHRASE} characters:"),
        Language::Nl => format!("Kies een wachtwoordzin van minstens {MIN_PASSPHRASE} tekens:"),
    };
    let first = prompt::ask(&question, true)?;
    let second = prompt::ask(pick(language, "The same again:", "Nog een keer:"), true)?;
    if first == second {
        Ok(first)
    } else {
        Err(Fault::PassphrasesDiffer)
    }
}
