//! Joining a network, and taking back what did not work.

use std::time::Duration;

use ::pairing::near::{NetworkName, No, Password, Security};
use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::zvariant::{OwnedObjectPath, Value};

use super::Trouble;
use super::network_manager::{
    ACTIVATED, ActiveProxy, DEACTIVATED, DeviceProxy, ManagerProxy, ProfileProxy, Settings, adapter,
};
use super::stations::{Station, stations};

/// From the first word to an address: NetworkManager itself gives up after 25 s for the password and 45 s for the address.
const JOINING: Duration = Duration::from_secs(75);
const LOOK: Duration = Duration::from_millis(250);

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
    let settings = settings(name, password, &station);
    let (profile, active) = manager
        .add_and_activate_connection(&settings, &adapter, &station.path)
        .await?;
    let joined = wait(bus, &adapter, active).await;
    if joined.is_err() {
        // Otherwise it would be tried again and again, and what worked before would not.
        let profile = ProfileProxy::new(bus, profile).await?;
        if let Err(error) = profile.delete().await {
            tracing::warn!("a Wi-Fi network that does not work could not be forgotten: {error}");
        }
    }
    joined
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
    let mut settings = Settings::from([
        ("connection", connection.into()),
        ("802-11-wireless", wireless.into()),
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
    bus: &Connection,
    adapter: &OwnedObjectPath,
    active: OwnedObjectPath,
) -> Result<(), Trouble> {
    let device = DeviceProxy::new(bus, adapter.clone()).await?;
    let active = ActiveProxy::new(bus, active).await?;
    let began = Instant::now();
    let mut reason = 0;
    while began.elapsed() < JOINING {
        // What has failed is taken away, and then says nothing any more.
        let state = active.state().await.unwrap_or(DEACTIVATED);
        if state == ACTIVATED {
            return Ok(());
        }
        let (_, now) = device.state_reason().await?;
        if why(now).is_some() {
            reason = now;
        }
        if state == DEACTIVATED {
            break;
        }
        sleep(LOOK).await;
    }
    Err(Trouble {
        why: why(reason).unwrap_or(No::Failed),
        detail: (reason != 0).then(|| format!("NetworkManager's reason is number {reason}")),
    })
}

/// What `NM_DEVICE_STATE_REASON_…` says to a person.
fn why(reason: u32) -> Option<No> {
    match reason {
        // IP_CONFIG_UNAVAILABLE, IP_CONFIG_EXPIRED, DHCP_START_FAILED, DHCP_ERROR, DHCP_FAILED
        5 | 6 | 15..=17 => Some(No::NoAddress),
        // NO_SECRETS, SUPPLICANT_DISCONNECT, …_CONFIG_FAILED, …_FAILED, …_TIMEOUT
        7..=11 => Some(No::Password),
        // SSID_NOT_FOUND
        53 => Some(No::NotHeard),
        _ => None,
    }
}
