//! The Wi-Fi of this computer, for an owner who stands beside it: what can be heard, and joining one.
//!
//! NetworkManager does it, over D-Bus: a password goes from here to there and nowhere else, and NetworkManager keeps
//! it as it keeps all of them. The package lets the daemon's user do this one thing (a polkit rule); where there is no
//! NetworkManager, or no permission, a sentence says so.

#[cfg(target_os = "linux")]
mod join;
#[cfg(target_os = "linux")]
mod network_manager;
#[cfg(target_os = "linux")]
mod stations;
#[cfg(all(test, target_os = "linux"))]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;

use ::pairing::near::{Network, NetworkName, No, Password, Response};

/// Why something was not done, and what the system said about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    why: No,
    detail: Option<String>,
}

impl From<No> for Trouble {
    fn from(why: No) -> Self {
        Self { why, detail: None }
    }
}

impl From<Trouble> for Response {
    fn from(trouble: Trouble) -> Self {
        tracing::warn!("Wi-Fi: {}", trouble.why);
        Self::No {
            why: trouble.why,
            detail: trouble.detail,
        }
    }
}

/// The networks that can be heard, the strongest first.
#[cfg(target_os = "linux")]
pub(crate) async fn networks() -> Result<Vec<Network>, Trouble> {
    stations::networks(&network_manager::bus().await?).await
}

/// Joins a network, and is on it when this returns. What was joined before is tried again if it does not work.
#[cfg(target_os = "linux")]
pub(crate) async fn join(name: &NetworkName, password: Option<&Password>) -> Result<(), Trouble> {
    join::join(&network_manager::bus().await?, name, password).await
}

/// What keeps an owner nearby from choosing this computer's Wi-Fi, in a sentence; nothing where there is no Wi-Fi adapter.
#[cfg(target_os = "linux")]
pub(crate) async fn what_is_missing() -> Option<String> {
    let adapters = std::fs::read_dir("/sys/class/net").into_iter().flatten();
    if !adapters
        .flatten()
        .any(|adapter| adapter.path().join("phy80211").exists())
    {
        return None;
    }
    let trouble = match may_join().await {
        Ok(true) => return None,
        Ok(false) => No::Forbidden,
        Err(trouble) => trouble.why,
    };
    let sentence = match trouble {
        No::NoNetworkManager => {
            "NetworkManager does not run here, so that `my-home wifi` cannot choose this computer's Wi-Fi; set it up as its system describes"
        }
        No::Off => {
            "Wi-Fi is switched off. Switch it on with: nmcli radio wifi on. A new Raspberry Pi has it off until its country is set, with: raspi-config nonint do_wifi_country NL"
        }
        No::Forbidden => {
            "NetworkManager does not let this user join Wi-Fi networks. The Debian package of pi-daemon brings the permission, for the user pi-daemon (/usr/share/polkit-1/rules.d/50-pi-daemon.rules)"
        }
        other => return Some(format!("Wi-Fi: {other}")),
    };
    Some(sentence.to_owned())
}

#[cfg(target_os = "linux")]
async fn may_join() -> Result<bool, Trouble> {
    let bus = network_manager::bus().await?;
    network_manager::adapter(&bus).await?;
    network_manager::is_permitted(&bus).await
}

/// Elsewhere nothing is asked of NetworkManager.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn what_is_missing() -> Option<String> {
    None
}

/// Elsewhere there is no NetworkManager.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn networks() -> Result<Vec<Network>, Trouble> {
    Err(No::NoNetworkManager.into())
}

/// Elsewhere there is no NetworkManager.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn join(_: &NetworkName, _: Option<&Password>) -> Result<(), Trouble> {
    Err(No::NoNetworkManager.into())
}
