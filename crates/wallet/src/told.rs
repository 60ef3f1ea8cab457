//! What a person was told already, so that nothing is told twice, also after a restart.

use crate::error::WalletError;
use crate::wallet::Wallet;

impl Wallet {
    /// Whether this is said about that for the first time; remembers it. `about` names what it is about, `what` is what
    /// is said: something else about the same is new again.
    ///
    /// # Errors
    /// [`WalletError::Store`] if it cannot be remembered: then it must not be told either.
    pub fn first_told(&self, about: &str, what: &str) -> Result<bool, WalletError> {
        let key = format!("told/{about}");
        let store = &self.inner().store;
        let before = store.meta(&key)?;
        if before.as_deref() == Some(what.as_bytes()) {
            return Ok(false);
        }
        store.set_meta(&key, what.as_bytes())?;
        Ok(true)
    }
}
