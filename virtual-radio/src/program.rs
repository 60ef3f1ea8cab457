//! Programs as processes of one user, whose words are kept in a file and who end with their owner.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::network::Place;

/// Where words are kept.
const WORDS: &str = "/run/words";

/// Who runs a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum User {
    Root,
    Pi,
    Phone,
}

impl User {
    pub(crate) fn id(self) -> u32 {
        match self {
            Self::Root => 0,
            Self::Pi => 1000,
            Self::Phone => 1001,
        }
    }

    pub(crate) fn home(self) -> &'static Path {
        Path::new(match self {
            Self::Root => "/",
            Self::Pi => "/home/pi",
            Self::Phone => "/home/phone",
        })
    }

    /// A program as this user would call it.
    pub(crate) fn command(self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(path(program));
        command
            .args(arguments)
            .env("HOME", self.home())
            .current_dir(self.home())
            .stdin(Stdio::null())
            .uid(self.id())
            .gid(self.id());
        command
    }
}

/// In `/usr/bin`, where nothing else is said.
pub(crate) fn path(program: &str) -> PathBuf {
    Path::new("/usr/bin").join(program)
}

/// A program that runs. Dropping it kills it, as a power cut does.
pub(crate) struct Program {
    child: Child,
    words: PathBuf,
}

impl Program {
    pub(crate) fn start(user: User, program: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::start_in(Place::Here, user, program, arguments)
    }

    pub(crate) fn start_in(
        place: Place,
        user: User,
        program: &str,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let name = Path::new(program).file_name().context("no program")?;
        let command = place.command(user, program, arguments);
        Self::start_as(command, &name.to_string_lossy())
    }

    /// Keeps its words under this name.
    pub(crate) fn start_as(mut command: Command, name: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(WORDS)?;
        let words = Path::new(WORDS).join(name);
        let log = File::create(&words)?;
        let child = command
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        Ok(Self { child, words })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said.
    fn words(&self) -> String {
        fs::read_to_string(&self.words).unwrap_or_default()
    }

    /// Waits until it has said this so often.
    pub(crate) async fn says(
        &self,
        what: &str,
        times: usize,
        within: Duration,
    ) -> anyhow::Result<()> {
        let said = || (self.words().matches(what).count() >= times).then_some(());
        wait_for(&format!("“{what}” to be said"), within, said).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end, which it has to find within the time.
pub(crate) async fn run(mut command: Command, within: Duration) -> anyhow::Result<Output> {
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id())?);
    let mut waiting = tokio::task::spawn_blocking(move || child.wait_with_output());
    match tokio::time::timeout(within, &mut waiting).await {
        Ok(output) => Ok(output??),
        Err(_) => {
            nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGKILL)?;
            let output = waiting.await??;
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            bail!(
                "it took longer than {} s, and said: {said}",
                within.as_secs()
            )
        }
    }
}

/// Asks again until there is an answer.
pub(crate) async fn wait_for<T>(
    what: &str,
    within: Duration,
    mut ask: impl FnMut() -> Option<T>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if start.elapsed() > within {
            bail!("waited {} s for {what}", within.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The last that every program said, for who looks for the cause.
pub(crate) fn last_words() {
    let Ok(files) = fs::read_dir(WORDS) else {
        return;
    };
    for file in files.flatten() {
        println!("── {}", file.file_name().to_string_lossy());
        let said = fs::read_to_string(file.path()).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let from = lines.len().saturating_sub(15);
        for line in lines.get(from..).unwrap_or_default() {
            println!("{line}");
        }
    }
}
