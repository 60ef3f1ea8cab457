//! How many requests one visitor may make. Whoever may ask without a key can be anybody, and each request is signed, published and kept.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, StatusCode};

use super::error::Failure;

/// Requests of one address within [`WINDOW`]: a household needs one, and a few may share an address.
const MOST: usize = 10;
/// For so long a request can wait for its answer, in seconds.
const WINDOW: u64 = 660;
/// Addresses that are remembered; more than that within one window are no visitors.
const ADDRESSES: usize = 10_000;
/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Counts the requests of each address.
#[derive(Debug, Default)]
pub struct Door {
    behind_proxy: bool,
    asked: Mutex<HashMap<IpAddr, Vec<u64>>>,
}

impl Door {
    /// `behind_proxy`: whether to believe the proxy in front about addresses.
    #[must_use]
    pub fn new(behind_proxy: bool) -> Self {
        Self {
            behind_proxy,
            asked: Mutex::default(),
        }
    }

    /// Lets one request of this visitor pass, at `now` in unix seconds. Visitors from this computer itself are not counted.
    ///
    /// # Errors
    /// Too many came from there lately.
    pub fn admit(&self, peer: SocketAddr, headers: &HeaderMap, now: u64) -> Result<(), Failure> {
        let Some(address) = self.address(peer.ip(), headers) else {
            return Ok(());
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, times| {
            times.retain(|at| (now.saturating_sub(WINDOW)..=now).contains(at));
            !times.is_empty()
        });
        let room = asked.len() < ADDRESSES || asked.contains_key(&address);
        let times = asked.entry(address).or_default();
        if times.len() >= MOST || !room {
            return Err(Failure::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many requests came from your address; try again in ten minutes.",
            ));
        }
        times.push(now);
        Ok(())
    }

    /// For whom a request counts; nobody when it comes from this computer.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded = || {
            // Of several the last one is the proxy's own word; the others are what it was told.
            let value = headers.get_all(FORWARDED_FOR).iter().next_back()?;
            value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
        };
        let address: IpAddr = match self.behind_proxy {
            true => forwarded().unwrap_or(peer),
            false => peer,
        };
        let address = address.to_canonical();
        (!address.is_loopback()).then(|| network(address))
    }
}

/// A household has one IPv4 address, and a network of 64 bits in IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn from(door: &Door, address: &str, now: u64) -> bool {
        let peer = SocketAddr::new(address.parse().unwrap(), 50_000);
        door.admit(peer, &HeaderMap::new(), now).is_ok()
    }

    #[test]
    fn each_address_has_its_own_count_for_as_long_as_a_request_waits() {
        let door = Door::new(false);
        assert!((0..MOST).all(|_| from(&door, "192.0.2.1", 1_000)));
        assert!(!from(&door, "192.0.2.1", 1_000 + WINDOW));
        assert!(from(&door, "192.0.2.2", 1_000));
        assert!(from(&door, "192.0.2.1", 1_001 + WINDOW));
        assert!((0..MOST).all(|n| from(&door, &format!("2001:db8::{n}"), 1_000)));
        assert!(!from(&door, "2001:db8::ffff:1", 1_000), "one network");
        assert!((0..100).all(|_| from(&door, "127.0.0.1", 1_000)));
    }

    #[test]
    fn a_bounded_number_of_addresses_is_remembered_and_not_for_longer_than_needed() {
        let door = Door::new(false);
        let address = |n: usize| format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255);
        for n in 0..ADDRESSES {
            door.asked
                .lock()
                .unwrap()
                .insert(address(n).parse().unwrap(), vec![1_000]);
        }
        assert!(!from(&door, "192.0.2.1", 1_000));
        assert!(from(&door, &address(7), 1_000));
        assert!(from(&door, "192.0.2.1", 1_001 + WINDOW));
        assert_eq!(door.asked.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one() {
        let headers = HeaderMap::from_iter([(
            FORWARDED_FOR.parse().unwrap(),
            "198.51.100.9, 2001:db8::1:2:3:4".parse().unwrap(),
        )]);
        let proxy = "127.0.0.1".parse().unwrap();
        let network = "2001:db8::".parse().ok();
        assert_eq!(Door::new(true).address(proxy, &headers), network);
        assert_eq!(Door::new(false).address(proxy, &headers), None);
    }
}
