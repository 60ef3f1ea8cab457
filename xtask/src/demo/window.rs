//! The window of My Home beside the service's page, where it is built and there is a display.

use crate::app;
use crate::workspace::{cargo, must, target};
use programs::{Home, House, Process};
use std::path::{Path, PathBuf};

/// Builds the window, with everything that it needs.
pub(crate) fn build() -> anyhow::Result<()> {
    app::prepare()?;
    let mut build = cargo(&["build", "--quiet", "--locked", "--bins", "-p", app::PACKAGE]);
    must("cargo build", &mut build)
}

/// Opens the window on the demonstration's wallet and says how to unlock it; says why where it cannot be opened.
pub(crate) fn open(house: &House) -> anyhow::Result<Option<Process>> {
    if !has_display() {
        println!("\nNo display here, so the window of My Home stays closed.");
        return Ok(None);
    }
    let Some(program) = built() else {
        println!(
            "\nThe window of My Home is not built. `cargo xtask demo --window` builds it, which takes a while the first time."
        );
        return Ok(None);
    };
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
    Ok(Some(window))
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|display| !display.is_empty()))
}

/// The newest of what was built.
fn built() -> Option<PathBuf> {
    let programs = ["debug", "release"].map(|profile| target().join(profile).join(app::PACKAGE));
    let built_at = |program: &PathBuf| program.metadata().and_then(|data| data.modified()).ok();
    programs
        .into_iter()
        .filter(|program| program.is_file())
        .max_by_key(built_at)
}
