//! Activity, its check, and taking everything along.

use screens::{ActivityScreen, CheckResult, ExportResult, Problem};
use tauri::{AppHandle, Manager};

use super::{Answered, Wallet};

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn activity(app: Wallet<'_>) -> Answered<ActivityScreen> {
    app.activity()
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
    let paths = window.path();
    let documents = paths.document_dir().or_else(|_| paths.home_dir());
    let documents = documents.map_err(|error| Problem::Export {
        why: error.to_string(),
    })?;
    app.export(documents.join(format!("My Home {}", app.now())))
        .await
}
