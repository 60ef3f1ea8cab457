//! What the screens may ask for. Each command is one call.

pub(crate) mod activity;
pub(crate) mod home;
pub(crate) mod requests;
pub(crate) mod settings;
pub(crate) mod sharing;
pub(crate) mod start;

use std::sync::Arc;

use screens::{App, Problem};

/// The app behind the screens.
pub(crate) type Wallet<'a> = tauri::State<'a, Arc<App>>;
/// What a command answers.
pub(crate) type Answered<T> = Result<T, Problem>;
