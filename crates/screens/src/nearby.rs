//! Devices nearby, as "Add a meter" lists them, and the radio that finds them.

mod around;
mod said;

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consent::DeviceId;
use serde::Serialize;
use specta::Type;
use wallet::{Central, NearDevice, Nearby, NearbyError};

use crate::app::App;
use crate::problem::Problem;
use around::Around;

/// How long is looked around at once; whoever wants to pair waits for the end of it.
const LOOK: Duration = Duration::from_secs(3);
/// Somebody was found: no longer than this, so that a list comes soon.
const SOON: Duration = Duration::from_secs(1);

/// Opens the Bluetooth of this computer or phone: the adapter of this name, or the only one there is.
pub type OpenRadio = Arc<dyn Fn(Option<String>) -> Opening + Send + Sync>;
/// What opens.
pub type Opening =
    Pin<Box<dyn Future<Output = Result<Arc<dyn Central>, NearbyError>> + Send + 'static>>;

/// A device that can be heard and that waits to be paired. Nothing of this is proven yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct NearbyDevice {
    /// How this computer's Bluetooth calls it.
    pub id: String,
    /// What it calls itself. A stranger's text.
    pub name: String,
    /// How near it is.
    pub nearness: Nearness,
}

/// How near a device is, as far as the strength of its signal tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Nearness {
    /// Within reach of an arm.
    Close,
    /// In the same room.
    Near,
    /// Further away.
    Far,
    /// This computer does not measure it.
    Unknown,
}

impl Nearness {
    /// A Pi's own antenna is heard at about -55 dBm from half a metre, and at -75 dBm through a room.
    fn of(signal: Option<i16>) -> Self {
        match signal {
            None => Self::Unknown,
            Some(signal) if signal >= -55 => Self::Close,
            Some(signal) if signal >= -75 => Self::Near,
            Some(_) => Self::Far,
        }
    }
}

impl From<&Nearby> for NearbyDevice {
    fn from(device: &Nearby) -> Self {
        Self {
            id: device.id.clone(),
            name: plain_text::one_line(&device.name, 40),
            nearness: Nearness::of(device.signal),
        }
    }
}

/// The radio, while it is used by one at a time, what it heard, and with whom it stands in conversation.
#[derive(Default)]
pub(crate) struct Radio {
    central: Option<Arc<dyn Central>>,
    around: Around,
    pub(crate) talk: Option<(DeviceId, NearDevice)>,
}

impl Radio {
    /// The radio; opened anew after anything was wrong with it.
    pub(crate) async fn open(
        &mut self,
        open: &OpenRadio,
        adapter: Option<String>,
    ) -> Result<Arc<dyn Central>, NearbyError> {
        if let Some(central) = &self.central {
            return Ok(central.clone());
        }
        let opened = match open(adapter).await {
            // The one that was chosen once is not plugged in any more.
            Err(NearbyError::NoSuchAdapter { .. }) => open(None).await,
            opened => opened,
        };
        let central = opened?;
        self.central = Some(central.clone());
        Ok(central)
    }

    pub(crate) fn let_go(&mut self) {
        *self = Self::default();
    }
}

impl App {
    /// Looks around for a few seconds: who waits to be paired, the nearest first.
    ///
    /// # Errors
    /// [`Problem`] of Bluetooth here; without it a meter is added over the network.
    pub async fn nearby(&self) -> Result<Vec<NearbyDevice>, Problem> {
        self.wallet()?;
        let mut radio = self.radio.lock().await;
        let central = radio.open(&self.options.radio, self.adapter()).await?;
        let began = Instant::now();
        let found = central.look(LOOK, &|_| began.elapsed() > SOON).await;
        match found {
            Ok(mut found) => {
                found.retain(|device| !device.is_for_its_owner());
                Ok(radio.around.with(found, Instant::now()))
            }
            Err(error) => {
                radio.let_go();
                Err(error.into())
            }
        }
    }

    /// Chooses one of several Bluetooth adapters, and remembers it.
    ///
    /// # Errors
    /// [`Problem`] if the settings cannot be written.
    pub async fn choose_adapter(&self, adapter: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        settings.window.adapter = Some(adapter.to_owned());
        wallet.keep_settings(&settings)?;
        self.radio.lock().await.let_go();
        Ok(())
    }

    pub(crate) fn adapter(&self) -> Option<String> {
        self.settings()?.window.adapter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_signal_is_nearer_and_none_is_no_guess() {
        let words = [Some(-40), Some(-55), Some(-60), Some(-76), None].map(Nearness::of);
        assert_eq!(
            words,
            [
                Nearness::Close,
                Nearness::Close,
                Nearness::Near,
                Nearness::Far,
                Nearness::Unknown
            ]
        );
    }

    #[test]
    fn a_name_that_was_made_to_mislead_stays_one_line() {
        let device = Nearby {
            id: "hci0/1".into(),
            name: "Meterkast\u{202e}\n0000".into(),
            serial: None,
            signal: None,
        };
        let shown = NearbyDevice::from(&device).name;
        assert!(!shown.contains(['\u{202e}', '\n']), "{shown:?}");
    }
}
