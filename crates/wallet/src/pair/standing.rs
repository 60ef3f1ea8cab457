//! How far an attempt to pair has come, which decides what giving it up means.

use std::pin::pin;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::error::WalletError;
use crate::nearby::NearbyError;

/// What binds whom at this moment.
#[derive(Default)]
pub(super) struct Standing(AtomicU8);

const ANSWERED: u8 = 1;
const ADDED: u8 = 2;

impl Standing {
    /// The device is being told who answers, and waits for that wallet from then on; nobody can take that back.
    pub(super) fn answered(&self) {
        self.0.store(ANSWERED, Ordering::Relaxed);
    }

    /// The device is in the journal.
    pub(super) fn added(&self) {
        self.0.store(ADDED, Ordering::Relaxed);
    }

    /// Pairs until the person gives up. When the device is in the journal already, pairing is finished all the same: nobody is
    /// told that nothing was added.
    ///
    /// # Errors
    /// As `pairing`; [`WalletError::GivenUp`], or [`NearbyError::Unfinished`] if the device may wait for this wallet.
    pub(super) async fn unless_given_up<T>(
        &self,
        pairing: impl Future<Output = Result<T, WalletError>>,
        given_up: impl Future<Output = ()>,
    ) -> Result<T, WalletError> {
        let mut pairing = pin!(pairing);
        tokio::select! {
            biased;
            done = pairing.as_mut() => done,
            () = given_up => match self.0.load(Ordering::Relaxed) {
                ADDED => pairing.await,
                ANSWERED => Err(NearbyError::Unfinished.into()),
                _ => Err(WalletError::GivenUp),
            },
        }
    }
}
