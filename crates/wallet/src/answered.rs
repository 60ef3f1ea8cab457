//! When the node last answered, so that “not connected since” can be said after a start too. It is no secret, and not on
//! the Tangle: after a restore it is not known.

use crate::error::WalletError;
use crate::wallet::Wallet;

const NAME: &str = "last_answer";

impl Wallet {
    /// When the node last answered, in unix seconds, as far as it was written down.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn last_answer(&self) -> Result<Option<u64>, WalletError> {
        let kept = self.inner().store.meta(NAME)?;
        let bytes = kept.and_then(|bytes| bytes.try_into().ok());
        Ok(bytes.map(u64::from_be_bytes))
    }

    /// Writes down that the node answered then. It costs a write to the disk, so do it seldom.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn keep_last_answer(&self, at: u64) -> Result<(), WalletError> {
        Ok(self.inner().store.set_meta(NAME, &at.to_be_bytes())?)
    }
}
