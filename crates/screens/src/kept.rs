//! Answers that wait for the node: what they say, and taking one back.

use serde::Serialize;
use specta::Type;
use wallet::Wallet;

use crate::app::App;
use crate::problem::Problem;
use crate::terms::seconds;

/// An answer that was given and is kept until the node answers: until then nothing is shared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct KeptAnswer {
    /// The request that it answers.
    pub consent: String,
    /// Who asked. A stranger's text.
    pub service: String,
    /// Whether it is a yes.
    pub yes: bool,
    /// When it was given.
    pub at: u32,
    /// Whether it can still be taken back: nothing of it has left this device.
    pub may_take_back: bool,
}

/// How far an answer has come when the button is let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is out.
    Out,
    /// It is kept until the node answers.
    Kept,
}

impl App {
    /// Takes back an answer that has not gone out: the request waits again.
    ///
    /// # Errors
    /// [`Problem::AnswerOut`] if it has, or may be on its way.
    pub async fn take_back(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let consent = wallet.find_consent(consent)?;
        wallet.take_back_answer(consent).await?;
        Ok(())
    }
}

impl Said {
    pub(crate) fn about(wallet: &Wallet, consent: consent::ConsentId) -> Result<Self, Problem> {
        Ok(match wallet.kept_answer(consent)? {
            Some(_) => Self::Kept,
            None => Self::Out,
        })
    }
}

impl From<wallet::KeptAnswer> for KeptAnswer {
    fn from(kept: wallet::KeptAnswer) -> Self {
        Self {
            consent: kept.consent.to_string(),
            service: kept.service,
            yes: kept.yes,
            at: seconds(kept.at),
            may_take_back: kept.may_take_back,
        }
    }
}
