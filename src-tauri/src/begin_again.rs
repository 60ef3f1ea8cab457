//! This program once more, from its beginning.

use std::process::Command;

/// Becomes this program again, with what it was started with and this in its environment. Comes back only if that is not
/// possible.
pub(crate) fn with(variable: &str, value: &str) {
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1)).env(variable, value);
    #[cfg(unix)]
    drop(std::os::unix::process::CommandExt::exec(&mut again));
    #[cfg(not(unix))]
    if again.spawn().is_ok() {
        std::process::exit(0);
    }
}
