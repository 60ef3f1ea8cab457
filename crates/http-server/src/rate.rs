//! How often one address may ask.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::http::HeaderMap;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    nanos::Nanos,
    state::{StateStore, keyed::ShrinkableKeyedStateStore},
};

use crate::Front;

/// Addresses that are counted each for itself. When more ask at once, those beyond are counted as one.
const ADDRESSES: usize = 10_000;
/// How often those who have been quiet are forgotten.
const TIDYING: Duration = Duration::from_secs(10);

/// For whom those beyond [`ADDRESSES`] count.
const OTHERS: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Counts what each address asks.
#[derive(Debug)]
pub struct RateLimit {
    limiter: RateLimiter<IpAddr, Counts, DefaultClock>,
    front: Front,
    tidied: Mutex<Instant>,
}

impl RateLimit {
    /// Lets each address have `quota`. This computer may ask as often as it likes.
    #[must_use]
    pub fn new(quota: Quota, front: Front) -> Self {
        Self {
            limiter: RateLimiter::new(quota, Counts::default(), DefaultClock::default()),
            front,
            tidied: Mutex::new(Instant::now()),
        }
    }

    /// Lets one request pass that `peer` sent.
    ///
    /// # Errors
    /// How long this address has to wait.
    pub fn admit(&self, peer: IpAddr, headers: &HeaderMap) -> Result<(), Duration> {
        let Some(client) = self.front.client(peer, headers) else {
            return Ok(());
        };
        self.tidy_up();
        self.limiter
            .check_key(&client)
            .map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets the addresses that have been quiet, from time to time and one caller at once.
    fn tidy_up(&self) {
        let Ok(mut tidied) = self.tidied.try_lock() else {
            return;
        };
        if tidied.elapsed() >= TIDYING {
            self.limiter.retain_recent();
            *tidied = Instant::now();
        }
    }
}

/// The counts of a bounded number of addresses. Who has one keeps it, however many come after.
#[derive(Debug, Default)]
struct Counts(Mutex<HashMap<IpAddr, Nanos>>);

impl Counts {
    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Counts {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, client: &IpAddr, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut counts = self.held();
        let has_a_count = counts.len() < ADDRESSES || counts.contains_key(client);
        let client = if has_a_count { *client } else { OTHERS };
        let (admitted, count) = measure(counts.get(&client).copied())?;
        counts.insert(client, count);
        Ok(admitted)
    }
}

impl ShrinkableKeyedStateStore<IpAddr> for Counts {
    fn retain_recent(&self, drop_below: Nanos) {
        self.held().retain(|_, count| *count > drop_below);
    }

    fn len(&self) -> usize {
        self.held().len()
    }

    fn is_empty(&self) -> bool {
        self.held().is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;

    use super::*;

    fn three_an_hour() -> RateLimit {
        let quota = Quota::per_hour(NonZeroU32::new(3).unwrap());
        RateLimit::new(quota, Front::Network)
    }

    fn ask(limit: &RateLimit, address: &str) -> Result<(), Duration> {
        limit.admit(address.parse().unwrap(), &HeaderMap::new())
    }

    #[test]
    fn each_address_has_its_own_count_and_this_computer_none() {
        let limit = three_an_hour();
        for n in 0..3 {
            assert_eq!(ask(&limit, "192.0.2.1"), Ok(()));
            assert_eq!(ask(&limit, &format!("2001:db8::{n}")), Ok(()));
        }
        let wait = ask(&limit, "192.0.2.1").unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1_200));
        assert!(
            ask(&limit, "2001:db8::ffff:1").is_err(),
            "the same household"
        );
        assert_eq!(ask(&limit, "192.0.2.2"), Ok(()));
        assert!((0..100).all(|_| ask(&limit, "127.0.0.1").is_ok()));
    }

    #[test]
    fn more_addresses_than_are_remembered_count_as_one_and_take_nobodys_place() {
        let limit = three_an_hour();
        for n in 0..u32::try_from(ADDRESSES).unwrap() {
            let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + n);
            assert_eq!(limit.admit(address.into(), &HeaderMap::new()), Ok(()));
        }
        for n in 1..=3 {
            assert_eq!(ask(&limit, &format!("192.0.2.{n}")), Ok(()));
        }
        assert!(ask(&limit, "192.0.2.4").is_err());
        assert!(limit.limiter.len() <= ADDRESSES + 1);
        for _ in 1..3 {
            assert_eq!(
                ask(&limit, "10.0.0.7"),
                Ok(()),
                "it was counted before them"
            );
        }
        assert!(ask(&limit, "10.0.0.7").is_err());
    }

    #[test]
    fn who_has_been_quiet_is_forgotten() {
        let quota = Quota::with_period(Duration::from_nanos(1)).unwrap();
        let limit = RateLimit::new(quota, Front::Network);
        ask(&limit, "192.0.2.1").unwrap();
        *limit.tidied.lock().unwrap() = Instant::now().checked_sub(TIDYING).unwrap();
        ask(&limit, "192.0.2.2").unwrap();
        assert_eq!(limit.limiter.len(), 1);
    }
}
