//! The wallet's directory, and what is remembered in it outside the database.

mod aside;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data_dir::{DataDir, DataDirError, Program, write_private};
use prices::PriceSeries;
use serde::{Deserialize, Serialize};

const SETTINGS: &str = "settings.json";
const DATABASE: &str = "wallet.db";
const SEED: &str = "seed.enc";
const HOURLY_PRICES: &str = "prices.json";

const PROGRAM: Program = Program {
    name: "My Home",
    holds: "the keys of your wallet",
    begins_with: "my-home init",
};

/// What can be wrong with the directory.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// It cannot be used: another program has it, others may look into it, or the disk refuses.
    #[error(transparent)]
    Directory(#[from] DataDirError),
    /// The settings cannot be understood.
    #[error("the settings in {} cannot be read: {why}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        why: String,
    },
    /// The prices of each hour cannot be understood.
    #[error("the prices in {} cannot be read: {why}", path.display())]
    Prices {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        why: String,
    },
}

/// Where a wallet keeps its seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeychainKind {
    /// The operating system's keychain.
    System,
    /// A file encrypted with a passphrase.
    File,
}

/// What is remembered outside the database, so that the database can be thrown away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Where the seed is.
    pub keychain: KeychainKind,
    /// Names this wallet's entry in the keychain; says nothing about its keys.
    pub wallet: String,
    /// The node.
    pub tangle: Option<String>,
    /// `nl` or `en`.
    pub language: Option<String>,
    /// How the window looks and when it locks.
    #[serde(default, skip_serializing_if = "Appearance::is_default")]
    pub window: Appearance,
    /// What energy costs here, if the person has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
}

/// What a person pays for energy. Amounts are in ten-thousandths of a euro.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Prices {
    /// A price for each hour, from a file ([`Home::hourly_prices`]).
    Hourly(HourlyPrices),
    /// The same price at every time, or one for each tariff of the meter.
    Fixed(FixedPrices),
}

/// What goes with the prices of each hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HourlyPrices {
    /// What comes on top of the hour's price for a kilowatt hour from the grid.
    pub on_top: i32,
    /// Tax over the hour's price from the grid, in tenths of a percent; none if it is in that price already.
    pub tax: u16,
    /// What comes on top of the hour's price for a kilowatt hour to the grid.
    pub feed_in: i32,
    /// A cubic metre of gas.
    pub gas: Option<u32>,
}

/// Prices with everything included that goes with the amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FixedPrices {
    /// A kilowatt hour from the grid.
    pub import: u32,
    /// The same while the low tariff is in force; as otherwise if it makes no difference.
    pub import_low: Option<u32>,
    /// What is paid for a kilowatt hour to the grid.
    pub export: Option<u32>,
    /// A cubic metre of gas.
    pub gas: Option<u32>,
}

/// What only the window asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Appearance {
    /// `light` or `dark`; otherwise as the system.
    pub theme: Option<String>,
    /// After how many minutes without a touch it locks; otherwise ten.
    pub lock_after: Option<u16>,
    /// What it does not notify of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<String>,
    /// The Bluetooth adapter it looks around with, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// On a phone, a finger or a face does instead of the passphrase while the wallet is open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recognition: bool,
}

impl Appearance {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The wallet's directory, locked for this program while the value lives.
#[derive(Debug)]
pub struct Home {
    directory: DataDir,
}

impl Home {
    /// Opens the directory, and makes it if there is none.
    ///
    /// # Errors
    /// [`HomeError`] if another program has it, others may read it, or the system refuses.
    pub fn open(path: &Path) -> Result<Self, HomeError> {
        let directory = DataDir::open(path, PROGRAM)?;
        Ok(Self { directory })
    }

    /// The database, as a file of mode 0600.
    ///
    /// # Errors
    /// [`HomeError`] if others may read it or the system refuses.
    pub fn database(&self) -> Result<PathBuf, HomeError> {
        Ok(self.directory.private(DATABASE)?)
    }

    /// Where the encrypted seed lies, if it is in a file.
    pub fn seed_file(&self) -> PathBuf {
        self.directory.file(SEED)
    }

    /// Whether a wallet was made here before.
    pub fn has_wallet(&self) -> bool {
        [SETTINGS, SEED]
            .iter()
            .any(|name| self.directory.file(name).exists())
    }

    /// The settings of a directory that may be in use: by them it is known whether a wallet is here, before it is opened.
    ///
    /// # Errors
    /// As [`Home::settings`].
    pub fn peek(directory: &Path) -> Result<Option<Settings>, HomeError> {
        let path = directory.join(SETTINGS);
        let damaged = |path, why| HomeError::Settings { path, why };
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|why| damaged(path, why.to_string())),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(DataDirError::io(&path)(error).into())
            }
            Err(_) if directory.join(SEED).exists() => Err(damaged(
                path,
                "they are not there, though the wallet's seed is".to_owned(),
            )),
            Err(_) => Ok(None),
        }
    }

    /// The settings; `None` in a new directory.
    ///
    /// # Errors
    /// [`HomeError`] if the file is damaged, or is not there although a seed is.
    pub fn settings(&self) -> Result<Option<Settings>, HomeError> {
        Self::peek(self.directory.path())
    }

    /// The prices of each hour that are known; none where no file was taken yet.
    ///
    /// # Errors
    /// [`HomeError::Prices`] if what is kept is damaged: taking a file again mends it.
    pub fn hourly_prices(&self) -> Result<PriceSeries, HomeError> {
        let path = self.directory.file(HOURLY_PRICES);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|why| HomeError::Prices {
                path,
                why: why.to_string(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(PriceSeries::default()),
            Err(source) => Err(DataDirError::io(&path)(source).into()),
        }
    }

    /// Keeps the prices of each hour; without any, nothing stays.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn keep_hourly_prices(&self, prices: &PriceSeries) -> Result<(), HomeError> {
        let path = self.directory.file(HOURLY_PRICES);
        let at = DataDirError::io(&path);
        if prices.quarters() == 0 {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(error).into()),
                _ => Ok(()),
            };
        }
        let bytes = serde_json::to_vec(prices).map_err(|why| at(why.into()))?;
        Ok(write_private(&path, &bytes).map_err(at)?)
    }

    /// Takes back a wallet that was only just made: settings and database. The seed is the keychain's to forget.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn forget(&self) -> Result<(), HomeError> {
        let beside = ["-wal", "-shm"].map(|end| format!("{DATABASE}{end}"));
        let names = [SETTINGS, DATABASE]
            .into_iter()
            .chain(beside.iter().map(String::as_str));
        for path in names.map(|name| self.directory.file(name)) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(DataDirError::io(&path)(error).into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Keeps the settings.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn keep_settings(&self, settings: &Settings) -> Result<(), HomeError> {
        let path = self.directory.file(SETTINGS);
        let at = DataDirError::io(&path);
        let bytes = serde_json::to_vec_pretty(settings).map_err(|why| at(why.into()))?;
        Ok(write_private(&path, &bytes).map_err(at)?)
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn settings_are_kept_for_oneself() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wallet")).unwrap();
        assert_eq!(home.settings().unwrap(), None);
        let settings = settings();
        home.keep_settings(&settings).unwrap();
        assert_eq!(home.settings().unwrap(), Some(settings));
        let mode = fs::metadata(home.directory.file(SETTINGS))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(home.directory.file(SETTINGS), b"{").unwrap();
        assert!(matches!(home.settings(), Err(HomeError::Settings { .. })));
    }

    fn settings() -> Settings {
        Settings {
            keychain: KeychainKind::File,
            wallet: "ab".into(),
            tangle: None,
            language: None,
            window: Appearance::default(),
            prices: None,
        }
    }

    #[test]
    fn prices_of_before_are_read_and_each_kind_comes_back() {
        let before = r#"{"import":2845,"import_low":null,"export":650,"gas":null}"#;
        let fixed = Prices::Fixed(FixedPrices {
            import: 2_845,
            import_low: None,
            export: Some(650),
            gas: None,
        });
        assert_eq!(serde_json::from_str::<Prices>(before).unwrap(), fixed);
        let hourly = Prices::Hourly(HourlyPrices {
            on_top: 1_500,
            tax: 210,
            feed_in: -150,
            gas: Some(12_500),
        });
        for prices in [fixed, hourly] {
            let kept = serde_json::to_string(&prices).unwrap();
            assert_eq!(serde_json::from_str::<Prices>(&kept).unwrap(), prices);
        }
    }

    #[test]
    fn prices_of_each_hour_are_kept_for_oneself_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wallet")).unwrap();
        assert_eq!(home.hourly_prices().unwrap(), PriceSeries::default());
        let file = "2026-06-19 00:00,0.25\n2026-06-19 01:00,-0.01\n";
        let prices = prices::read_file(file, Some(prices::FileUnit::EuroPerKwh)).unwrap();
        home.keep_hourly_prices(&prices.prices).unwrap();
        assert_eq!(home.hourly_prices().unwrap(), prices.prices);
        let path = home.directory.file(HOURLY_PRICES);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, b"[{").unwrap();
        assert!(matches!(
            home.hourly_prices(),
            Err(HomeError::Prices { .. })
        ));
        for _ in 0..2 {
            home.keep_hourly_prices(&PriceSeries::default()).unwrap();
            assert!(!path.exists());
        }
    }

    proptest! {
        /// What somebody, or a full disk, made of the file.
        #[test]
        fn settings_that_were_altered_are_refused_or_come_back(
            at: prop::sample::Index, byte: u8, noise in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let mut bytes = serde_json::to_vec_pretty(&settings()).unwrap();
            let at = at.index(bytes.len());
            bytes.splice(at..=at, [byte]);
            bytes.splice(at..at, noise);
            if let Ok(read) = serde_json::from_slice::<Settings>(&bytes) {
                let written = serde_json::to_vec_pretty(&read).unwrap();
                prop_assert_eq!(serde_json::from_slice::<Settings>(&written).unwrap(), read);
            }
        }
    }
}
