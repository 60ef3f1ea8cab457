//! What only a phone has: a scanner, tags, what recognises its owner, and on Android the Java side of Bluetooth.

use screens::Problem;
use tauri::{AppHandle, Builder, Wry};

/// The scanner and the reading of tags are called from the screens, by the capability `phone`; the rest from here.
#[cfg(mobile)]
pub(crate) fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    let builder = builder
        .plugin(tauri_plugin_barcode_scanner::init())
        .plugin(tauri_plugin_nfc::init())
        .plugin(tauri_plugin_biometric::init());
    #[cfg(target_os = "android")]
    let builder = builder.plugin(tauri_plugin_blec::init());
    builder
}

/// None of them.
#[cfg(desktop)]
pub(crate) fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    builder
}

/// Whether tags can be read here, now.
#[cfg(mobile)]
pub(crate) fn reads_tags(window: &AppHandle) -> bool {
    use tauri_plugin_nfc::NfcExt;
    window.nfc().is_available().unwrap_or(false)
}

/// Whether this phone can recognise its owner, now.
#[cfg(mobile)]
pub(crate) fn recognises(window: &AppHandle) -> bool {
    use tauri_plugin_biometric::BiometricExt;
    let status = window.biometric().status();
    status.is_ok_and(|status| status.is_available)
}

/// Asks for a finger or a face. The phone's own code does not do instead: others may know it.
#[cfg(mobile)]
pub(crate) fn recognise(window: &AppHandle, why: String, cancel: String) -> Result<(), Problem> {
    use tauri_plugin_biometric::{AuthOptions, BiometricExt};
    let options = AuthOptions {
        title: Some(why.clone()),
        cancel_title: Some(cancel),
        ..AuthOptions::default()
    };
    let recognised = window.biometric().authenticate(why, options);
    recognised.map_err(|error| Problem::NotRecognised {
        why: error.to_string(),
    })
}

#[cfg(desktop)]
pub(crate) fn recognises(_: &AppHandle) -> bool {
    false
}

#[cfg(desktop)]
pub(crate) fn recognise(_: &AppHandle, _: String, _: String) -> Result<(), Problem> {
    Err(Problem::NotRecognised {
        why: "this computer recognises nobody".to_owned(),
    })
}

#[cfg(desktop)]
pub(crate) fn reads_tags(_: &AppHandle) -> bool {
    false
}
