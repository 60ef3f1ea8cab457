//! What can be heard: stations, and of those of one name the strongest.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use ::pairing::near::{MAX_NETWORKS, Network, NetworkName, Security};
use nix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::zvariant::OwnedObjectPath;

use super::Trouble;
use super::network_manager::{AccessPointProxy, OWE, PRIVACY, PSK, SAE, WirelessProxy, adapter};

/// How long looking around may take.
const SCAN: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(250);
/// So many milliseconds what was heard is new: whoever joins a network was shown it just before.
const NEW: i64 = 20_000;

/// A station, and the network that it belongs to.
pub(super) struct Station {
    pub(super) path: OwnedObjectPath,
    pub(super) network: Network,
    /// It takes WPA3 passwords only.
    pub(super) sae_only: bool,
}

/// The networks that can be heard, the strongest first.
pub(super) async fn networks(bus: &Connection) -> Result<Vec<Network>, Trouble> {
    let adapter = adapter(bus).await?;
    let stations = stations(bus, &adapter).await?;
    let mut networks: Vec<Network> = stations.into_values().map(|found| found.network).collect();
    networks.sort_by_key(|network| core::cmp::Reverse((network.joined, network.strength)));
    networks.truncate(MAX_NETWORKS);
    Ok(networks)
}

/// Looks around; the strongest station of each network.
pub(super) async fn stations(
    bus: &Connection,
    adapter: &OwnedObjectPath,
) -> Result<BTreeMap<NetworkName, Station>, Trouble> {
    let wireless = WirelessProxy::new(bus, adapter.clone()).await?;
    scan(&wireless).await;
    let joined = wireless.active_access_point().await?;
    let mut strongest: BTreeMap<NetworkName, Station> = BTreeMap::new();
    for path in wireless.get_all_access_points().await? {
        let is_joined = path == joined;
        // One that is out of earshot by now is not there any more.
        let Ok(station) = station(bus, path, is_joined).await else {
            continue;
        };
        let network = &station.network;
        if !network.name.is_one() {
            continue;
        }
        let known = strongest.get(&network.name).map(|known| &known.network);
        let counts = |one: &Network| (one.joined, one.strength);
        if known.is_none_or(|known| counts(known) < counts(network)) {
            strongest.insert(network.name.clone(), station);
        }
    }
    Ok(strongest)
}

/// Looks around, unless that was done a moment ago. NetworkManager may refuse it too, and then what it heard is new enough.
async fn scan(wireless: &WirelessProxy<'_>) {
    let before = wireless.last_scan().await;
    if let Ok(before @ 0..) = before
        && since_start().is_some_and(|now| now - before < NEW)
    {
        return;
    }
    if let Err(error) = wireless.request_scan(HashMap::new()).await {
        return tracing::debug!("looking around for Wi-Fi: {error}");
    }
    let began = Instant::now();
    while began.elapsed() < SCAN && wireless.last_scan().await == before {
        sleep(LOOK).await;
    }
}

/// Milliseconds, as NetworkManager counts them.
pub(super) fn since_start() -> Option<i64> {
    let now = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    i64::try_from(Duration::from(now).as_millis()).ok()
}

async fn station(
    bus: &Connection,
    path: OwnedObjectPath,
    joined: bool,
) -> Result<Station, zbus::Error> {
    let point = AccessPointProxy::new(bus, path.clone()).await?;
    let keys = point.wpa_flags().await? | point.rsn_flags().await?;
    let privacy = point.flags().await? & PRIVACY != 0;
    Ok(Station {
        network: Network {
            name: NetworkName::new(point.ssid().await?),
            strength: point.strength().await?.min(100),
            security: security(keys, privacy),
            joined,
        },
        sae_only: keys & (SAE | PSK) == SAE,
        path,
    })
}

fn security(keys: u32, privacy: bool) -> Security {
    if keys & (PSK | SAE) != 0 {
        Security::Password
    } else if keys & OWE != 0 || keys == 0 && !privacy {
        Security::Open
    } else {
        Security::Other
    }
}
