//! Home and its meters.

use screens::{
    ExportResult, FileForm, HomeScreen, MeterScreen, Period, PriceList, PriceUnit, TakenPrices,
};
use tauri::AppHandle;
use tauri_specta::Event;

use super::proof::Shown;
use super::{Answered, Wallet};
use crate::events::Changed;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn home(app: Wallet<'_>) -> Answered<HomeScreen> {
    app.home()
}

/// Asks the node now, and not only when its turn comes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync(window: AppHandle, app: Wallet<'_>) -> Answered<()> {
    app.sync().await;
    drop(Changed.emit(&window));
    Ok(())
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
pub(crate) async fn choose_prices(app: Wallet<'_>, prices: Option<PriceList>) -> Answered<()> {
    app.choose_prices(prices).await
}

/// The text of a file that the person chose on the screen: this program opens none by itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_prices(
    app: Wallet<'_>,
    file: String,
    unit: Option<PriceUnit>,
) -> Answered<TakenPrices> {
    app.take_prices(file, unit).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_meter(app: Wallet<'_>, meter: String, name: String) -> Answered<()> {
    app.rename_meter(&meter, &name).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_meter(
    window: AppHandle,
    app: Wallet<'_>,
    meter: String,
    shown: Shown,
) -> Answered<()> {
    let proof = shown.proof(window).await?;
    app.remove_meter(&meter, proof).await
}
