//! Where the seed rests: the operating system's keychain, or a file that a passphrase encrypts.

mod file;
mod sealed;

use std::io;

use zeroize::Zeroizing;

pub use self::file::FileKeychain;
use self::sealed::Passphrase;
use crate::seed::Seed;

/// The name under which the system's keychain lists the wallet.
const SERVICE: &str = "io.github.meterkast.MyHome";

/// What can go wrong with the keychain.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// There is no keychain service, or it is locked.
    #[error(
        "the system's keychain does not answer ({0}); unlock it, or choose an encrypted file: --keychain file"
    )]
    Unavailable(String),
    /// The keychain answers but holds no seed, although a wallet was made here.
    #[error(
        "the keychain holds no seed for this wallet; unlock the right keychain, or restore from the 24 words"
    )]
    Missing,
    /// The keychain holds something else.
    #[error("what the keychain holds is not a seed; restore from the 24 words")]
    Damaged,
    /// The keychain holds the seed under a passphrase, and none was given.
    #[error("the seed in the keychain is under a passphrase of the window; open My Home there")]
    Guarded,
    /// Wrong passphrase, or a damaged file: the two cannot be told apart.
    #[error("the passphrase is wrong, or the file with the seed was changed")]
    Passphrase,
    /// A passphrase that guards nothing.
    #[error("the passphrase is too short ({found}); take at least {MIN_PASSPHRASE} characters")]
    TooShort {
        /// How many it has.
        found: usize,
    },
    /// The file cannot be read or written.
    #[error("the file with the seed: {0}")]
    Io(#[from] io::Error),
}

/// Fewest characters of a new passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// A place for one seed.
pub trait Keychain: Send + Sync {
    /// The seed.
    ///
    /// # Errors
    /// [`KeychainError::Missing`] if there is none, which does not mean that there never was one.
    fn load(&self) -> Result<Seed, KeychainError>;

    /// Keeps the seed.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn store(&self, seed: &Seed) -> Result<(), KeychainError>;

    /// Forgets the seed.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn forget(&self) -> Result<(), KeychainError>;
}

/// The operating system's keychain.
///
/// Guarded, it holds the seed under a passphrase: then the window can be locked while the keychain is open, and opens
/// again with what only its owner knows.
pub struct SystemKeychain {
    user: String,
    guard: Option<Passphrase>,
}

impl SystemKeychain {
    /// The entry of the wallet with this name (`crate::Settings::wallet`).
    pub fn new(wallet: &str) -> Self {
        Self {
            user: format!("seed/v1/{wallet}"),
            guard: None,
        }
    }

    /// The same, with a passphrase around the seed.
    pub fn guarded(wallet: &str, passphrase: Zeroizing<String>) -> Self {
        Self {
            guard: Some(Passphrase::new(passphrase)),
            ..Self::new(wallet)
        }
    }

    /// Whether there is a keychain that answers, for the screen that says where the seed will be.
    ///
    /// # Errors
    /// [`KeychainError::Unavailable`] with what it said.
    pub fn probe() -> Result<(), KeychainError> {
        match Self::new("probe").with_entry(|entry| entry.get_secret()) {
            Ok(_) | Err(KeychainError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn with_entry<T: Send>(
        &self,
        work: impl FnOnce(keyring_core::Entry) -> keyring_core::Result<T> + Send,
    ) -> Result<T, KeychainError> {
        // The store waits for D-Bus on a runtime of its own, which must not happen on a thread of ours.
        let run = || {
            let entry = system_store()?.build(SERVICE, &self.user, None)?;
            work(entry)
        };
        let result = std::thread::scope(|scope| scope.spawn(run).join());
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(keyring_core::Error::NoEntry)) => Err(KeychainError::Missing),
            Ok(Err(error)) => Err(KeychainError::Unavailable(error.to_string())),
            Err(_) => Err(KeychainError::Unavailable("its client stopped".into())),
        }
    }
}

impl Keychain for SystemKeychain {
    fn load(&self) -> Result<Seed, KeychainError> {
        let secret = Zeroizing::new(self.with_entry(|entry| entry.get_secret())?);
        match &self.guard {
            Some(passphrase) => passphrase.open(&secret),
            None if Passphrase::sealed(&secret) => Err(KeychainError::Guarded),
            None => secret
                .as_slice()
                .try_into()
                .map(Seed::from_bytes)
                .map_err(|_| KeychainError::Damaged),
        }
    }

    fn store(&self, seed: &Seed) -> Result<(), KeychainError> {
        let Some(passphrase) = &self.guard else {
            return self.with_entry(|entry| entry.set_secret(seed.expose()));
        };
        passphrase.check()?;
        let sealed = passphrase.seal(seed, &mut crate::random())?;
        self.with_entry(|entry| entry.set_secret(&sealed))
    }

    fn forget(&self) -> Result<(), KeychainError> {
        match self.with_entry(|entry| entry.delete_credential()) {
            Err(KeychainError::Missing) => Ok(()),
            other => other,
        }
    }
}

/// The keychain of this system: Secret Service, Keychain, Credential Manager or Keystore.
fn system_store() -> keyring_core::Result<std::sync::Arc<keyring_core::CredentialStore>> {
    #[cfg(target_os = "linux")]
    return Ok(zbus_secret_service_keyring_store::Store::new()?);
    #[cfg(target_os = "macos")]
    return Ok(apple_native_keyring_store::keychain::Store::new()?);
    // The data protection keychain, which a phone opens when it is unlocked and does not back up.
    #[cfg(target_os = "ios")]
    return Ok(apple_native_keyring_store::protected::Store::new()?);
    #[cfg(windows)]
    return Ok(windows_native_keyring_store::Store::new()?);
    #[cfg(target_os = "android")]
    return Ok(android_native_keyring_store::Store::new()?);
    #[cfg(not(any(
        target_vendor = "apple",
        target_os = "linux",
        target_os = "android",
        windows
    )))]
    return Err(keyring_core::Error::NotSupportedByStore(
        "this build has no keychain for this system".into(),
    ));
}
