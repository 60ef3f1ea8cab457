//! Adding a meter, in steps.

use pairing::PairingCode;
use serde::Serialize;
use specta::Type;
use wallet::{Central, NearbyStep, PairStep};

use crate::app::App;
use crate::problem::Problem;
use crate::proof::Proof;

/// How far adding a meter has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum PairProgress {
    /// The Pi is looked for nearby.
    Looking,
    /// It was found, and is being connected to.
    Found {
        /// What it calls itself. A stranger's text.
        name: String,
    },
    /// It does not work by Bluetooth; it goes on over the network.
    OverTheNetwork {
        /// Why not by Bluetooth.
        why: Problem,
    },
    /// The Pi was called and has not answered yet.
    Calling,
    /// The Pi has shown who it is.
    Recognised,
    /// The Pi has taken this wallet as its owner.
    Accepted,
    /// It is written down, and the Pi knows.
    Added,
}

impl From<PairStep> for PairProgress {
    fn from(step: PairStep) -> Self {
        match step {
            PairStep::Calling => Self::Calling,
            PairStep::Recognised => Self::Recognised,
            PairStep::Accepted => Self::Accepted,
            PairStep::Added => Self::Added,
        }
    }
}

impl From<NearbyStep> for PairProgress {
    fn from(step: NearbyStep) -> Self {
        match step {
            NearbyStep::Looking => Self::Looking,
            NearbyStep::Found(device) => Self::Found {
                name: plain_text::one_line(&device.name, 40),
            },
            NearbyStep::Pairing(step) => step.into(),
            NearbyStep::OverTheTangle(why) => Self::OverTheNetwork { why: why.into() },
        }
    }
}

/// A meter that was added.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct AddedMeter {
    /// Which.
    pub id: String,
    /// Why its Pi does not reach its node yet, in English, if it said so.
    pub no_node: Option<String>,
}

impl App {
    /// Adds the meter of this code, by Bluetooth if it is nearby and over the Tangle if not. `at` says which of
    /// several nearby a typed code belongs to; a scanned one says so itself.
    ///
    /// # Errors
    /// [`Problem`] with what the Pi said, what is wrong with the code, or [`Problem::GivenUp`].
    pub async fn pair(
        &self,
        code: &str,
        at: Option<String>,
        name: Option<String>,
        progress: impl Fn(PairProgress) + Send + Sync,
        given_up: impl Future<Output = ()> + Send,
    ) -> Result<AddedMeter, Problem> {
        let code: PairingCode = code.trim().parse().map_err(|error| Problem::from(&error))?;
        let at = at.filter(|_| code.serial().is_none());
        let name = name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        let wallet = self.wallet()?;
        progress(PairProgress::Looking);
        let mut radio = self.radio.lock().await;
        let opened = radio.open(&self.options.radio, self.adapter()).await;
        let central = match &opened {
            Ok(central) => Ok(central.as_ref() as &dyn Central),
            Err(error) => Err(error.clone()),
        };
        let said = |step: NearbyStep| progress(step.into());
        let pairing = wallet.pair_nearby(central, &code, at.as_deref(), name, said, given_up);
        let paired = pairing.await?;
        radio.let_go();
        Ok(AddedMeter {
            id: paired.device.to_string(),
            no_node: paired.no_node,
        })
    }

    /// Gives a meter another name.
    ///
    /// # Errors
    /// [`Problem::NotFound`].
    pub async fn rename_meter(&self, meter: &str, name: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let device = wallet.find_device(Some(meter))?;
        wallet.rename_device(device, name.trim().to_owned()).await?;
        Ok(())
    }

    /// Removes a meter: everything shared from it ends, and the Pi erases itself.
    ///
    /// # Errors
    /// As [`App::prove`].
    pub async fn remove_meter(&self, meter: &str, proof: Proof<'_>) -> Result<(), Problem> {
        self.prove(proof).await?;
        let wallet = self.wallet()?;
        let device = wallet.find_device(Some(meter))?;
        wallet.remove_device(device).await?;
        Ok(())
    }
}
