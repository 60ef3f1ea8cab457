//! My Home's window: the commands and events of [`screens`] over a web view, deep links, one running instance.
//!
//! Nothing is decided here. A command is one call into [`screens::App`]; its types and those of the events are written
//! to `ui/src/bindings.ts`, and a test keeps that file true.
#![cfg_attr(
    target_os = "ios",
    allow(
        missing_docs,
        reason = "the entry point for the system, which a macro writes"
    )
)]

#[cfg(desktop)]
mod begin_again;
mod commands;
#[cfg(target_os = "linux")]
mod drawing;
mod events;
mod links;
#[cfg(desktop)]
mod one_window;
mod options;
mod phone;
mod pulse;
mod radio;
#[cfg(desktop)]
mod wall;

use std::sync::Arc;

use screens::App;
use tauri::plugin::TauriPlugin;
use tauri::{Manager, Wry};
use tauri_specta::{Builder, collect_commands, collect_events};

/// The commands and events, as the web view knows them.
fn bindings() -> Builder<Wry> {
    use commands::{
        activity, beside, home, notices, pairing, proof, requests, settings, sharing, start,
    };
    Builder::new()
        .disable_serde_phases()
        .commands(collect_commands![
            start::start,
            start::stir,
            start::new_words,
            start::check_words,
            start::complete_word,
            start::create,
            start::restore,
            start::unlock,
            start::give_up,
            start::put_data_aside,
            start::lock,
            home::home,
            home::sync,
            home::watch,
            home::meter,
            home::save_meter,
            home::choose_prices,
            home::take_prices,
            home::rename_meter,
            home::remove_meter,
            pairing::ways,
            pairing::nearby,
            pairing::choose_adapter,
            pairing::read_code,
            pairing::code_on_tag,
            pairing::pair,
            pairing::cancel_pair,
            beside::pi_node,
            beside::use_node,
            beside::pi_wifi,
            beside::join_wifi,
            beside::leave_pi,
            requests::take_link,
            requests::open_link,
            requests::request,
            requests::grant,
            requests::decline,
            requests::take_back,
            sharing::sharing,
            sharing::consent,
            sharing::pause,
            sharing::resume,
            sharing::stop,
            sharing::ask_erasure,
            sharing::complaint,
            sharing::save_complaint,
            sharing::save_receipt,
            activity::activity,
            activity::check_activity,
            activity::export,
            proof::recognition,
            proof::choose_recognition,
            settings::settings,
            settings::choose,
            notices::choose_notices,
            notices::notices_allowed,
            notices::ask_for_notices,
            settings::choose_node,
            settings::words,
            settings::open_page,
        ])
        .events(collect_events![
            events::Changed,
            events::Locked,
            events::Pairing,
            events::Restoring,
            events::LinkArrived,
        ])
}

/// The app behind the screens. It is a plugin because those are made when the system's folders are known already and no
/// window is there yet that could ask for anything.
fn behind_the_screens() -> TauriPlugin<Wry> {
    tauri::plugin::Builder::new("behind-the-screens")
        .setup(|window, _| {
            window.manage(Arc::new(App::new(options::read(window)?)));
            Ok(())
        })
        .build()
}

/// What no screen shows goes to standard error, which a desktop keeps with what its other programs say.
fn start_log() {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .without_time()
        .init();
}

/// Opens the window and stays until it is closed.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
#[expect(
    clippy::expect_used,
    reason = "without a window there is nothing to show a problem in"
)]
pub fn run() {
    start_log();
    #[cfg(target_os = "linux")]
    drawing::choose();
    data_dir::keep_to_itself().expect("this program's memory can be kept out of core dumps");
    let bindings = bindings();
    let builder = tauri::Builder::default();
    // Has to be the first plugin: a second start hands its link over and ends.
    #[cfg(desktop)]
    let builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| {
        links::raise(app)
    }));
    let built = phone::plugins(builder)
        .plugin(behind_the_screens())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .manage(links::Waiting::default())
        .manage(commands::pairing::Attempt::default())
        .invoke_handler(bindings.invoke_handler())
        .setup(move |app| {
            bindings.mount_events(app);
            links::listen(app)?;
            let wallet = app.state::<Arc<App>>().inner().clone();
            tauri::async_runtime::spawn(pulse::watch(app.handle().clone(), wallet.clone()));
            tauri::async_runtime::spawn(pulse::beat(app.handle().clone(), wallet));
            Ok(())
        })
        .build(tauri::generate_context!());
    #[cfg(desktop)]
    let built = built.map_err(one_window::begin_again_if_the_other_left);
    built
        .expect("the window could not be opened")
        .run(|app, event| {
            #[cfg(desktop)]
            {
                one_window::hear(app, &event);
                wall::hear(app, &event);
            }
            #[cfg(mobile)]
            let _ = (app, event);
        });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    /// `MY_HOME_BINDINGS=write` writes the file anew.
    #[test]
    fn the_bindings_are_those_of_these_commands() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/bindings.ts");
        let typescript = specta_typescript::Typescript::default();
        let new = tempfile::NamedTempFile::new().unwrap();
        super::bindings().export(typescript, new.path()).unwrap();
        let new = std::fs::read_to_string(new.path()).unwrap();
        if std::env::var("MY_HOME_BINDINGS").as_deref() == Ok("write") {
            std::fs::write(path, &new).unwrap();
        }
        let known = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            known == new,
            "ui/src/bindings.ts is out of date: write it anew with MY_HOME_BINDINGS=write"
        );
    }
}
