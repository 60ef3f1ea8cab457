//! Adding a meter: who is nearby, the code in a picture or on a tag, and the pairing itself.

use screens::{AddedMeter, NearbyDevice};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, State};
use tauri_specta::Event;
use tokio::sync::Notify;

use super::{Answered, Wallet};
use crate::events::Pairing;
use crate::phone;

/// The attempt to add a meter that is under way, to be given up.
#[derive(Default)]
pub(crate) struct Attempt(Notify);

/// How a code gets here without typing it.
#[derive(Clone, Copy, Serialize, Type)]
pub(crate) struct Ways {
    /// A camera that scans, as phones have; otherwise a picture is taken from a file.
    camera: bool,
    /// Something that reads tags.
    tag: bool,
}

/// One thing that a tag says, as the phone read it.
#[derive(Deserialize, Type)]
pub(crate) struct TagRecord {
    kind: Vec<u8>,
    payload: Vec<u8>,
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn ways(window: AppHandle) -> Ways {
    Ways {
        camera: cfg!(mobile),
        tag: phone::reads_tags(&window),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn nearby(app: Wallet<'_>) -> Answered<Vec<NearbyDevice>> {
    app.nearby().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_adapter(app: Wallet<'_>, adapter: String) -> Answered<()> {
    app.choose_adapter(&adapter).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn read_code(width: u32, height: u32, brightness: Vec<u8>) -> Answered<String> {
    screens::read_code(width, height, brightness).await
}

#[tauri::command]
#[specta::specta]
pub(crate) fn code_on_tag(records: Vec<TagRecord>) -> Answered<String> {
    screens::code_on_tag(
        records
            .iter()
            .map(|record| (&*record.kind, &*record.payload)),
    )
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pair(
    window: AppHandle,
    app: Wallet<'_>,
    attempt: State<'_, Attempt>,
    code: String,
    at: Option<String>,
    name: Option<String>,
) -> Answered<AddedMeter> {
    let progress = |step| drop(Pairing(step).emit(&window));
    app.pair(&code, at, name, progress, attempt.0.notified())
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_pair(attempt: State<'_, Attempt>) {
    attempt.0.notify_waiters();
}
