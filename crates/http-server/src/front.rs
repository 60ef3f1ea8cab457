//! For whom a request counts.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// What stands between a server and those who ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Nothing: connections come from those who ask.
    Network,
    /// A proxy, which is believed about addresses (`X-Forwarded-For`). Only it may reach the server.
    Proxy,
}

impl Front {
    /// A proxy if there is one.
    #[must_use]
    pub fn behind_proxy(behind_proxy: bool) -> Self {
        match behind_proxy {
            true => Self::Proxy,
            false => Self::Network,
        }
    }

    /// For whom a request counts that `peer` sent; nobody when it comes from this computer.
    ///
    /// A household has one IPv4 address, and a network of 56 bits in IPv6: the usual size at home (RIPE-690, section 4.2). Who
    /// has 48 bits counts as up to 256.
    #[must_use]
    pub fn client(self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let address = match self {
            Self::Proxy => forwarded_for(headers).unwrap_or(peer),
            Self::Network => peer,
        };
        let address = address.to_canonical();
        (!address.is_loopback()).then(|| network(address))
    }
}

/// Bits of an IPv6 address that a household cannot choose.
const HOUSEHOLD: u32 = 56;

/// Of several the last one is the proxy's own word; the others are what it was told.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - HOUSEHOLD))).into()
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn client(front: Front, peer: &str, forwarded: &[&str]) -> Option<String> {
        let headers = forwarded
            .iter()
            .map(|value| (FORWARDED_FOR.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let client = front.client(peer.parse().unwrap(), &headers)?;
        Some(client.to_string())
    }

    #[test]
    fn a_household_is_one_network_and_this_computer_nobody() {
        let client = |peer| client(Front::Network, peer, &[]);
        assert_eq!(client("192.0.2.1").unwrap(), "192.0.2.1");
        assert_eq!(client("::ffff:192.0.2.1").unwrap(), "192.0.2.1");
        assert_eq!(client("2001:db8::1:2:3:4").unwrap(), "2001:db8::");
        assert_eq!(client("2001:db8:0:ff::1").unwrap(), "2001:db8::");
        assert_eq!(client("2001:db8:0:100::1").unwrap(), "2001:db8:0:100::");
        for here in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(client(here), None);
        }
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one() {
        let told = "198.51.100.9, 2001:db8::1:2:3:4";
        assert_eq!(client(Front::Network, "127.0.0.1", &[told]), None);
        let behind = |forwarded: &[&str]| client(Front::Proxy, "127.0.0.1", forwarded);
        assert_eq!(behind(&[told]).unwrap(), "2001:db8::");
        assert_eq!(behind(&[told, "192.0.2.7"]).unwrap(), "192.0.2.7");
        assert_eq!(behind(&["nonsense"]), None);
        assert_eq!(behind(&[]), None);
    }
}
