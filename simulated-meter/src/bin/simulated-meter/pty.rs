//! A pseudo-terminal that looks like the cable of a meter.

use std::fs;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{FlushArg, SetArg, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use nix::unistd::{ttyname, write};

/// The meter's end of a pseudo-terminal, and a link to the other.
///
/// Like a meter, it does not care whether anybody reads: when nobody does, old telegrams are
/// forgotten, so that whoever comes finds new ones.
pub(crate) struct Terminal {
    meter: OwnedFd,
    /// Held open, so that readers can come and go.
    reader: OwnedFd,
    link: Link,
    /// How many bytes went through since some were last forgotten; `None` if none ever were.
    since_forgotten: Option<usize>,
}

/// How long a full terminal is waited for, where somebody reads.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);
/// More than a terminal holds: who took that, reads.
const MORE_THAN_IT_HOLDS: usize = 64 * 1024;

impl Terminal {
    pub(crate) fn open(link: &Path) -> anyhow::Result<Self> {
        let pair = openpty(None, None).context("the system gives no pseudo-terminal")?;
        let name = ttyname(&pair.slave).context("the pseudo-terminal has no name")?;
        // Bytes go through as they are, without echo.
        let mut settings = tcgetattr(&pair.slave).context("the pseudo-terminal has no settings")?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)
            .context("the pseudo-terminal cannot be set up")?;
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))
            .context("the pseudo-terminal cannot be set up")?;
        let link = Link::make(link, name)?;
        Ok(Self {
            meter: pair.master,
            reader: pair.slave,
            link,
            since_forgotten: None,
        })
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    pub(crate) fn send(&mut self, telegram: &[u8]) -> anyhow::Result<()> {
        let mut rest = telegram;
        let mut progress = Instant::now();
        while !rest.is_empty() {
            match write(&self.meter, rest) {
                Ok(count) => {
                    rest = rest.get(count..).unwrap_or_default();
                    self.since_forgotten = self
                        .since_forgotten
                        .map(|bytes| bytes.saturating_add(count));
                    progress = Instant::now();
                }
                Err(Errno::EAGAIN) if progress.elapsed() >= self.patience() => {
                    return self.forget();
                }
                Err(Errno::EAGAIN | Errno::EINTR) => sleep(PAUSE),
                Err(error) => return Err(error).context("the pseudo-terminal cannot be written"),
            }
        }
        Ok(())
    }

    fn patience(&self) -> Duration {
        match self.since_forgotten {
            Some(bytes) if bytes < MORE_THAN_IT_HOLDS => Duration::ZERO,
            _ => PATIENCE,
        }
    }

    fn forget(&mut self) -> anyhow::Result<()> {
        if self.patience() > Duration::ZERO {
            tracing::info!(
                "nobody reads {}; telegrams are lost until somebody does",
                self.link.path.display()
            );
        }
        self.since_forgotten = Some(0);
        tcflush(&self.reader, FlushArg::TCIFLUSH).context("the pseudo-terminal cannot be emptied")
    }

    /// Gives a reader the time to take the last telegram: it is lost when the terminal goes.
    pub(crate) fn close(self) {
        sleep(Duration::from_secs(1));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.link.remove();
    }
}

/// A symbolic link to the reader's end.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    path: PathBuf,
    terminal: PathBuf,
}

impl Link {
    fn make(path: &Path, terminal: PathBuf) -> anyhow::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => {
                fs::remove_file(path).with_context(|| {
                    format!("the old link {} cannot be removed", path.display())
                })?;
            }
            Ok(_) => bail!(
                "{} exists and is no symbolic link; give another path for the terminal",
                path.display()
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("{} cannot be looked at", path.display()));
            }
        }
        symlink(&terminal, path)
            .with_context(|| format!("no link can be made at {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            terminal,
        })
    }

    /// Removes the link, unless another meter has taken its place.
    pub(crate) fn remove(&self) {
        if fs::read_link(&self.path).is_ok_and(|target| target == self.terminal) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
