//! Whoever is there shows that they are the owner.

use screens::Proof;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;

use super::{Answered, Wallet};
use crate::phone;

/// What comes with a command that only the owner may give.
#[derive(Deserialize, Type)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub(crate) enum Shown {
    /// The passphrase.
    Passphrase {
        /// As it was typed.
        passphrase: String,
    },
    /// The phone is to recognise its owner now.
    Recognition {
        /// What for, in the person's language.
        why: String,
        /// The word for giving up.
        cancel: String,
    },
}

impl Shown {
    /// What it proves, once the phone has recognised its owner.
    pub(crate) async fn proof(&self, window: AppHandle) -> Answered<Proof<'_>> {
        match self {
            Self::Passphrase { passphrase } => Ok(Proof::Passphrase(passphrase)),
            Self::Recognition { why, cancel } => {
                let (why, cancel) = (why.clone(), cancel.clone());
                let asked = move || phone::recognise(&window, why, cancel);
                let done = tauri::async_runtime::spawn_blocking(asked).await;
                done.map_err(|error| screens::Problem::Fault {
                    why: error.to_string(),
                })??;
                Ok(Proof::Recognised)
            }
        }
    }
}

/// Being recognised by finger or face.
#[derive(Clone, Copy, Serialize, Type)]
pub(crate) struct Recognition {
    /// There is something that recognises, and it knows somebody.
    here: bool,
    /// The owner has chosen it.
    on: bool,
}

/// Asks the phone, which blocks.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn recognition(window: AppHandle, app: Wallet<'_>) -> Recognition {
    Recognition {
        here: phone::recognises(&window),
        on: app.recognition(),
    }
}

/// With the passphrase it is chosen, without it is not any more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_recognition(
    app: Wallet<'_>,
    passphrase: Option<String>,
) -> Answered<()> {
    app.choose_recognition(passphrase.as_deref()).await
}
