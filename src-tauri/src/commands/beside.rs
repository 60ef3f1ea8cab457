//! A Pi that its owner stands beside: its node and its Wi-Fi.

use screens::{PiNode, WifiNetwork};

use super::{Answered, Wallet};

#[tauri::command]
#[specta::specta]
pub(crate) async fn pi_node(app: Wallet<'_>, meter: String) -> Answered<PiNode> {
    app.pi_node(&meter).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn use_node(app: Wallet<'_>, meter: String, address: String) -> Answered<PiNode> {
    app.use_node(&meter, &address).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pi_wifi(app: Wallet<'_>, meter: String) -> Answered<Vec<WifiNetwork>> {
    app.pi_wifi(&meter).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn join_wifi(
    app: Wallet<'_>,
    meter: String,
    network: Vec<u8>,
    password: Option<String>,
) -> Answered<()> {
    app.join_wifi(&meter, network, password).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_pi(app: Wallet<'_>) -> Answered<()> {
    app.leave_pi().await;
    Ok(())
}
