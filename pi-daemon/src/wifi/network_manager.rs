//! The part of NetworkManager's D-Bus interface that is used
//! (<https://networkmanager.dev/docs/api/latest/spec.html>).

use std::collections::HashMap;
use std::time::Duration;

use ::pairing::near::No;
use zbus::Connection;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use super::Trouble;

/// How long NetworkManager may take for one answer; joining is no single answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// `NM_DEVICE_TYPE_WIFI`.
pub(super) const WIFI: u32 = 2;
/// `NM_ACTIVE_CONNECTION_STATE_ACTIVATED` and `…_DEACTIVATED`.
pub(super) const ACTIVATED: u32 = 2;
pub(super) const DEACTIVATED: u32 = 4;
/// `NM_802_11_AP_FLAGS_PRIVACY`: there is some encryption.
pub(super) const PRIVACY: u32 = 0x1;
/// `NM_802_11_AP_SEC_KEY_MGMT_PSK`, `…_802_1X`, `…_SAE`: how a station and a network come to a key.
pub(super) const PSK: u32 = 0x100;
pub(super) const SAE: u32 = 0x400;
/// `NM_802_11_AP_SEC_KEY_MGMT_OWE` and `…_OWE_TM`: encrypted without a password.
pub(super) const OWE: u32 = 0x800 | 0x1000;

/// What joining a network takes: scanning, adding and forgetting networks, going over to one.
const PERMISSIONS: [&str; 3] = [
    "org.freedesktop.NetworkManager.wifi.scan",
    "org.freedesktop.NetworkManager.settings.modify.system",
    "org.freedesktop.NetworkManager.network-control",
];

/// Settings of a connection, by section and name.
pub(super) type Settings<'a> = HashMap<&'a str, HashMap<&'a str, Value<'a>>>;
/// The same, as NetworkManager tells them: without passwords.
pub(super) type Kept = HashMap<String, HashMap<String, OwnedValue>>;

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager",
    default_service = "org.freedesktop.NetworkManager",
    default_path = "/org/freedesktop/NetworkManager",
    gen_blocking = false
)]
pub(super) trait Manager {
    fn get_devices(&self) -> zbus::Result<Vec<OwnedObjectPath>>;

    fn add_and_activate_connection(
        &self,
        connection: &Settings<'_>,
        device: &ObjectPath<'_>,
        station: &ObjectPath<'_>,
    ) -> zbus::Result<(OwnedObjectPath, OwnedObjectPath)>;

    /// What the caller may do: "yes", "auth" (after asking somebody) or "no" for each.
    fn get_permissions(&self) -> zbus::Result<HashMap<String, String>>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn wireless_enabled(&self) -> zbus::Result<bool>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.Device",
    default_service = "org.freedesktop.NetworkManager",
    gen_blocking = false
)]
pub(super) trait Device {
    #[zbus(property(emits_changed_signal = "false"))]
    fn device_type(&self) -> zbus::Result<u32>;

    /// The reason is told here alone: the state after the next forgets it.
    #[zbus(signal)]
    fn state_changed(&self, now: u32, before: u32, reason: u32) -> zbus::Result<()>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.Device.Wireless",
    default_service = "org.freedesktop.NetworkManager",
    gen_blocking = false
)]
pub(super) trait Wireless {
    fn request_scan(&self, options: HashMap<&str, Value<'_>>) -> zbus::Result<()>;

    fn get_all_access_points(&self) -> zbus::Result<Vec<OwnedObjectPath>>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn active_access_point(&self) -> zbus::Result<OwnedObjectPath>;

    /// Milliseconds since the computer was started; −1 before the first scan.
    #[zbus(property(emits_changed_signal = "false"))]
    fn last_scan(&self) -> zbus::Result<i64>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.AccessPoint",
    default_service = "org.freedesktop.NetworkManager",
    gen_blocking = false
)]
pub(super) trait AccessPoint {
    #[zbus(property(emits_changed_signal = "false"))]
    fn ssid(&self) -> zbus::Result<Vec<u8>>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn strength(&self) -> zbus::Result<u8>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn flags(&self) -> zbus::Result<u32>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn wpa_flags(&self) -> zbus::Result<u32>;

    #[zbus(property(emits_changed_signal = "false"))]
    fn rsn_flags(&self) -> zbus::Result<u32>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.Connection.Active",
    default_service = "org.freedesktop.NetworkManager",
    gen_blocking = false
)]
pub(super) trait Active {
    #[zbus(property(emits_changed_signal = "false"))]
    fn state(&self) -> zbus::Result<u32>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.Settings.Connection",
    default_service = "org.freedesktop.NetworkManager",
    gen_blocking = false
)]
pub(super) trait Profile {
    fn get_settings(&self) -> zbus::Result<Kept>;

    fn delete(&self) -> zbus::Result<()>;
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager.Settings",
    default_service = "org.freedesktop.NetworkManager",
    default_path = "/org/freedesktop/NetworkManager/Settings",
    gen_blocking = false
)]
pub(super) trait Profiles {
    fn list_connections(&self) -> zbus::Result<Vec<OwnedObjectPath>>;
}

/// The system's message bus.
pub(super) async fn bus() -> Result<Connection, Trouble> {
    let connected = async {
        zbus::connection::Builder::system()?
            .method_timeout(PATIENCE)
            .build()
            .await
    };
    connected.await.map_err(|error| Trouble {
        why: No::NoNetworkManager,
        detail: Some(error.to_string()),
    })
}

/// The first Wi-Fi adapter, if Wi-Fi is on.
pub(super) async fn adapter(bus: &Connection) -> Result<OwnedObjectPath, Trouble> {
    let manager = ManagerProxy::new(bus).await?;
    for path in manager.get_devices().await? {
        let device = DeviceProxy::new(bus, path.clone()).await?;
        if device.device_type().await? == WIFI {
            return match manager.wireless_enabled().await? {
                true => Ok(path),
                false => Err(No::Off.into()),
            };
        }
    }
    Err(No::NoAdapter.into())
}

/// Whether whoever runs this program may do what joining takes.
pub(super) async fn is_permitted(bus: &Connection) -> Result<bool, Trouble> {
    let permissions = ManagerProxy::new(bus).await?.get_permissions().await?;
    Ok(PERMISSIONS
        .iter()
        .all(|name| permissions.get(*name).is_some_and(|may| may == "yes")))
}

impl From<zbus::Error> for Trouble {
    fn from(error: zbus::Error) -> Self {
        let name = match &error {
            zbus::Error::MethodError(name, ..) => name.to_string(),
            zbus::Error::FDO(error) => {
                let name = zbus::DBusError::name(&**error);
                name.to_string()
            }
            _ => String::new(),
        };
        let why = match name.as_str() {
            "org.freedesktop.DBus.Error.ServiceUnknown"
            | "org.freedesktop.DBus.Error.NameHasNoOwner"
            | "org.freedesktop.DBus.Error.Spawn.ServiceNotFound" => No::NoNetworkManager,
            "org.freedesktop.DBus.Error.AccessDenied" => No::Forbidden,
            name if name.ends_with("PermissionDenied") => No::Forbidden,
            name if name.ends_with("InvalidProperty") || name.ends_with("MissingProperty") => {
                No::Password
            }
            _ => No::Failed,
        };
        Self {
            why,
            detail: Some(error.to_string()),
        }
    }
}
