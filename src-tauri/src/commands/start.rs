//! First start, restoring, unlocking.

use screens::{Guard, Start, Tongue};
use tauri::AppHandle;
use tauri_specta::Event;

use super::{Answered, Wallet};
use crate::events::{Locked, Restoring};

#[tauri::command]
#[specta::specta]
pub(crate) async fn start(app: Wallet<'_>) -> Answered<Start> {
    app.start().await
}

#[tauri::command]
#[specta::specta]
pub(crate) fn stir(window: AppHandle, app: Wallet<'_>) {
    if app.stir() {
        drop(Locked.emit(&window));
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) fn new_words(app: Wallet<'_>) -> Vec<String> {
    app.new_words()
}

#[tauri::command]
#[specta::specta]
pub(crate) fn check_words(app: Wallet<'_>, words: String) -> Answered<()> {
    app.check_words(&words)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn complete_word(app: Wallet<'_>, beginning: String) -> Vec<String> {
    app.complete_word(&beginning)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn create(
    app: Wallet<'_>,
    guard: Guard,
    passphrase: String,
    node: String,
    language: Tongue,
) -> Answered<()> {
    app.create(guard, &passphrase, &node, language).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn restore(
    window: AppHandle,
    app: Wallet<'_>,
    words: String,
    guard: Guard,
    passphrase: String,
    node: String,
    language: Tongue,
) -> Answered<()> {
    let progress = |progress| drop(Restoring(progress).emit(&window));
    app.restore(&words, guard, &passphrase, &node, language, progress)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(app: Wallet<'_>, passphrase: String) -> Answered<()> {
    app.unlock(&passphrase).await
}

/// Ends what is waited for.
#[tauri::command]
#[specta::specta]
pub(crate) fn give_up(app: Wallet<'_>) {
    app.give_up();
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn put_data_aside(window: AppHandle, app: Wallet<'_>) -> Answered<String> {
    let was_open = app.is_open();
    let aside = app.put_data_aside().await?;
    // Where it was locked already, what was done is said beside the button.
    if was_open {
        drop(Locked.emit(&window));
    }
    Ok(aside)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn lock(app: Wallet<'_>) {
    app.lock();
}
