//! Requests: taking a link, showing what it asks, yes and no.

use screens::{Answer, Arrived, RequestScreen};
use tauri::State;
use wallet::WebSites;

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
    app: Wallet<'_>,
    consent: String,
    meter: String,
    answer: Answer,
    passphrase: String,
) -> Answered<()> {
    app.grant(&consent, &meter, &answer, &passphrase).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn decline(app: Wallet<'_>, consent: String) -> Answered<()> {
    app.decline(&consent).await
}
