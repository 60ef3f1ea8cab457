//! Requests: taking a link, showing what it asks, yes and no.

use screens::{Answer, Arrived, RequestScreen, Said};
use tauri::{AppHandle, State};
use wallet::WebSites;

use super::proof::Shown;
use super::{Answered, Wallet};
use crate::links::Waiting;

#[tauri::command]
#[specta::specta]
pub(crate) fn take_link(waiting: State<'_, Waiting>) -> Option<String> {
    waiting.take()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_link(app: Wallet<'_>, link: String) -> Answered<Arrived> {
    app.open_link(&link, &WebSites).await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn request(app: Wallet<'_>, consent: String) -> Answered<RequestScreen> {
    app.request(&consent)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn grant(
    window: AppHandle,
    app: Wallet<'_>,
    consent: String,
    meter: String,
    answer: Answer,
    shown: Shown,
) -> Answered<Said> {
    let proof = shown.proof(window).await?;
    app.grant(&consent, &meter, &answer, proof).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn decline(app: Wallet<'_>, consent: String) -> Answered<Said> {
    app.decline(&consent).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn take_back(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.take_back(&consent).await
}
