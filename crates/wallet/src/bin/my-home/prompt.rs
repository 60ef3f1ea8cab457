//! Asking the person at the terminal, and reading secrets from where they may be.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

/// Asks a question on standard error and reads one line, without showing it if it is a secret.
pub(crate) fn ask(question: &str, secret: bool) -> io::Result<Zeroizing<String>> {
    let mut error = io::stderr();
    write!(error, "{question} ")?;
    error.flush()?;
    let mut line = Zeroizing::new(String::new());
    let quiet = (secret && io::stdin().is_terminal())
        .then(Quiet::start)
        .transpose()?;
    let read = io::stdin().lock().read_line(&mut line);
    if quiet.is_some() {
        drop(quiet);
        writeln!(error)?;
    }
    read?;
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

/// Everything on standard input, or of a file; for words and codes.
pub(crate) fn read_all(file: Option<&Path>, question: &str) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    match file {
        Some(path) => {
            std::fs::File::open(path)?
                .take(64 * 1024)
                .read_to_string(&mut text)?;
        }
        None if io::stdin().is_terminal() => text = ask(question, false)?,
        None => {
            io::stdin().take(64 * 1024).read_to_string(&mut text)?;
        }
    }
    Ok(text)
}

/// The first line of a file.
pub(crate) fn first_line(path: &Path) -> io::Result<Zeroizing<String>> {
    let text = Zeroizing::new(std::fs::read_to_string(path)?);
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}

/// While it lives, the terminal does not show what is typed.
#[cfg(unix)]
struct Quiet(nix::sys::termios::Termios);

#[cfg(unix)]
impl Quiet {
    fn start() -> io::Result<Self> {
        use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &quiet)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = nix::sys::termios::tcsetattr(
            io::stdin(),
            nix::sys::termios::SetArg::TCSAFLUSH,
            &self.0,
        );
    }
}

#[cfg(not(unix))]
struct Quiet;

#[cfg(not(unix))]
impl Quiet {
    fn start() -> io::Result<Self> {
        Ok(Self)
    }
}
