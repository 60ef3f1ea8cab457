//! The prices of each hour in memory: the file is read once, and changed by one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use prices::PriceSeries;

use crate::error::WalletError;
use crate::home::{Home, HomeError};
use crate::wallet::Wallet;

/// What is known of them, once it was read.
#[derive(Default)]
pub(crate) struct KnownPrices {
    /// Held from reading what is known until what is new is kept, so that nothing that was forgotten meanwhile comes back.
    changing: Mutex<()>,
    /// Held only to look.
    series: Mutex<Option<Arc<PriceSeries>>>,
}

impl KnownPrices {
    fn get(&self, home: &Home) -> Result<Arc<PriceSeries>, HomeError> {
        if let Some(known) = self.series().clone() {
            return Ok(known);
        }
        let alone = match self.changing.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            Ok(alone) => Some(alone),
            Err(TryLockError::Poisoned(alone)) => Some(alone.into_inner()),
        };
        let read = Arc::new(home.hourly_prices()?);
        // What is being changed is soon something else; a file is replaced whole, so what was read stands for now.
        if alone.is_some() {
            *self.series() = Some(read.clone());
        }
        Ok(read)
    }

    fn forget(&self, home: &Home) -> Result<(), HomeError> {
        let _alone = hold(&self.changing);
        let none = PriceSeries::default();
        home.keep_hourly_prices(&none)?;
        *self.series() = Some(Arc::new(none));
        Ok(())
    }

    fn change<T, E: From<WalletError>>(
        &self,
        home: &Home,
        change: impl FnOnce(&mut PriceSeries) -> Result<T, E>,
    ) -> Result<T, E> {
        let _alone = hold(&self.changing);
        let known = self.series().clone();
        let mut next = match known {
            Some(known) => (*known).clone(),
            None => match home.hourly_prices() {
                // What cannot be read any more is replaced.
                Err(HomeError::Prices { .. }) => PriceSeries::default(),
                read => read.map_err(WalletError::from)?,
            },
        };
        let changed = change(&mut next)?;
        home.keep_hourly_prices(&next).map_err(WalletError::from)?;
        *self.series() = Some(Arc::new(next));
        Ok(changed)
    }

    fn series(&self) -> MutexGuard<'_, Option<Arc<PriceSeries>>> {
        hold(&self.series)
    }
}

fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wallet {
    /// The prices of each hour that are known. They are read from the disk once.
    ///
    /// # Errors
    /// [`WalletError::Home`].
    pub fn hourly_prices(&self) -> Result<Arc<PriceSeries>, WalletError> {
        Ok(self.known_prices.get(&self.home)?)
    }

    /// Changes the prices of each hour, and keeps them; without any, nothing stays. What is damaged counts as none. Nobody
    /// else changes them meanwhile, so this may wait, and writes to the disk.
    ///
    /// # Errors
    /// What `change` says: everything stays as it was then. [`WalletError::Home`] if the system refuses.
    pub fn change_hourly_prices<T, E: From<WalletError>>(
        &self,
        change: impl FnOnce(&mut PriceSeries) -> Result<T, E>,
    ) -> Result<T, E> {
        self.known_prices.change(&self.home, change)
    }

    /// Forgets the prices of each hour, and waits until nobody changes them.
    ///
    /// # Errors
    /// [`WalletError::Home`] if the system refuses.
    pub fn forget_hourly_prices(&self) -> Result<(), WalletError> {
        Ok(self.known_prices.forget(&self.home)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn some() -> PriceSeries {
        let file = "2026-06-19 00:00,0.25\n2026-06-19 01:00,-0.01\n";
        let unit = Some(prices::FileUnit::EuroPerKwh);
        prices::read_file(file, unit).unwrap().prices
    }

    fn take(known: &KnownPrices, home: &Home) -> Result<(), WalletError> {
        known.change(home, |series| {
            series.take(&some());
            Ok(())
        })
    }

    #[test]
    fn they_are_read_once_and_known_anew_after_every_change() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wallet")).unwrap();
        home.keep_hourly_prices(&some()).unwrap();
        let known = KnownPrices::default();
        let first = known.get(&home).unwrap();
        assert_eq!(*first, some());
        assert!(Arc::ptr_eq(&first, &known.get(&home).unwrap()));
        known.forget(&home).unwrap();
        assert_eq!(known.get(&home).unwrap().quarters(), 0);
        assert_eq!(home.hourly_prices().unwrap().quarters(), 0);
        take(&known, &home).unwrap();
        assert_eq!(*known.get(&home).unwrap(), some());
        assert_eq!(home.hourly_prices().unwrap(), some());
        // A change that fails is none.
        let refused: Result<(), WalletError> = known.change(&home, |series| {
            *series = PriceSeries::default();
            Err(WalletError::NoWallet)
        });
        assert!(refused.is_err());
        assert_eq!(*known.get(&home).unwrap(), some());
    }

    #[test]
    fn what_is_forgotten_while_a_file_is_taken_stays_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wallet")).unwrap();
        let known = KnownPrices::default();
        let (forgotten, was_forgotten) = mpsc::channel();
        std::thread::scope(|scope| {
            let taken: Result<(), WalletError> = known.change(&home, |series| {
                scope.spawn(|| {
                    known.forget(&home).unwrap();
                    forgotten.send(()).unwrap();
                });
                // Looking does not wait, forgetting does.
                assert_eq!(known.get(&home).unwrap().quarters(), 0);
                let early = was_forgotten.recv_timeout(Duration::from_millis(100));
                assert!(early.is_err());
                series.take(&some());
                Ok(())
            });
            taken.unwrap();
        });
        assert_eq!(known.get(&home).unwrap().quarters(), 0);
        assert_eq!(home.hourly_prices().unwrap().quarters(), 0);
    }
}
