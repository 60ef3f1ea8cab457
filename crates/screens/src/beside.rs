//! A Pi that its owner stands beside: its Wi-Fi and its node, over Bluetooth and without a network.

mod said;

use consent::DeviceId;
use pairing::near::{Network, NetworkName, Password, Security};
use serde::Serialize;
use specta::Type;
use tokio::sync::MutexGuard;
use wallet::{NearDevice, NodeInUse, WalletError};

use crate::app::App;
use crate::nearby::Radio;
use crate::problem::Problem;

pub use said::PiNo;

/// A Wi-Fi network that the Pi hears.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct WifiNetwork {
    /// The bytes of its name, to choose it by: they need not be text.
    pub id: Vec<u8>,
    /// What it is called. A stranger's text.
    pub name: String,
    /// How strong it is where the Pi is, 0 to 100.
    pub strength: u8,
    /// What it takes to join it.
    pub takes: WifiTakes,
    /// The Pi is on it.
    pub joined: bool,
}

/// What it takes to join a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum WifiTakes {
    /// Nothing.
    Nothing,
    /// A password.
    Password,
    /// More than can be set up here.
    More,
}

/// The node that a Pi uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PiNode {
    /// Its address, or those of several with commas between.
    pub address: String,
    /// Why the Pi cannot reach it, in English; absent if it can.
    pub trouble: Option<String>,
    /// The node of this wallet, if the Pi could use it too.
    pub ours: Option<String>,
}

impl App {
    /// Calls a meter's Pi, if it was not called yet, and asks for the node that it uses. It listens for two minutes after it was
    /// switched on, after `pi-daemon near`, and after it was added while it reaches no node.
    ///
    /// # Errors
    /// [`Problem::PiNotBeside`], [`Problem`] of Bluetooth here, or [`Problem::PiRefuses`] with what the Pi says.
    pub async fn pi_node(&self, meter: &str) -> Result<PiNode, Problem> {
        self.unless_left(async {
            let mut talk = self.beside(meter).await?;
            let node = talk.device.node().await;
            let node = talk.end(node)?;
            Ok(self.shown(node))
        })
        .await
    }

    /// Has the Pi use another node from now on, also one that it cannot reach yet.
    ///
    /// # Errors
    /// As [`App::pi_node`].
    pub async fn use_node(&self, meter: &str, address: &str) -> Result<PiNode, Problem> {
        self.unless_left(async {
            let mut talk = self.beside(meter).await?;
            let node = talk.device.use_node(address.trim().to_owned()).await;
            let node = talk.end(node)?;
            Ok(self.shown(node))
        })
        .await
    }

    /// The networks that the Pi hears, the strongest first.
    ///
    /// # Errors
    /// As [`App::pi_node`].
    pub async fn pi_wifi(&self, meter: &str) -> Result<Vec<WifiNetwork>, Problem> {
        self.unless_left(async {
            let mut talk = self.beside(meter).await?;
            let heard = talk.device.wifi().await;
            let mut heard = talk.end(heard)?;
            heard.sort_by_key(|network| std::cmp::Reverse(network.strength));
            Ok(heard.iter().map(WifiNetwork::from).collect())
        })
        .await
    }

    /// Has the Pi join a network, and stay with it. When this returns it is on it.
    ///
    /// # Errors
    /// As [`App::pi_node`].
    pub async fn join_wifi(
        &self,
        meter: &str,
        network: Vec<u8>,
        password: Option<String>,
    ) -> Result<(), Problem> {
        let (name, password) = (NetworkName::new(network), password.map(Password::new));
        self.unless_left(async {
            let mut talk = self.beside(meter).await?;
            let joined = talk.device.join(name, password).await;
            talk.end(joined)
        })
        .await
    }

    /// Ends what is said with a Pi, also what is waited for.
    pub async fn leave_pi(&self) {
        self.leaving.notify_waiters();
        self.radio.lock().await.talk = None;
    }

    async fn unless_left<T>(
        &self,
        said: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        tokio::select! {
            said = said => said,
            () = self.leaving.notified() => Err(Problem::GivenUp),
        }
    }

    async fn beside(&self, meter: &str) -> Result<Talk<'_>, Problem> {
        let wallet = self.wallet()?;
        let id = wallet.find_device(Some(meter))?;
        let mut radio = self.radio.lock().await;
        let kept = radio.talk.take().filter(|(with, _)| *with == id);
        let device = match kept {
            Some((_, device)) => device,
            None => {
                let central = radio.open(&self.options.radio, self.adapter()).await?;
                let called = wallet.call_nearby(central.as_ref(), id).await;
                called.inspect_err(|_| radio.let_go())?
            }
        };
        Ok(Talk { radio, id, device })
    }

    fn shown(&self, node: NodeInUse) -> PiNode {
        let settings = self.settings().and_then(|settings| settings.tangle);
        let ours = self.options.node.clone().or(settings);
        PiNode {
            ours: ours.filter(|ours| *ours != node.address && !is_of_this_computer(ours)),
            address: node.address,
            trouble: node.trouble,
        }
    }
}

/// A conversation with a Pi while something is asked in it; whoever drops it before the answer ends it.
struct Talk<'a> {
    radio: MutexGuard<'a, Radio>,
    id: DeviceId,
    device: NearDevice,
}

impl Talk<'_> {
    /// What was answered. The conversation goes on if the Pi was heard, also if it refused.
    fn end<T>(mut self, answer: Result<T, WalletError>) -> Result<T, Problem> {
        match &answer {
            Ok(_) | Err(WalletError::Near { .. }) => {
                self.radio.talk = Some((self.id, self.device));
            }
            Err(_) => self.radio.let_go(),
        }
        Ok(answer?)
    }
}

impl From<&Network> for WifiNetwork {
    fn from(network: &Network) -> Self {
        Self {
            id: network.name.as_bytes().to_vec(),
            name: network.name.to_string(),
            strength: network.strength.min(100),
            takes: match network.security {
                Security::Open => WifiTakes::Nothing,
                Security::Password => WifiTakes::Password,
                Security::Other => WifiTakes::More,
            },
            joined: network.joined,
        }
    }
}

/// An address that means another computer to the Pi than to this one.
fn is_of_this_computer(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    ["localhost", "127.", "[::1]"]
        .iter()
        .any(|own| host.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_computer_is_not_offered_to_another() {
        for own in [
            "http://localhost:14265",
            "http://127.0.0.1:14265",
            "http://[::1]/",
        ] {
            assert!(is_of_this_computer(own), "{own}");
        }
        for other in ["http://10.0.0.2:14265", "https://node.example.org"] {
            assert!(!is_of_this_computer(other), "{other}");
        }
    }

    #[test]
    fn a_name_that_is_no_text_can_be_chosen() {
        let network = Network {
            name: NetworkName::new([0xff, b'a']),
            strength: 250,
            security: Security::Other,
            joined: false,
        };
        let shown = WifiNetwork::from(&network);
        assert_eq!(NetworkName::new(shown.id), network.name);
        assert_eq!((shown.strength, shown.takes), (100, WifiTakes::More));
    }
}
