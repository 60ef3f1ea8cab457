//! My Home without a window: the seed, the journal, and every action that a screen can take.
//!
//! A [`Wallet`] lives in a directory ([`Home`]) and keeps its seed in a [`Keychain`]. Everything it knows is a fold over
//! its journal, which lies encrypted and signed on the Tangle: the database beside it is a copy that can be thrown
//! away, and 24 words bring all of it back. Actions are asynchronous and return what happened; nothing here prints.
//! The command line `my-home` is one user of this crate, the window is another (`docs/architecture.md`).
//!
//! ```
//! use std::sync::Arc;
//! use wallet::{FileKeychain, Home, KeychainKind, Settings, Surroundings, Wallet, system_clock};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! let home = Home::open(&directory.path().join("my-home"))?;
//! let keychain = FileKeychain::new(home.seed_file(), "correct horse battery".to_owned().into());
//! let settings = Settings {
//!     keychain: KeychainKind::File,
//!     wallet: wallet::new_wallet_name(),
//!     tangle: None,
//!     language: None,
//!     window: Default::default(),
//!     prices: None,
//! };
//! let tangle = Arc::new(tangle::InMemory::new());
//! let surroundings = Surroundings { home, tangle: Some(tangle), clock: system_clock() };
//! let (wallet, seed) = Wallet::create(surroundings, &settings, &keychain)?;
//! assert_eq!(seed.words().split(' ').count(), 24); // shown once
//! wallet.sync().await?;
//! assert!(wallet.check_journal().await?.is_whole());
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod activity;
mod answered;
mod consequences;
mod error;
mod export;
mod hear;
mod home;
mod journal;
mod kept;
mod keychain;
mod keys;
mod known_prices;
mod letters;
mod near;
mod nearby;
mod own_lanes;
mod pair;
mod position;
mod post;
mod recover;
mod requests;
mod seed;
mod sharing;
mod sites;
mod store;
mod tables;
mod told;
mod undelivered;
mod wallet;
mod watch;

pub use activity::Checked;
pub use error::WalletError;
pub use export::Exported;
pub use hear::News;
pub use home::{
    Appearance, FixedPrices, Home, HomeError, HourlyPrices, KeychainKind, Prices, Settings,
};
pub use kept::KeptAnswer;
pub use keychain::{FileKeychain, Keychain, KeychainError, MIN_PASSPHRASE, SystemKeychain};
pub use near::{NearDevice, NodeInUse};
#[cfg(all(feature = "bluetooth", target_os = "android"))]
pub use nearby::AndroidCentral;
#[cfg(all(feature = "bluetooth", not(target_os = "android")))]
pub use nearby::DesktopCentral;
pub use nearby::{Central, Enough, Nearby, NearbyError, Pipe};
pub use own_lanes::OwnBatch;
pub use pair::{NearbyStep, PairStep, PairedDevice};
pub use post::Delivery;
pub use recover::Recovered;
pub use requests::{Granted, OpenRequest, Sites};
pub use seed::{Seed, WORDS, WordsError};
pub use sharing::{StopStep, Stopped};
pub use sites::{NoSites, WebSites};
pub use store::StoreError;
pub use tables::Rows;
pub use wallet::{Clock, Surroundings, Wallet, new_wallet_name, system_clock};

/// The operating system's random generator, which stops the program rather than give bad numbers.
pub(crate) fn random() -> rand_core::UnwrapErr<getrandom::SysRng> {
    rand_core::UnwrapErr(getrandom::SysRng)
}
