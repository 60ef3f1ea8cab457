//! Standard output, of which a reader may have seen enough: `pi-daemon status | head -1`.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};

/// Prints a line. Where nobody reads any more that is no error, as with other programs of Unix; `println!` would panic.
///
/// # Errors
/// When it cannot be written for another reason, such as a full disk behind it.
pub fn print(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
