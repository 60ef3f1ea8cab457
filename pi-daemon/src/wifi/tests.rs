//! The calls themselves, against a NetworkManager that is played here: D-Bus messages over a socket, without a bus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::pairing::near::{Network, NetworkName, No, Password, Security};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Guid, fdo, interface};

use super::network_manager::{ACTIVATED, DEACTIVATED, OWE, PRIVACY, PSK, SAE, WIFI};
use super::{Trouble, join, stations};

const LIMIT: Duration = Duration::from_secs(30);
const RIGHT: &str = "correct horse battery";
/// `NM_802_11_AP_SEC_KEY_MGMT_802_1X`.
const COMPANY: u32 = 0x200;
const NO_SECRETS: u32 = 7;
const DHCP_FAILED: u32 = 17;

type Given = HashMap<String, HashMap<String, OwnedValue>>;

/// What the played NetworkManager knows.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_off: bool,
    has_no_adapter: bool,
    forbids: bool,
    gives_no_address: bool,
    scans: i64,
    given: Option<Given>,
    active: u32,
    reason: u32,
    forgotten: u32,
}

impl Known {
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
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

    fn add_and_activate_connection(
        &self,
        connection: Given,
        device: OwnedObjectPath,
        station: OwnedObjectPath,
    ) -> fdo::Result<(OwnedObjectPath, OwnedObjectPath)> {
        assert_eq!(
            (device, station.as_str().contains("/strong")),
            (path("/wifi"), true)
        );
        self.0.with(|state| {
            if state.forbids {
                return Err(fdo::Error::AccessDenied("no polkit rule".into()));
            }
            let password = password(&connection);
            state.given = Some(connection);
            (state.active, state.reason) = match password.as_deref() {
                Some(RIGHT) | None if state.gives_no_address => (DEACTIVATED, DHCP_FAILED),
                Some(RIGHT) | None => (ACTIVATED, 0),
                Some(_) => (DEACTIVATED, NO_SECRETS),
            };
            Ok((path("/profile"), path("/active")))
        })
    }

    #[zbus(property)]
    fn wireless_enabled(&self) -> bool {
        !self.0.with(|state| state.is_off)
    }
}

fn password(given: &Given) -> Option<String> {
    text(given, "802-11-wireless-security", "psk")
}

fn text(given: &Given, section: &str, name: &str) -> Option<String> {
    let value = given.get(section)?.get(name)?;
    Some(value.downcast_ref::<&str>().unwrap().to_owned())
}

struct Device(Known, u32);

#[interface(name = "org.freedesktop.NetworkManager.Device")]
impl Device {
    #[zbus(property)]
    fn device_type(&self) -> u32 {
        self.1
    }

    #[zbus(property)]
    fn state_reason(&self) -> (u32, u32) {
        (0, self.0.with(|state| state.reason))
    }
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

struct Profile(Known);

#[interface(name = "org.freedesktop.NetworkManager.Settings.Connection")]
impl Profile {
    fn delete(&self) {
        self.0.with(|state| state.forgotten += 1);
    }
}

/// A computer with a cable and, perhaps, Wi-Fi.
struct Computer {
    known: Known,
    bus: Connection,
    _network_manager: Connection,
}

impl Computer {
    async fn new() -> Self {
        let known = Known::default();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let served = |builder: Builder<'static>| -> zbus::Result<Builder<'static>> {
            let mut builder = builder
                .serve_at("/org/freedesktop/NetworkManager", Manager(known.clone()))?
                .serve_at("/cable", Device(known.clone(), 1))?
                .serve_at("/wifi", Device(known.clone(), WIFI))?
                .serve_at("/wifi", Wireless(known.clone()))?
                .serve_at("/active", Active(known.clone()))?
                .serve_at("/profile", Profile(known.clone()))?;
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
            _network_manager: served.unwrap(),
        }
    }

    async fn hears(&self) -> Result<Vec<Network>, Trouble> {
        timeout(LIMIT, stations::networks(&self.bus)).await.unwrap()
    }

    async fn joins(&self, name: &str, password: Option<&str>) -> Result<(), No> {
        let (name, password) = (NetworkName::new(name), password.map(Password::new));
        let joined = join::join(&self.bus, &name, password.as_ref());
        let joined = timeout(LIMIT, joined).await.unwrap();
        joined.map_err(|trouble| trouble.why)
    }
}

#[tokio::test]
async fn networks_are_listed_once_each_and_the_strongest_first() {
    let computer = Computer::new().await;
    let heard = computer.hears().await.unwrap();
    let heard: Vec<_> = heard
        .iter()
        .map(|network| (network.name.to_string(), network.strength, network.security))
        .collect();
    let listed = [
        ("Old", 20, Security::Password),
        ("Thuis", 90, Security::Password),
        ("New", 80, Security::Password),
        ("Guests", 70, Security::Open),
        ("Office", 60, Security::Other),
    ];
    let listed = listed.map(|(name, strength, security)| (name.to_owned(), strength, security));
    assert_eq!(heard, listed, "and the one that it is on before all");
    assert_eq!(computer.known.with(|state| state.scans), 1);
}

#[tokio::test]
async fn a_network_is_joined_with_its_password() {
    let computer = Computer::new().await;
    assert_eq!(computer.joins("Thuis", Some(RIGHT)).await, Ok(()));
    let given = computer.known.with(|state| state.given.take()).unwrap();
    assert_eq!(password(&given).as_deref(), Some(RIGHT));
    let keys = text(&given, "802-11-wireless-security", "key-mgmt");
    assert_eq!(keys.as_deref(), Some("wpa-psk"), "old routers too");
    let name = given["802-11-wireless"]["ssid"].try_clone().unwrap();
    assert_eq!(
        Vec::<u8>::try_from(Value::from(name)),
        Ok(b"Thuis".to_vec())
    );

    assert_eq!(computer.joins("New", Some(RIGHT)).await, Ok(()));
    let given = computer.known.with(|state| state.given.take()).unwrap();
    let keys = text(&given, "802-11-wireless-security", "key-mgmt");
    assert_eq!(keys.as_deref(), Some("sae"), "WPA3 alone");

    assert_eq!(computer.joins("Guests", None).await, Ok(()));
    let given = computer.known.with(|state| state.given.take()).unwrap();
    assert_eq!(password(&given), None);
    assert_eq!(computer.known.with(|state| state.forgotten), 0);
}

#[tokio::test]
async fn what_does_not_work_is_said_and_forgotten() {
    let computer = Computer::new().await;
    let wrong = computer.joins("Thuis", Some("wrong password")).await;
    assert_eq!(wrong, Err(No::Password));
    assert_eq!(computer.known.with(|state| state.forgotten), 1);
    computer.known.with(|state| state.gives_no_address = true);
    assert_eq!(computer.joins("Guests", None).await, Err(No::NoAddress));
    assert_eq!(computer.known.with(|state| state.forgotten), 2);
}

#[tokio::test]
async fn what_cannot_work_is_not_tried() {
    let computer = Computer::new().await;
    assert_eq!(computer.joins("Thuis", None).await, Err(No::Password));
    assert_eq!(
        computer.joins("Office", Some(RIGHT)).await,
        Err(No::Unsupported)
    );
    assert_eq!(computer.joins("Elsewhere", None).await, Err(No::NotHeard));
    assert!(computer.known.with(|state| state.given.is_none()));
    computer.known.with(|state| state.forbids = true);
    let forbidden = computer.joins("Thuis", Some(RIGHT)).await;
    assert_eq!(forbidden, Err(No::Forbidden));
    computer.known.with(|state| state.is_off = true);
    assert_eq!(computer.joins("Guests", None).await, Err(No::Off));
    computer.known.with(|state| state.has_no_adapter = true);
    assert_eq!(computer.joins("Guests", None).await, Err(No::NoAdapter));
}

#[tokio::test]
async fn a_computer_without_network_manager_says_so() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let guid = Guid::generate();
    let theirs = Builder::unix_stream(theirs).server(guid).unwrap().p2p();
    let nobody = fdo::Error::ServiceUnknown("it was not provided by any .service files".into());
    let theirs = theirs
        .serve_at(
            "/org/freedesktop/NetworkManager",
            Nobody(nobody.to_string()),
        )
        .unwrap();
    let ours = Builder::unix_stream(ours).p2p().build();
    let (bus, _served) = tokio::join!(ours, theirs.build());
    let heard = timeout(LIMIT, stations::networks(&bus.unwrap())).await;
    assert_eq!(heard.unwrap().unwrap_err().why, No::NoNetworkManager);
}

/// What a bus says where nobody has the name.
struct Nobody(String);

#[interface(name = "org.freedesktop.NetworkManager")]
impl Nobody {
    fn get_devices(&self) -> fdo::Result<Vec<OwnedObjectPath>> {
        Err(fdo::Error::ServiceUnknown(self.0.clone()))
    }
}
