//! A device that its owner stands beside: its Wi-Fi, its node, and what its meter says, over Bluetooth and without a network
//! (`docs/protocol.md` section 5.6).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consent::{ControlMessage, DeviceId, FirstSecrets};
use pairing::PairingError;
use pairing::bluetooth::Info;
use pairing::near::{
    NearCall, NearKey, NearTalk, Network, NetworkName, No, Password, Request, Response,
};
use readings::{Batch, Kind, Reading};

use crate::error::WalletError;
use crate::letters::{self, context};
use crate::nearby::{Central, NearbyError, Talk};
use crate::wallet::Wallet;

/// How long a device is looked for.
const LOOK: Duration = Duration::from_secs(20);
/// How long a device may take to find out about networks, or to try a node.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it may take to join a network, with looking around before it.
const JOINING: Duration = Duration::from_secs(100);

/// A conversation with one's own device nearby; dropping it ends the connection.
pub struct NearDevice {
    talk: Talk,
    near: NearTalk,
}

/// The node that a device uses.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct NodeInUse {
    /// Its address.
    pub address: String,
    /// Why the device cannot reach it, in English; `None` if it can.
    pub trouble: Option<String>,
}

impl Wallet {
    /// Calls one's own device over Bluetooth. It listens for two minutes after it was switched on, and after `pi-daemon near`.
    ///
    /// # Errors
    /// [`WalletError::UnknownDevice`]; [`WalletError::Nearby`].
    pub async fn call_nearby(
        &self,
        central: &dyn Central,
        device: DeviceId,
    ) -> Result<NearDevice, WalletError> {
        let key = self.near_key(device)?;
        let mut talk = find(central, &key).await?;
        let near = talk_near(&mut talk, &key).await?;
        Ok(NearDevice { talk, near })
    }

    fn near_key(&self, device: DeviceId) -> Result<NearKey, WalletError> {
        let inner = self.inner();
        let known = inner.view.device(device);
        let known = known.filter(|known| known.removed_at.is_none());
        let known = known.ok_or_else(|| WalletError::UnknownDevice(device.to_string()))?;
        let FirstSecrets { control, status } = &known.first;
        Ok(NearKey::new(control.expose(), status.expose()))
    }

    /// DEVICE_ADDED as blocks, for a device that cannot read it on the Tangle.
    pub(crate) fn added_by_hand(&self, device: DeviceId) -> Result<Vec<Vec<u8>>, WalletError> {
        let inner = self.inner();
        let unknown = || WalletError::UnknownDevice(device.to_string());
        let known = inner.view.device(device).ok_or_else(unknown)?;
        let message = ControlMessage::DeviceAdded {
            at: self.now(),
            network: inner.view.network().unwrap_or_default().to_owned(),
            owner_lanes: known.owner_lanes.clone(),
        };
        let key = channel::Chain::new(*known.first.control.expose()).current();
        let signer = self.keys.device_signer(known.key_index);
        let sealed = letters::seal(&key, 0, &signer, context::CONTROL, &message.to_bytes())?;
        Ok(sealed.blocks.iter().map(|block| block.to_vec()).collect())
    }
}

impl NearDevice {
    /// The Wi-Fi networks that the device hears, the strongest first.
    ///
    /// # Errors
    /// [`WalletError::Near`] with what the device says; [`WalletError::Nearby`].
    pub async fn wifi(&mut self) -> Result<Vec<Network>, WalletError> {
        match self.ask(&Request::Wifi, ANSWER).await? {
            Response::Wifi { networks } => Ok(networks),
            other => Err(no(other)),
        }
    }

    /// Has the device join a network. When this returns it is on it.
    ///
    /// # Errors
    /// As [`NearDevice::wifi`].
    pub async fn join(
        &mut self,
        name: NetworkName,
        password: Option<Password>,
    ) -> Result<(), WalletError> {
        match self.ask(&Request::Join { name, password }, JOINING).await? {
            Response::Joined => Ok(()),
            other => Err(no(other)),
        }
    }

    /// The node that the device uses.
    ///
    /// # Errors
    /// As [`NearDevice::wifi`].
    pub async fn node(&mut self) -> Result<NodeInUse, WalletError> {
        self.ask_about_node(&Request::Node).await
    }

    /// Has the device use another node from now on, also if it cannot reach it yet.
    ///
    /// # Errors
    /// As [`NearDevice::wifi`].
    pub async fn use_node(&mut self, address: String) -> Result<NodeInUse, WalletError> {
        self.ask_about_node(&Request::UseNode { address }).await
    }

    async fn ask_about_node(&mut self, request: &Request) -> Result<NodeInUse, WalletError> {
        match self.ask(request, ANSWER).await? {
            Response::Node { address, trouble } => Ok(NodeInUse { address, trouble }),
            other => Err(no(other)),
        }
    }

    /// What the meter says at this moment.
    ///
    /// # Errors
    /// As [`NearDevice::wifi`].
    pub async fn meter(&mut self) -> Result<Reading, WalletError> {
        match self.ask(&Request::Meter, ANSWER).await? {
            Response::Meter { bodies } => {
                let bodies = bodies.iter().map(|body| body.as_slice());
                whole(bodies).ok_or(WalletError::Near {
                    why: No::NoReading,
                    detail: None,
                })
            }
            other => Err(no(other)),
        }
    }

    pub(crate) async fn hand_over(&mut self, blocks: Vec<Vec<u8>>) -> Result<(), WalletError> {
        let blocks = blocks.into_iter().map(Into::into).collect();
        match self.ask(&Request::HandOver { blocks }, ANSWER).await? {
            Response::Taken => Ok(()),
            other => Err(no(other)),
        }
    }

    async fn ask(&mut self, request: &Request, within: Duration) -> Result<Response, WalletError> {
        let asked = self.near.ask(request)?;
        let near = &mut self.near;
        let accept = |message: &[u8]| near.response(message);
        let answered = self.talk.exchange_within(&asked, within, accept).await?;
        answered.ok_or_else(|| NearbyError::Mute.into())
    }
}

/// The handshake, on a connection that stands.
async fn talk_near(talk: &mut Talk, key: &NearKey) -> Result<NearTalk, WalletError> {
    let call = NearCall::start(key, &mut crate::random())?;
    let accept = |message: &[u8]| -> Result<NearTalk, PairingError> { call.taken(message) };
    let taken = talk.exchange_within(call.message(), ANSWER, accept).await?;
    taken.ok_or_else(|| NearbyError::Mute.into())
}

/// Goes on with the device that has just been paired, on the same connection.
pub(crate) async fn go_on(mut talk: Talk, key: &NearKey) -> Result<NearDevice, WalletError> {
    let near = talk_near(&mut talk, key).await?;
    Ok(NearDevice { talk, near })
}

/// Whoever shows a hint that only this device can make. Others may be nearby, and are left alone.
async fn find(central: &dyn Central, key: &NearKey) -> Result<Talk, WalletError> {
    let began = Instant::now();
    let mut seen = BTreeSet::new();
    let mut trouble = NearbyError::NotCalled;
    while let Some(left) = LOOK.checked_sub(began.elapsed()) {
        let is_new = |id: &str| !seen.contains(id);
        let found = central.look(left, &|device| is_new(&device.id)).await?;
        for device in found {
            if !seen.insert(device.id.clone()) {
                continue;
            }
            match recognise(central, &device, key).await {
                Ok(Some(talk)) => return Ok(talk),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!("{}: {error}", device.name);
                    trouble = error;
                }
            }
        }
    }
    Err(trouble.into())
}

async fn recognise(
    central: &dyn Central,
    device: &crate::nearby::Nearby,
    key: &NearKey,
) -> Result<Option<Talk>, NearbyError> {
    let mut talk = Talk::over(central.connect(device).await?);
    let Info { hint, .. } = talk.info().await?;
    let ours = hint.is_some_and(|hint| key.recognises(hint));
    Ok(ours.then_some(talk))
}

/// One reading of the parts that each kind of lane carries.
fn whole<'a>(bodies: impl Iterator<Item = &'a [u8]>) -> Option<Reading> {
    let mut whole: Option<Reading> = None;
    for body in bodies {
        let Ok((kind, Batch::Readings(rows))) = readings::codec::decode(body) else {
            continue;
        };
        let Some(row) = rows.into_iter().next() else {
            continue;
        };
        let reading = whole.get_or_insert_with(|| Reading {
            at: row.at,
            meter_time: row.meter_time,
            ..Reading::default()
        });
        match kind {
            Kind::Electricity => reading.electricity = row.electricity,
            Kind::Phases => reading.phases = row.phases,
            Kind::GasWaterHeat => reading.gas_water_heat = row.gas_water_heat,
        }
    }
    whole
}

fn no(response: Response) -> WalletError {
    match response {
        Response::No { why, detail } => WalletError::Near { why, detail },
        _ => WalletError::Near {
            why: No::Unknown,
            detail: None,
        },
    }
}
