//! The programs, as built beside a test.

use std::path::PathBuf;

/// Where the program `name` was built beside the running test.
///
/// # Errors
/// A sentence that says what to run when it was not built.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).unwrap_or(&test);
    let built = folder.join(name);
    anyhow::ensure!(
        built.is_file(),
        "{} is not there: run `cargo build --workspace --bins` first, or `cargo xtask test`, which does",
        built.display()
    );
    Ok(built)
}
