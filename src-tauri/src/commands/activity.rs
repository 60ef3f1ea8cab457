//! Activity, its check, and taking everything along.

use screens::{ActivityFilter, ActivityScreen, CheckResult, ExportResult};
use tauri::AppHandle;

use super::{Answered, Wallet};

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn activity(
    app: Wallet<'_>,
    filter: ActivityFilter,
    newest: Option<u32>,
    page: u32,
) -> Answered<ActivityScreen> {
    app.activity(filter, newest, page)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_activity(app: Wallet<'_>) -> Answered<CheckResult> {
    app.check_activity().await
}

/// Into a new folder among the person's documents, named after the moment.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export(window: AppHandle, app: Wallet<'_>) -> Answered<ExportResult> {
    let folder = super::documents(&window)?.join(format!("My Home {}", app.now()));
    app.export(folder).await
}
