//! The calls themselves, against a NetworkManager that is played; `cargo xtask test-ble` makes them to a real one.

mod played;

use std::time::Duration;

use ::pairing::near::{Network, NetworkName, No, Password, Security};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::zvariant::OwnedObjectPath;
use zbus::{Guid, fdo, interface};

use self::played::{Computer, Profile, RIGHT, State, keys, password};
use super::network_manager::is_permitted;
use super::{Trouble, join, stations};

const LIMIT: Duration = Duration::from_secs(30);

impl Computer {
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
async fn who_looked_around_a_moment_ago_does_not_look_again() {
    let computer = Computer::new().await;
    let just_now = stations::since_start().unwrap();
    computer.known.with(|state| state.scans = just_now);
    assert_eq!(computer.hears().await.unwrap().len(), 5);
    assert_eq!(computer.known.with(|state| state.scans), just_now);
}

#[tokio::test]
async fn a_network_is_joined_with_its_password() {
    let computer = Computer::new().await;
    assert_eq!(computer.joins("Thuis", Some(RIGHT)).await, Ok(()));
    let given = computer.keeps("Thuis").remove(0);
    assert_eq!(password(&given).as_deref(), Some(RIGHT));
    assert_eq!(keys(&given).as_deref(), Some("wpa-psk"), "old routers too");

    assert_eq!(computer.joins("New", Some(RIGHT)).await, Ok(()));
    let given = computer.keeps("New").remove(0);
    assert_eq!(keys(&given).as_deref(), Some("sae"), "WPA3 alone");

    assert_eq!(computer.joins("Guests", None).await, Ok(()));
    let given = computer.keeps("Guests").remove(0);
    assert_eq!(password(&given), None);
}

#[tokio::test]
async fn a_network_that_is_joined_again_is_kept_once() {
    let computer = Computer::new().await;
    for _ in 0..3 {
        assert_eq!(computer.joins("Thuis", Some(RIGHT)).await, Ok(()));
    }
    assert_eq!(computer.joins("Guests", None).await, Ok(()));
    assert_eq!(computer.keeps("Thuis").len(), 1);
    assert_eq!(computer.keeps("Guests").len(), 1);

    // Somebody's own, with an address of their choice.
    let mut own = computer.keeps("Thuis").remove(0);
    own.remove("user");
    let server = computer.network_manager.object_server();
    let profile = Profile(computer.known.clone());
    server.at("/profile/own", profile).await.unwrap();
    let own = |state: &mut State| state.kept.insert("/profile/own".into(), own);
    computer.known.with(own);
    assert_eq!(computer.joins("Thuis", Some(RIGHT)).await, Ok(()));
    assert_eq!(computer.keeps("Thuis").len(), 2);
    let kept = |state: &mut State| state.kept.contains_key("/profile/own");
    assert!(computer.known.with(kept));
}

#[tokio::test]
async fn what_does_not_work_is_said_and_forgotten() {
    let computer = Computer::new().await;
    assert_eq!(computer.joins("Thuis", Some(RIGHT)).await, Ok(()));
    let wrong = computer.joins("Thuis", Some("wrong password")).await;
    assert_eq!(wrong, Err(No::Password));
    let wrong = computer.joins("New", Some("wrong password")).await;
    assert_eq!(wrong, Err(No::Password));
    assert!(computer.keeps("New").is_empty());
    let kept = computer.keeps("Thuis");
    assert_eq!(kept.len(), 1);
    assert_eq!(password(&kept[0]).as_deref(), Some(RIGHT), "what worked");
    computer.known.with(|state| state.gives_no_address = true);
    assert_eq!(computer.joins("Guests", None).await, Err(No::NoAddress));
    assert!(computer.keeps("Guests").is_empty());
}

#[tokio::test]
async fn a_missing_permission_is_known_before_it_is_needed() {
    let computer = Computer::new().await;
    assert_eq!(is_permitted(&computer.bus).await, Ok(true));
    computer.known.with(|state| state.forbids = true);
    assert_eq!(is_permitted(&computer.bus).await, Ok(false));
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
    assert_eq!(computer.known.with(|state| state.joined), 0);
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
