//! Wi-Fi without a radio: virtual adapters that hear each other, a router on one of them, and NetworkManager with all that a
//! Raspberry Pi OS has around it on the other.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::network::{Network, Place, must};
use crate::program::{Program, User, wait_for};

const PATIENCE: Duration = Duration::from_secs(60);
/// What pi-daemon's package brings, so that its user may have NetworkManager join networks.
const PERMISSION: &str = "/usr/share/polkit-1/rules.d/50-pi-daemon.rules";
/// Where NetworkManager keeps the networks that it knows.
const KNOWN: &str = "/etc/NetworkManager/system-connections";
/// A node in the network behind the router, as the Pi reaches it.
pub(crate) const NODE: &str = "http://10.42.0.1:14265";
/// The router's networks that have addresses, and the first three numbers of these.
const ADDRESSES: [(&str, &str); 2] = [("wlan1", "10.42.0"), ("wlan1_1", "10.43.0")];

pub(crate) const PASSWORD: &str = "correct horse battery";
/// WPA2 with a password, and addresses for everybody.
pub(crate) const HOME: &str = "Thuis";
/// The same in WPA3 alone.
pub(crate) const NEW: &str = "Thuis nieuw";
/// Open, and gives no addresses.
pub(crate) const GUESTS: &str = "Gasten";

/// One adapter with three networks.
const HOSTAPD: &str = "\
interface=wlan1
driver=nl80211
hw_mode=g
channel=6
ssid=Thuis
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=correct horse battery
bss=wlan1_1
ssid=Thuis nieuw
wpa=2
wpa_key_mgmt=SAE
rsn_pairwise=CCMP
ieee80211w=2
sae_password=correct horse battery
bss=wlan1_2
ssid=Gasten
";

/// Virtual adapters: `wlan0` is the Pi's, `wlan1` the router's.
async fn adapters() -> anyhow::Result<()> {
    let modules = fs::read_to_string("/etc/modules-wifi")?;
    for module in modules.lines() {
        let path = format!("/modules/{module}");
        must(User::Root.command("/bin/insmod", &[&path])).await?;
    }
    let there = || Path::new("/sys/class/net/wlan1").exists().then_some(());
    wait_for("virtual Wi-Fi adapters", PATIENCE, there).await
}

/// The router, and the network behind it.
pub(crate) struct Router {
    network: Network,
    _hostapd: Program,
    _addresses: Vec<Program>,
}

impl Router {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        adapters().await?;
        let network = Network::new().await?;
        network.takes("phy1").await?;
        fs::write("/run/hostapd.conf", HOSTAPD)?;
        let place = network.place();
        let hostapd = Program::start_in(place, User::Root, "hostapd", &["/run/hostapd.conf"])?;
        hostapd.says("AP-ENABLED", 1, PATIENCE).await?;
        let mut addresses = Vec::new();
        for (interface, numbers) in ADDRESSES {
            addresses.push(gives_addresses(&network, interface, numbers).await?);
        }
        Ok(Self {
            network,
            _hostapd: hostapd,
            _addresses: addresses,
        })
    }

    /// Behind it.
    pub(crate) fn place(&self) -> Place {
        self.network.place()
    }
}

async fn gives_addresses(
    network: &Network,
    interface: &str,
    numbers: &str,
) -> anyhow::Result<Program> {
    let own = format!("{numbers}.1/24");
    let arguments = ["addr", "add", &own, "dev", interface];
    network.root("ip", &arguments).await?;
    let leases = format!("/run/{interface}.leases");
    fs::write(&leases, "")?;
    let settings = format!(
        "start {numbers}.20\nend {numbers}.60\ninterface {interface}\nlease_file {leases}\n\
         pidfile /run/{interface}.pid\noption subnet 255.255.255.0\noption router {numbers}.1\n\
         option lease 3600\n"
    );
    let path = format!("/run/{interface}.conf");
    fs::write(&path, settings)?;
    Program::start_in(network.place(), User::Root, "/bin/udhcpd", &["-f", &path])
}

/// NetworkManager on the Pi, what it joins networks with, and what decides who may have it do so.
pub(crate) struct NetworkManager {
    _network_manager: Program,
    _wpa_supplicant: Program,
    _polkitd: Program,
}

impl NetworkManager {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let polkitd = Program::start(User::Root, "polkitd", &["--no-debug"])?;
        let arguments = ["-u", "-O", "DIR=/run/wpa_supplicant GROUP=netdev"];
        let wpa_supplicant = Program::start(User::Root, "wpa_supplicant", &arguments)?;
        // Where it cannot write to /sys, as in a container, it does not wait for udev to know its adapters. With --debug it
        // logs to where the story can read it.
        let start = "mount -o remount,bind,ro /sys && exec NetworkManager --debug";
        let command = User::Root.command("/bin/unshare", &["-m", "/bin/sh", "-c", start]);
        let network_manager = Program::start_as(command, "NetworkManager")?;
        network_manager
            .says("manager: startup complete", 1, PATIENCE)
            .await?;
        Ok(Self {
            _network_manager: network_manager,
            _wpa_supplicant: wpa_supplicant,
            _polkitd: polkitd,
        })
    }

    /// What NetworkManager keeps of networks of this name.
    pub(crate) fn known(&self, name: &str) -> anyhow::Result<usize> {
        let mut known = 0;
        for file in fs::read_dir(KNOWN)? {
            let kept = fs::read_to_string(file?.path())?;
            known += usize::from(kept.lines().any(|line| line == format!("ssid={name}")));
        }
        Ok(known)
    }

    /// As where pi-daemon was not installed by its package.
    pub(crate) fn forbid(&self) -> anyhow::Result<()> {
        fs::remove_file(PERMISSION).context("the package's rule is not there")
    }
}
