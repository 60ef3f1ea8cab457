//! How somebody shows that they are the owner, before a yes, before the words, before a meter is removed.

use crate::app::{App, blocking, keychain_at};
use crate::problem::Problem;

/// What somebody shows. Opening a locked wallet takes the passphrase in any case: the seed lies under it.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// The passphrase.
    Passphrase(&'a str),
    /// The phone has just recognised their finger or face.
    Recognised,
}

impl App {
    /// Whether this proves the owner of the open wallet.
    ///
    /// # Errors
    /// [`Problem::WrongPassphrase`]; [`Problem::RecognitionOff`] if the owner has not chosen it.
    pub async fn prove(&self, proof: Proof<'_>) -> Result<(), Problem> {
        let settings = self.known_settings()?.ok_or(Problem::NoWallet)?;
        let seed_file = self.wallet()?.seed_file();
        match proof {
            Proof::Passphrase(passphrase) => {
                let keychain = keychain_at(seed_file, &settings, passphrase);
                blocking(move || Ok(keychain.load()?)).await?;
                Ok(())
            }
            Proof::Recognised if settings.window.recognition => Ok(()),
            Proof::Recognised => Err(Problem::RecognitionOff),
        }
    }

    /// Whether the owner has chosen to be recognised by finger or face.
    pub fn recognition(&self) -> bool {
        self.settings()
            .is_some_and(|settings| settings.window.recognition)
    }

    /// Chooses to be recognised by finger or face, after the passphrase, or not any more.
    ///
    /// # Errors
    /// [`Problem::WrongPassphrase`].
    pub async fn choose_recognition(&self, passphrase: Option<&str>) -> Result<(), Problem> {
        if let Some(passphrase) = passphrase {
            self.prove(Proof::Passphrase(passphrase)).await?;
        }
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        settings.window.recognition = passphrase.is_some();
        wallet.keep_settings(&settings)?;
        Ok(())
    }
}
