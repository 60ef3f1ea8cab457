//! A network of its own: what runs in it reaches nothing outside, but by radio.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use crate::program::{Program, User, path, run, wait_for};

const PATIENCE: Duration = Duration::from_secs(30);

/// Where a program runs.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// On the machine itself, where the Pi is.
    Here,
    /// In the network of this process.
    With(u32),
}

impl Place {
    /// A program of this user there.
    pub(crate) fn command(self, user: User, program: &str, arguments: &[&str]) -> Command {
        let Self::With(process) = self else {
            return user.command(program, arguments);
        };
        let (process, id) = (process.to_string(), user.id().to_string());
        // It takes root to go there; what goes there becomes the user.
        let mut command = User::Root.command("/bin/nsenter", &["-t", &process, "-n"]);
        command
            .args(["-S", &id, "-G", &id])
            .arg(path(program))
            .args(arguments)
            .env("HOME", user.home())
            .current_dir(user.home());
        command
    }
}

/// A network that is there as long as this is.
pub(crate) struct Network {
    holder: Program,
}

impl Network {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let arguments = ["-n", "/bin/sleep", "100000"];
        let holder = Program::start(User::Root, "/bin/unshare", &arguments)?;
        let place = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
        let its = holder.id().to_string();
        let left = || (place(&its)? != place("self")?).then_some(());
        wait_for("a network of its own", PATIENCE, left).await?;
        let network = Self { holder };
        network.root("ip", &["link", "set", "lo", "up"]).await?;
        Ok(network)
    }

    pub(crate) fn place(&self) -> Place {
        Place::With(self.holder.id())
    }

    /// Does this in it.
    pub(crate) async fn root(&self, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let program = format!("/bin/{program}");
        must(self.place().command(User::Root, &program, arguments)).await
    }

    /// Takes a Wi-Fi adapter (`phy1`) along.
    pub(crate) async fn takes(&self, adapter: &str) -> anyhow::Result<()> {
        let process = self.holder.id().to_string();
        let arguments = ["phy", adapter, "set", "netns", &process];
        must(User::Root.command("iw", &arguments)).await
    }
}

/// Runs it to its end, which has to be a good one.
pub(crate) async fn must(command: Command) -> anyhow::Result<()> {
    let called = format!("{command:?}");
    let output = run(command, PATIENCE).await?;
    ensure!(
        output.status.success(),
        "{called}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
