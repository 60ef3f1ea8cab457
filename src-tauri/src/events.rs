//! What the window is told without asking.

use screens::{PairProgress, RestoreProgress};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// Something that a screen shows has changed: ask again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct Changed;

/// The wallet has locked itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct Locked;

/// A link was opened: take it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct LinkArrived;

/// Adding a meter has come this far.
#[derive(Clone, Debug, Serialize, Type, Event)]
pub(crate) struct Pairing(pub(crate) PairProgress);

/// Restoring has come this far.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct Restoring(pub(crate) RestoreProgress);
