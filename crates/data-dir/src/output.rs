//! What a program says: lines of which a reader may have seen enough (`pi-daemon status | head -1`), and why it could not
//! do what it was asked.

use std::error::Error;
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

/// An error as one sentence with its causes behind it, each said once: some sentences name their cause already.
#[must_use]
pub fn sentence(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        cause = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the disk is full")]
    struct Full;

    #[derive(Debug, thiserror::Error)]
    enum Failed {
        #[error("cannot write ({0})")]
        Named(#[from] Full),
        #[error("cannot write")]
        Unnamed(#[source] Full),
    }

    #[test]
    fn a_cause_is_said_once() {
        assert_eq!(sentence(&Full), "the disk is full");
        let named = Failed::Named(Full);
        assert_eq!(sentence(&named), "cannot write (the disk is full)");
        let unnamed = Failed::Unnamed(Full);
        assert_eq!(sentence(&unnamed), "cannot write: the disk is full");
    }
}
