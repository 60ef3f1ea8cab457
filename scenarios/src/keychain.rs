//! Where a story's wallets keep their seeds.

use std::sync::Mutex;

use wallet::{Keychain, KeychainError, KeychainKind, Seed, Settings};

/// A keychain for as long as a test lasts.
#[derive(Default)]
pub struct InMind(Mutex<Option<Seed>>);

impl Keychain for InMind {
    fn load(&self) -> Result<Seed, KeychainError> {
        self.0.lock().unwrap().clone().ok_or(KeychainError::Missing)
    }

    fn store(&self, seed: &Seed) -> Result<(), KeychainError> {
        *self.0.lock().unwrap() = Some(seed.clone());
        Ok(())
    }

    fn forget(&self) -> Result<(), KeychainError> {
        *self.0.lock().unwrap() = None;
        Ok(())
    }
}

/// Settings of a new wallet.
pub fn settings() -> Settings {
    Settings {
        keychain: KeychainKind::File,
        wallet: wallet::new_wallet_name(),
        tangle: None,
        language: None,
        window: wallet::Appearance::default(),
        prices: None,
    }
}
