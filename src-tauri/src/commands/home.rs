//! Home, meters, and adding one.

use screens::{ExportResult, FileForm, HomeScreen, MeterScreen, Period, PriceList, Problem};
use tauri::{AppHandle, State};
use tauri_specta::Event;
use tokio::sync::Notify;

use super::{Answered, Wallet};
use crate::events::Pairing;

/// The attempt to add a meter that is under way, to be given up.
#[derive(Default)]
pub(crate) struct Attempt(Notify);

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn home(app: Wallet<'_>) -> Answered<HomeScreen> {
    app.home()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch(app: Wallet<'_>) -> Answered<()> {
    app.watch().await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn meter(
    app: Wallet<'_>,
    meter: String,
    period: Period,
    day: Option<String>,
) -> Answered<MeterScreen> {
    app.meter(&meter, period, day.as_deref())
}

/// Into the folder of My Home among the person's documents.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_meter(
    window: AppHandle,
    app: Wallet<'_>,
    meter: String,
    period: Period,
    day: Option<String>,
    form: FileForm,
) -> Answered<ExportResult> {
    let folder = super::documents(&window)?.join("My Home");
    app.save_meter(&meter, period, day.as_deref(), form, &folder)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn choose_prices(app: Wallet<'_>, prices: Option<PriceList>) -> Answered<()> {
    app.choose_prices(prices)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pair(
    window: AppHandle,
    app: Wallet<'_>,
    attempt: State<'_, Attempt>,
    code: String,
    name: Option<String>,
) -> Answered<String> {
    let progress = |step| drop(Pairing(step).emit(&window));
    tokio::select! {
        paired = app.pair(&code, name, progress) => paired,
        () = attempt.0.notified() => Err(Problem::GivenUp),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_pair(attempt: State<'_, Attempt>) {
    attempt.0.notify_waiters();
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_meter(app: Wallet<'_>, meter: String, name: String) -> Answered<()> {
    app.rename_meter(&meter, &name).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_meter(
    app: Wallet<'_>,
    meter: String,
    passphrase: String,
) -> Answered<()> {
    app.remove_meter(&meter, &passphrase).await
}
