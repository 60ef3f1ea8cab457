//! A NetworkManager that is played: D-Bus messages over a socket, without a bus.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use tokio::net::UnixStream;
use zbus::connection::Builder;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue};
use zbus::{Connection, Guid, fdo, interface};

use super::super::network_manager::{ACTIVATED, DEACTIVATED, OWE, PRIVACY, PSK, SAE, WIFI};

pub(super) const RIGHT: &str = "correct horse battery";
/// `NM_802_11_AP_SEC_KEY_MGMT_802_1X`.
const COMPANY: u32 = 0x200;
/// `NM_DEVICE_STATE_…` and `NM_DEVICE_STATE_REASON_…`.
const DISCONNECTED: u32 = 30;
const CONFIG: u32 = 50;
const FAILED: u32 = 120;
const NO_SECRETS: u32 = 7;
const DHCP_FAILED: u32 = 17;
/// What WPA3 with a wrong password ends with.
const SSID_NOT_FOUND: u32 = 53;

pub(super) type Given = HashMap<String, HashMap<String, OwnedValue>>;

/// What the played NetworkManager knows.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<State>>);

#[derive(Default)]
pub(super) struct State {
    pub(super) is_off: bool,
    pub(super) has_no_adapter: bool,
    pub(super) forbids: bool,
    pub(super) gives_no_address: bool,
    pub(super) scans: i64,
    /// Every network that is kept, by its path.
    pub(super) kept: BTreeMap<String, Given>,
    pub(super) joined: usize,
    pub(super) active: u32,
}

impl Known {
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

fn path(text: &str) -> OwnedObjectPath {
    ObjectPath::try_from(text.to_owned()).unwrap().into()
}

struct Manager(Known);

#[interface(name = "org.freedesktop.NetworkManager")]
impl Manager {
    fn get_devices(&self) -> Vec<OwnedObjectPath> {
        let cable = path("/cable");
        match self.0.with(|state| state.has_no_adapter) {
            true => vec![cable],
            false => vec![cable, path("/wifi")],
        }
    }

    async fn add_and_activate_connection(
        &self,
        connection: Given,
        device: OwnedObjectPath,
        station: OwnedObjectPath,
        #[zbus(connection)] bus: &Connection,
    ) -> fdo::Result<(OwnedObjectPath, OwnedObjectPath)> {
        assert_eq!(
            (device, station.as_str().contains("/strong")),
            (path("/wifi"), true)
        );
        let (profile, reason) = self.0.with(|state| {
            if state.forbids {
                return Err(fdo::Error::AccessDenied("no polkit rule".into()));
            }
            let reason = match password(&connection).as_deref() {
                Some(RIGHT) | None if state.gives_no_address => DHCP_FAILED,
                Some(RIGHT) | None => 0,
                Some(_) if keys(&connection).as_deref() == Some("sae") => SSID_NOT_FOUND,
                Some(_) => NO_SECRETS,
            };
            state.active = if reason == 0 { ACTIVATED } else { DEACTIVATED };
            state.joined += 1;
            let profile = format!("/profile/{}", state.joined);
            state.kept.insert(profile.clone(), connection);
            Ok((profile, reason))
        })?;
        let profile = path(&profile);
        let server = bus.object_server();
        server.at(&profile, Profile(self.0.clone())).await?;
        let wifi = SignalEmitter::new(bus, "/wifi")?;
        if reason != 0 {
            // The next state knows nothing of the reason.
            Device::state_changed(&wifi, FAILED, CONFIG, reason).await?;
            Device::state_changed(&wifi, DISCONNECTED, FAILED, 0).await?;
        }
        Ok((profile, path("/active")))
    }

    fn get_permissions(&self) -> HashMap<String, String> {
        let may = match self.0.with(|state| state.forbids) {
            true => "auth",
            false => "yes",
        };
        let all = ["wifi.scan", "settings.modify.system", "network-control"];
        let all = all.map(|name| format!("org.freedesktop.NetworkManager.{name}"));
        all.map(|name| (name, may.to_owned())).into()
    }

    #[zbus(property)]
    fn wireless_enabled(&self) -> bool {
        !self.0.with(|state| state.is_off)
    }
}

pub(super) fn password(given: &Given) -> Option<String> {
    text(given, "802-11-wireless-security", "psk")
}

pub(super) fn keys(given: &Given) -> Option<String> {
    text(given, "802-11-wireless-security", "key-mgmt")
}

fn text(given: &Given, section: &str, name: &str) -> Option<String> {
    let value = given.get(section)?.get(name)?;
    Some(value.downcast_ref::<&str>().unwrap().to_owned())
}

struct Device(u32);

#[interface(name = "org.freedesktop.NetworkManager.Device")]
impl Device {
    #[zbus(property)]
    fn device_type(&self) -> u32 {
        self.0
    }

    #[zbus(signal)]
    async fn state_changed(
        emitter: &SignalEmitter<'_>,
        now: u32,
        before: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

struct Wireless(Known);

#[interface(name = "org.freedesktop.NetworkManager.Device.Wireless")]
impl Wireless {
    fn request_scan(&self, _options: HashMap<String, OwnedValue>) {
        self.0.with(|state| state.scans += 1);
    }

    fn get_all_access_points(&self) -> Vec<OwnedObjectPath> {
        let gone = ["/gone"].into_iter();
        gone.chain(STATIONS.map(|(at, ..)| at)).map(path).collect()
    }

    #[zbus(property)]
    fn active_access_point(&self) -> OwnedObjectPath {
        path("/weak")
    }

    #[zbus(property)]
    fn last_scan(&self) -> i64 {
        self.0.with(|state| state.scans)
    }
}

/// Path, name, strength, whether anything is encrypted, and how keys are agreed on.
const STATIONS: [(&str, &str, u8, u32, u32); 7] = [
    ("/weak", "Old", 20, PRIVACY, PSK),
    ("/strong/thuis", "Thuis", 90, PRIVACY, PSK | SAE),
    ("/farther", "Thuis", 40, PRIVACY, PSK),
    ("/strong/new", "New", 80, PRIVACY, SAE),
    ("/strong/guests", "Guests", 70, 0, 0),
    ("/strong/office", "Office", 60, PRIVACY, COMPANY),
    ("/hidden", "", 50, PRIVACY, OWE),
];

struct Station(&'static str, u8, u32, u32);

#[interface(name = "org.freedesktop.NetworkManager.AccessPoint")]
impl Station {
    #[zbus(property)]
    fn ssid(&self) -> Vec<u8> {
        self.0.into()
    }

    #[zbus(property)]
    fn strength(&self) -> u8 {
        self.1
    }

    #[zbus(property)]
    fn flags(&self) -> u32 {
        self.2
    }

    #[zbus(property)]
    fn wpa_flags(&self) -> u32 {
        0
    }

    #[zbus(property)]
    fn rsn_flags(&self) -> u32 {
        self.3
    }
}

struct Active(Known);

#[interface(name = "org.freedesktop.NetworkManager.Connection.Active")]
impl Active {
    #[zbus(property)]
    fn state(&self) -> u32 {
        self.0.with(|state| state.active)
    }
}

pub(super) struct Profile(pub(super) Known);

#[interface(name = "org.freedesktop.NetworkManager.Settings.Connection")]
impl Profile {
    fn get_settings(&self, #[zbus(header)] header: Header<'_>) -> Given {
        self.0.with(|state| {
            let mut settings = copy(&state.kept[header.path().unwrap().as_str()]);
            // Passwords are told to who asks for them alone.
            settings.remove("802-11-wireless-security");
            settings
        })
    }

    fn delete(&self, #[zbus(header)] header: Header<'_>) {
        let path = header.path().unwrap().as_str();
        let gone = self.0.with(|state| state.kept.remove(path));
        assert!(gone.is_some(), "{path} is forgotten twice");
    }
}

pub(super) fn copy(given: &Given) -> Given {
    let copied = |values: &HashMap<String, OwnedValue>| {
        let values = values.iter();
        values
            .map(|(name, value)| (name.clone(), value.try_clone().unwrap()))
            .collect()
    };
    let sections = given.iter();
    sections
        .map(|(section, values)| (section.clone(), copied(values)))
        .collect()
}

struct Profiles(Known);

#[interface(name = "org.freedesktop.NetworkManager.Settings")]
impl Profiles {
    fn list_connections(&self) -> Vec<OwnedObjectPath> {
        self.0
            .with(|state| state.kept.keys().map(|at| path(at)).collect())
    }
}

/// A computer with a cable and, perhaps, Wi-Fi.
pub(super) struct Computer {
    pub(super) known: Known,
    pub(super) bus: Connection,
    pub(super) network_manager: Connection,
}

impl Computer {
    pub(super) async fn new() -> Self {
        let known = Known::default();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let served = |builder: Builder<'static>| -> zbus::Result<Builder<'static>> {
            let mut builder = builder
                .serve_at("/org/freedesktop/NetworkManager", Manager(known.clone()))?
                .serve_at("/cable", Device(1))?
                .serve_at("/wifi", Device(WIFI))?
                .serve_at("/wifi", Wireless(known.clone()))?
                .serve_at("/active", Active(known.clone()))?
                .serve_at(
                    "/org/freedesktop/NetworkManager/Settings",
                    Profiles(known.clone()),
                )?;
            for (at, name, strength, privacy, keys) in STATIONS {
                builder = builder.serve_at(at, Station(name, strength, privacy, keys))?;
            }
            Ok(builder)
        };
        let theirs = Builder::unix_stream(theirs)
            .server(Guid::generate())
            .unwrap();
        let theirs = served(theirs.p2p()).unwrap();
        let (bus, served) = tokio::join!(Builder::unix_stream(ours).p2p().build(), theirs.build());
        Self {
            known,
            bus: bus.unwrap(),
            network_manager: served.unwrap(),
        }
    }

    /// What it keeps of networks of this name.
    pub(super) fn keeps(&self, name: &str) -> Vec<Given> {
        let is_it = |given: &&Given| {
            let ssid = given["802-11-wireless"]["ssid"].try_clone().unwrap();
            Vec::<u8>::try_from(ssid).unwrap() == name.as_bytes()
        };
        self.known
            .with(|state| state.kept.values().filter(is_it).map(copy).collect())
    }
}
