//! Adding a meter, in steps.

use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::PairStep;

use crate::app::App;
use crate::problem::Problem;

/// How far adding a meter has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PairProgress {
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

impl App {
    /// Adds the meter of this code; gives its identifier.
    ///
    /// # Errors
    /// [`Problem`] with what the Pi said, or what is wrong with the code.
    pub async fn pair(
        &self,
        code: &str,
        name: Option<String>,
        progress: impl Fn(PairProgress) + Send + Sync,
    ) -> Result<String, Problem> {
        let code = code.trim().parse().map_err(|error| Problem::from(&error))?;
        let name = name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        let wallet = self.wallet()?;
        let paired = wallet
            .pair(&code, name, |step| progress(step.into()))
            .await?;
        Ok(paired.device.to_string())
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
    /// [`Problem::WrongPassphrase`] if this is not the passphrase.
    pub async fn remove_meter(&self, meter: &str, passphrase: &str) -> Result<(), Problem> {
        self.prove(passphrase).await?;
        let wallet = self.wallet()?;
        let device = wallet.find_device(Some(meter))?;
        wallet.remove_device(device).await?;
        Ok(())
    }
}
