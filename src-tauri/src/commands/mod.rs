//! What the screens may ask for. Each command is one call.

pub(crate) mod activity;
pub(crate) mod beside;
pub(crate) mod home;
pub(crate) mod notices;
pub(crate) mod pairing;
pub(crate) mod proof;
pub(crate) mod requests;
pub(crate) mod settings;
pub(crate) mod sharing;
pub(crate) mod start;

use std::path::PathBuf;
use std::sync::Arc;

use screens::{App, Problem};
use tauri::{AppHandle, Manager};

/// The app behind the screens.
pub(crate) type Wallet<'a> = tauri::State<'a, Arc<App>>;
/// What a command answers.
pub(crate) type Answered<T> = Result<T, Problem>;

/// Where a person's documents are.
fn documents(window: &AppHandle) -> Answered<PathBuf> {
    let paths = window.path();
    let documents = paths.document_dir().or_else(|_| paths.home_dir());
    documents.map_err(|error| Problem::Export {
        why: error.to_string(),
    })
}
