//! The window of My Home and the service's page in the browser, where there is a display.

use super::links::{self, Diverted};
use crate::app;
use crate::workspace::{cargo, must, target};
use programs::{Home, House, Process};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The window, and links that go to it.
pub(crate) struct Open {
    _window: Process,
    _links: Option<Diverted>,
}

/// Builds the window, with everything that it needs; nothing where nobody would see it.
pub(crate) fn build() -> anyhow::Result<Option<PathBuf>> {
    if !has_display() {
        println!("No display here, so the window of My Home stays closed.");
        return Ok(None);
    }
    println!("Building the window of My Home (longer the first time; --no-window leaves it out).");
    app::prepare_to_open()?;
    let mut build = cargo(&["build", "--quiet", "--locked", "--bins", "-p", app::PACKAGE]);
    must("cargo build", &mut build)?;
    Ok(Some(target().join("debug").join(app::PACKAGE)))
}

/// Opens the window on the demonstration's wallet and says how to unlock it, and opens the page of the first service, where
/// more can be asked.
pub(crate) fn open(program: &Path, house: &House) -> anyhow::Result<Open> {
    let window = Process::start(
        app::PACKAGE,
        Path::new("/usr/bin/env"),
        &[
            &format!("MY_HOME_DATA_DIR={}", house.home.data().display()),
            &format!("MY_HOME_TANGLE={}", house.node.url),
            &program.display().to_string(),
        ],
        &house.folder,
    )?;
    println!(
        "\nThe window of My Home is open. Its passphrase: {}",
        Home::PASSPHRASE
    );
    println!(
        "While it is unlocked it has the wallet to itself; lock or close it to use the commands below."
    );
    let links = links::divert(program, house).inspect_err(|error| {
        println!("Links on the page will not open it ({error:#}): copy them into it.");
    });
    browse(&house.service(0)?.url);
    Ok(Open {
        _window: window,
        _links: links.ok(),
    })
}

/// Opens a page in the person's browser. Where there is none, its address is printed anyway.
fn browse(page: &str) {
    let mut browser = Command::new("xdg-open");
    browser.arg(page).stdin(Stdio::null());
    browser.stdout(Stdio::null()).stderr(Stdio::null());
    drop(browser.spawn());
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|display| !display.is_empty()))
}
