//! Joining a network, and taking back what did not work.

use std::collections::HashMap;
use std::time::Duration;

use ::pairing::near::{NetworkName, No, Password, Security};
use futures::{FutureExt as _, StreamExt as _};
use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::zvariant::{OwnedObjectPath, Value};

use super::Trouble;
use super::network_manager::{
    ACTIVATED, ActiveProxy, DEACTIVATED, DeviceProxy, Kept, ManagerProxy, ProfileProxy,
    ProfilesProxy, Settings, StateChangedStream, adapter,
};
use super::stations::{Station, stations};

/// From the first word to an address: NetworkManager itself gives up after 25 s for the password and 45 s for the address.
const JOINING: Duration = Duration::from_secs(75);
const LOOK: Duration = Duration::from_millis(250);
/// What a network is marked with that was joined from here (the setting `user.data`, which is for other programs' own use).
const MADE_BY: (&str, &str) = ("meterkast.made-by", "pi-daemon");

/// Joins, and is on the network when this returns.
pub(super) async fn join(
    bus: &Connection,
    name: &NetworkName,
    password: Option<&Password>,
) -> Result<(), Trouble> {
    let adapter = adapter(bus).await?;
    let mut heard = stations(bus, &adapter).await?;
    let station = heard.remove(name).ok_or(No::NotHeard)?;
    let password = match (station.network.security, password) {
        (Security::Other, _) => return Err(No::Unsupported.into()),
        (Security::Password, None) => return Err(No::Password.into()),
        (Security::Password, password) => password,
        (Security::Open, _) => None,
    };
    let manager = ManagerProxy::new(bus).await?;
    let device = DeviceProxy::new(bus, adapter.clone()).await?;
    let mut changes = device.receive_state_changed().await?;
    let settings = settings(name, password, &station);
    let (profile, active) = manager
        .add_and_activate_connection(&settings, &adapter, &station.path)
        .await?;
    let active = ActiveProxy::new(bus, active).await?;
    let joined = wait(&mut changes, &active, password.is_some()).await;
    let forgotten = match joined {
        Ok(()) => forget_older(bus, name, &profile).await,
        // Otherwise it would be tried again and again, and what worked before would not.
        Err(_) => forget(bus, profile).await,
    };
    if let Err(error) = forgotten {
        tracing::warn!("a Wi-Fi network could not be forgotten: {error}");
    }
    joined
}

async fn forget(bus: &Connection, profile: OwnedObjectPath) -> zbus::Result<()> {
    ProfileProxy::new(bus, profile).await?.delete().await
}

/// NetworkManager keeps a network once for each time it was joined. Of those that pi-daemon made the last one stays; those
/// that somebody else made are theirs.
async fn forget_older(
    bus: &Connection,
    name: &NetworkName,
    newest: &OwnedObjectPath,
) -> zbus::Result<()> {
    for path in ProfilesProxy::new(bus).await?.list_connections().await? {
        let profile = ProfileProxy::new(bus, path.clone()).await?;
        // One that went meanwhile is not there any more.
        let kept = profile.get_settings().await.unwrap_or_default();
        if path != *newest && is_ours(kept, name).unwrap_or_default() {
            profile.delete().await?;
        }
    }
    Ok(())
}

fn is_ours(mut kept: Kept, name: &NetworkName) -> Option<bool> {
    let ssid = kept.get_mut("802-11-wireless")?.remove("ssid")?;
    let data = kept.get_mut("user")?.remove("data")?;
    let ssid = Vec::<u8>::try_from(ssid).ok()?;
    let data = HashMap::<String, String>::try_from(data).ok()?;
    Some(ssid == name.as_bytes() && data.get(MADE_BY.0).is_some_and(|by| by == MADE_BY.1))
}

/// Everything else (address, priority, that it is joined by itself from now on) is NetworkManager's default.
fn settings<'a>(
    name: &'a NetworkName,
    password: Option<&'a Password>,
    station: &Station,
) -> Settings<'a> {
    let wireless = [("ssid", Value::from(name.as_bytes()))];
    let connection = [
        ("id", Value::from(name.to_string())),
        ("type", Value::from("802-11-wireless")),
    ];
    let user = [("data", HashMap::from([MADE_BY]).into())];
    let mut settings = Settings::from([
        ("connection", connection.into()),
        ("802-11-wireless", wireless.into()),
        ("user", user.into()),
    ]);
    if let Some(password) = password {
        let keys = if station.sae_only { "sae" } else { "wpa-psk" };
        let security = [
            ("key-mgmt", Value::from(keys)),
            ("psk", Value::from(password.expose())),
        ];
        settings.insert("802-11-wireless-security", security.into());
    }
    settings
}

async fn wait(
    changes: &mut StateChangedStream,
    active: &ActiveProxy<'_>,
    with_password: bool,
) -> Result<(), Trouble> {
    let began = Instant::now();
    let mut reason = None;
    while began.elapsed() < JOINING {
        // What has failed is taken away, and then says nothing any more.
        let state = active.state().await.unwrap_or(DEACTIVATED);
        if state == ACTIVATED {
            return Ok(());
        }
        // What the adapter said before came before.
        while let Some(Some(change)) = changes.next().now_or_never() {
            let said = change.args()?.reason;
            reason = why(said, with_password).map(|_| said).or(reason);
        }
        if state == DEACTIVATED {
            break;
        }
        sleep(LOOK).await;
    }
    Err(Trouble {
        why: reason
            .and_then(|reason| why(reason, with_password))
            .unwrap_or(No::Failed),
        detail: reason.map(|reason| format!("NetworkManager's reason is number {reason}")),
    })
}

/// What `NM_DEVICE_STATE_REASON_…` says to a person about a network that was heard a moment ago.
fn why(reason: u32, with_password: bool) -> Option<No> {
    match reason {
        // IP_CONFIG_UNAVAILABLE, IP_CONFIG_EXPIRED, DHCP_START_FAILED, DHCP_ERROR, DHCP_FAILED
        5 | 6 | 15..=17 => Some(No::NoAddress),
        // NO_SECRETS, SUPPLICANT_DISCONNECT, …_CONFIG_FAILED, …_FAILED, …_TIMEOUT; and SSID_NOT_FOUND, which is what
        // NetworkManager makes of a WPA3 network that refuses a password.
        7..=11 | 53 if with_password => Some(No::Password),
        53 => Some(No::NotHeard),
        _ => None,
    }
}
