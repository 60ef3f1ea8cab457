//! Sharing, and stopping it.

use screens::{ConsentDetails, ExportResult, SharingScreen, Tongue};
use tauri::AppHandle;

use super::{Answered, Wallet};

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sharing(app: Wallet<'_>) -> Answered<SharingScreen> {
    app.sharing()
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn consent(app: Wallet<'_>, consent: String) -> Answered<ConsentDetails> {
    app.consent(&consent)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pause(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.pause(&consent).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.resume(&consent).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.stop(&consent).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_erasure(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.ask_erasure(&consent).await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn complaint(app: Wallet<'_>, consent: String, language: Tongue) -> Answered<String> {
    app.complaint(&consent, language)
}

/// Into the folder of My Home among the person's documents.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_complaint(
    window: AppHandle,
    app: Wallet<'_>,
    consent: String,
    language: Tongue,
) -> Answered<ExportResult> {
    let folder = super::documents(&window)?.join("My Home");
    app.save_complaint(&consent, language, &folder)
}

/// Into the same folder.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_receipt(
    window: AppHandle,
    app: Wallet<'_>,
    consent: String,
) -> Answered<ExportResult> {
    let folder = super::documents(&window)?.join("My Home");
    app.save_receipt(&consent, &folder)
}
