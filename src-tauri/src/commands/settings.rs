//! Settings.

use screens::{Problem, SettingsScreen, Theme, Tongue};
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;
use tauri_specta::Event;

use super::proof::Shown;
use super::{Answered, Wallet};
use crate::events::Changed;

#[tauri::command]
#[specta::specta]
pub(crate) fn settings(app: Wallet<'_>) -> Answered<SettingsScreen> {
    app.settings_screen()
}

#[tauri::command]
#[specta::specta]
pub(crate) fn choose(
    window: AppHandle,
    app: Wallet<'_>,
    language: Tongue,
    theme: Theme,
    lock_after: u16,
) -> Answered<()> {
    app.choose(language, theme, lock_after)?;
    // What the wallet says in sentences of its own, it says in that language from now on.
    drop(Changed.emit(&window));
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_node(app: Wallet<'_>, node: String) -> Answered<()> {
    app.choose_node(&node).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn words(
    window: AppHandle,
    app: Wallet<'_>,
    shown: Shown,
) -> Answered<Vec<String>> {
    let proof = shown.proof(window).await?;
    app.words(proof).await
}

/// Opens a page in the browser; nothing but what a request may name.
#[tauri::command]
#[specta::specta]
pub(crate) fn open_page(window: AppHandle, url: String) -> Answered<()> {
    if !consent::is_web_address(&url) {
        return Err(Problem::LinkUnknown);
    }
    let opened = window.opener().open_url(url, None::<&str>);
    opened.map_err(|error| Problem::Fault {
        why: error.to_string(),
    })
}
