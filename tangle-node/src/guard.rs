//! How often one address may ask.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};

use crate::{connections::Peer, limits, routes::Refusal};

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Counts what each address asks.
pub(crate) struct Guard {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    behind_proxy: bool,
}

impl Guard {
    /// `per_second`: questions of one address; `None` for any number. `behind_proxy`: whether to believe the proxy
    /// in front about addresses.
    pub(crate) fn new(per_second: Option<NonZeroU32>, behind_proxy: bool) -> Self {
        let limiter = per_second.map(|per_second| {
            let burst = per_second.saturating_mul(limits::BURST);
            DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))
        });
        Self {
            limiter,
            behind_proxy,
        }
    }

    /// How long this one has to wait before it may ask, if it has.
    fn wait(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Duration> {
        let limiter = self.limiter.as_ref()?;
        let address = self.address(peer, headers)?;
        let not_until = limiter.check_key(&address).err()?;
        Some(not_until.wait_time_from(DefaultClock::default().now()))
    }

    /// Whom a request counts for; nobody when it comes from this machine.
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

    /// Forgets the addresses that have been quiet.
    pub(crate) fn tidy_up(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
        }
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

/// Lets a request through, or says when it may come again.
pub(crate) async fn guarded(
    State(guard): State<Arc<Guard>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match guard.wait(peer.ip(), request.headers()) {
        Some(wait) => Refusal::too_many(wait).into_response(),
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(FORWARDED_FOR.parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn each_address_has_its_own_count_and_this_machine_none() {
        let guard = Guard::new(NonZeroU32::new(1), false);
        let ask = |address: &str| guard.wait(address.parse().unwrap(), &HeaderMap::new());
        for _ in 0..limits::BURST.get() {
            assert_eq!(ask("192.0.2.1"), None);
        }
        let wait = ask("192.0.2.1").unwrap();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(1),
            "{wait:?}"
        );
        assert_eq!(ask("192.0.2.2"), None);
        for _ in 0..100 {
            assert_eq!(ask("127.0.0.1"), None);
            assert_eq!(ask("::ffff:127.0.0.1"), None);
        }
    }

    #[test]
    fn a_household_is_one_network_and_a_proxy_is_believed_only_when_it_is_there() {
        let proxied = Guard::new(NonZeroU32::new(1), true);
        let direct = Guard::new(NonZeroU32::new(1), false);
        let loopback = "127.0.0.1".parse().unwrap();
        let headers = forwarded("198.51.100.9, 2001:db8::1:2:3:4");
        let network = "2001:db8::".parse().ok();
        assert_eq!(proxied.address(loopback, &headers), network);
        assert_eq!(direct.address(loopback, &headers), None);
        assert_eq!(proxied.address(loopback, &forwarded("nonsense")), None);
    }

    #[test]
    fn without_a_limit_everybody_may_ask() {
        let guard = Guard::new(None, false);
        assert_eq!(
            guard.wait("192.0.2.1".parse().unwrap(), &HeaderMap::new()),
            None
        );
        guard.tidy_up();
    }
}
