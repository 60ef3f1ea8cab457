//! A Raspberry Pi with its meter, a Tangle, and a phone.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pairing::PairingCode;
use serde_json::Value;

use crate::network::Place;
use crate::program::{Program, User, run, wait_for};
use crate::repeated::AnotherAdvertisement;

pub(crate) const NODE: &str = "http://127.0.0.1:14265";
/// Where no node is.
const NOWHERE: &str = "http://127.0.0.1:9";
/// What `my-home` needs its adapter for.
const NEARBY: [&str; 4] = ["pair", "nearby", "near", "wifi"];
/// A slow computer emulates another one.
const PATIENCE: Duration = Duration::from_secs(90);

/// The house of one story: everything in it is new.
pub(crate) struct House {
    pub(crate) pi: Pi,
    pub(crate) phone: Phone,
    node: Program,
}

impl House {
    /// A Pi that is set up and does not run yet, and a wallet that knows nothing of it.
    pub(crate) async fn new() -> anyhow::Result<Self> {
        Self::with_node_and_phone(Place::Here).await
    }

    /// The same, with node and phone in another network than the Pi.
    pub(crate) async fn with_node_and_phone(place: Place) -> anyhow::Result<Self> {
        let _ = fs::remove_file("/run/tangle.sqlite");
        let arguments = ["--listen", "0.0.0.0:14265", "--data", "/run/tangle.sqlite"];
        let node = Program::start_in(place, User::Root, "tangle-node", &arguments)?;
        node.says("listens on", 1, PATIENCE).await?;
        Ok(Self {
            pi: Pi::new()?,
            phone: Phone::new(place).await?,
            node,
        })
    }

    /// The node takes connections and answers none of them, or goes on.
    pub(crate) fn node_is_paused(&self, paused: bool) -> anyhow::Result<()> {
        let signal = match paused {
            true => Signal::SIGSTOP,
            false => Signal::SIGCONT,
        };
        let id = Pid::from_raw(i32::try_from(self.node.id())?);
        Ok(kill(id, signal)?)
    }
}

/// A folder of its own for each story.
fn empty_folder(user: User, name: &str) -> anyhow::Result<PathBuf> {
    let folder = user.home().join(name);
    let _ = fs::remove_dir_all(&folder);
    Ok(folder)
}

/// The device.
pub(crate) struct Pi {
    data: PathBuf,
    daemon: Option<Program>,
}

impl Pi {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            data: empty_folder(User::Pi, "data")?,
            daemon: None,
        })
    }

    /// Starts the daemon on its adapter, or without Bluetooth (`off`).
    pub(crate) async fn start_on(&mut self, bluetooth: &str) -> anyhow::Result<()> {
        self.start_with(bluetooth, NODE).await
    }

    /// Starts it with a node that is nowhere, as on a Pi without a network.
    pub(crate) async fn start_without_network(&mut self) -> anyhow::Result<()> {
        self.start_with("hci0", NOWHERE).await
    }

    /// Starts it with this node.
    pub(crate) async fn start_with_node(&mut self, node: &str) -> anyhow::Result<()> {
        self.start_with("hci0", node).await
    }

    async fn start_with(&mut self, bluetooth: &str, node: &str) -> anyhow::Result<()> {
        let data = self.data.display().to_string();
        let daemon = Program::start(
            User::Pi,
            "pi-daemon",
            &[
                "run",
                "--meter",
                "simulated:7",
                "--tangle",
                node,
                "--data-dir",
                &data,
                "--bluetooth",
                bluetooth,
                "--log",
                "info,pi_daemon=debug",
            ],
        )?;
        let socket = self.data.join("control.sock");
        let listens = || socket.exists().then_some(());
        wait_for("pi-daemon to listen", PATIENCE, listens).await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        self.start_on("hci0").await
    }

    /// As when somebody pulls the plug.
    pub(crate) fn cut_power(&mut self) {
        self.daemon = None;
        // What a socket leaves behind would look as if it listened.
        let _ = fs::remove_file(self.data.join("control.sock"));
    }

    pub(crate) async fn says(&self, what: &str) -> anyhow::Result<()> {
        self.says_times(what, 1).await
    }

    /// Waits until it has said this so often.
    pub(crate) async fn says_times(&self, what: &str, times: usize) -> anyhow::Result<()> {
        let daemon = self.daemon.as_ref().context("pi-daemon does not run")?;
        daemon.says(what, times, PATIENCE).await
    }

    pub(crate) async fn is_on_the_air(&self) -> anyhow::Result<()> {
        self.says("can be found over Bluetooth").await
    }

    /// The code that it shows.
    pub(crate) async fn code(&self) -> anyhow::Result<PairingCode> {
        let shown = self.ask(&["setup", "--json"]).await?;
        text(&shown, "/code")?.parse().context("the code")
    }

    /// What `pi-daemon setup` says to a person.
    pub(crate) async fn setup(&self) -> anyhow::Result<String> {
        let data = self.data.display().to_string();
        let arguments = ["setup", "--data-dir", &data];
        let output = run(User::Pi.command("pi-daemon", &arguments), PATIENCE).await?;
        ensure!(output.status.success(), "{}", complaint(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// `pi-daemon pair`, which opens the window.
    pub(crate) async fn open_window(&self) -> anyhow::Result<()> {
        self.ask(&["pair", "--json"]).await.map(drop)
    }

    /// The same where its radio does not work: what it says of that.
    pub(crate) async fn opens_window_in_vain(&self) -> anyhow::Result<String> {
        let opened = self.ask(&["pair", "--json"]).await?;
        text(&opened, "/radio_trouble")
    }

    /// What keeps its radio from working, as `pi-daemon status` says it; nothing if it works.
    pub(crate) async fn radio_trouble(&self) -> anyhow::Result<Option<String>> {
        let status = self.ask(&["status", "--json"]).await?;
        let radio = status.pointer("/radio").context("status without a radio")?;
        let trouble = radio.pointer("/trouble").and_then(Value::as_str);
        Ok(trouble.map(ToOwned::to_owned))
    }

    /// What a command says to another user of the Pi, who sees that there is a folder and may not look into it.
    pub(crate) async fn says_to_a_stranger(&self, command: &str) -> anyhow::Result<String> {
        let closed = User::Pi.home().display().to_string();
        let arguments = [command, "--data-dir", &closed];
        let output = run(User::Phone.command("pi-daemon", &arguments), PATIENCE).await?;
        ensure!(!output.status.success(), "{command} was done for anybody");
        Ok(complaint(&output.stderr))
    }

    /// `pi-daemon near`, so that its owner may call.
    pub(crate) async fn listens_to_its_owner(&self) -> anyhow::Result<()> {
        let data = self.data.display().to_string();
        let arguments = ["near", "--data-dir", &data];
        let output = run(User::Pi.command("pi-daemon", &arguments), PATIENCE).await?;
        ensure!(output.status.success(), "{}", complaint(&output.stderr));
        Ok(())
    }

    /// Its sticker was photographed: a new code.
    pub(crate) async fn new_secret(&self) -> anyhow::Result<PairingCode> {
        let shown = self.ask(&["pair", "--new-secret", "--json"]).await?;
        text(&shown, "/code")?.parse().context("the new code")
    }

    pub(crate) async fn let_go_of_its_owner(&self) -> anyhow::Result<()> {
        let data = self.data.display().to_string();
        let arguments = ["unpair", "--yes", "--data-dir", &data];
        let output = run(User::Pi.command("pi-daemon", &arguments), PATIENCE).await?;
        ensure!(output.status.success(), "{}", complaint(&output.stderr));
        Ok(())
    }

    /// `window-open`, `claimed`, `pending`, `paired`, `locked` or `none`.
    pub(crate) async fn owner(&self) -> anyhow::Result<String> {
        let status = self.ask(&["status", "--json"]).await?;
        text(&status, "/owner/state")
    }

    pub(crate) async fn owner_becomes(&self, state: &str) -> anyhow::Result<()> {
        let start = std::time::Instant::now();
        loop {
            let now = self.owner().await?;
            if now == state {
                return Ok(());
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "the Pi's owner is {now}, not {state}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ask(&self, command: &[&str]) -> anyhow::Result<Value> {
        let data = self.data.display().to_string();
        let arguments = [command, &["--data-dir", &data]].concat();
        let output = run(User::Pi.command("pi-daemon", &arguments), PATIENCE).await?;
        let name = command.first().copied().unwrap_or_default();
        ensure!(
            output.status.success(),
            "pi-daemon {name}: {}",
            complaint(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).with_context(|| format!("pi-daemon {name}"))
    }
}

/// A phone with My Home.
pub(crate) struct Phone {
    wallet: PathBuf,
    place: Place,
}

/// What `my-home` did.
pub(crate) struct Said {
    pub(crate) succeeded: bool,
    /// Its progress, its answer, and what it complained about.
    pub(crate) words: String,
}

/// That it said so.
pub(crate) fn says(said: &Said, what: &str) -> anyhow::Result<()> {
    ensure!(
        said.words.contains(what),
        "not said: {what}: {}",
        said.words
    );
    Ok(())
}

impl Phone {
    async fn new(place: Place) -> anyhow::Result<Self> {
        let phone = Self {
            wallet: empty_folder(User::Phone, "wallet")?,
            place,
        };
        phone.keeps("passphrase", "correct horse battery")?;
        let made = phone.my_home(&["init"]).await?;
        ensure!(made.succeeded, "my-home init: {}", made.words);
        Ok(phone)
    }

    /// What is nearby, as `my-home nearby` lists it.
    pub(crate) async fn nearby(&self) -> anyhow::Result<Vec<String>> {
        let said = self.my_home(&["--json", "nearby"]).await?;
        ensure!(said.succeeded, "my-home nearby: {}", said.words);
        let answer: Value = serde_json::from_str(said.words.trim()).context("my-home nearby")?;
        let devices = answer.pointer("/devices").and_then(Value::as_array);
        let names = devices.context("no list of devices")?.iter();
        names.map(|device| text(device, "/name")).collect()
    }

    /// `my-home pair --bluetooth` with this code.
    pub(crate) async fn pair(&self, code: &PairingCode) -> anyhow::Result<Said> {
        let code = code.to_uri().context("a typed code")?;
        self.my_home(&["pair", "--bluetooth", &code]).await
    }

    /// `my-home pair --bluetooth` as a program that can be killed.
    pub(crate) fn begins_to_pair(&self, code: &PairingCode) -> anyhow::Result<Program> {
        let code = code.to_uri().context("a typed code")?;
        let arguments = self.arguments(&["pair", "--bluetooth", &code]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Program::start_in(self.place, User::Phone, "my-home", &arguments)
    }

    /// Pairs, or says why not.
    pub(crate) async fn pairs(&self, code: &PairingCode) -> anyhow::Result<Said> {
        let said = self.pair(code).await?;
        ensure!(said.succeeded, "my-home pair: {}", said.words);
        ensure!(
            !said.words.contains("over the Tangle"),
            "it paired over the Tangle: {}",
            said.words
        );
        Ok(said)
    }

    /// `my-home near` or `my-home wifi` with these words.
    pub(crate) async fn beside(&self, command: &[&str]) -> anyhow::Result<Said> {
        self.my_home(command).await
    }

    /// `my-home wifi NAME`, with this password.
    pub(crate) async fn joins(&self, network: &str, password: &str) -> anyhow::Result<Said> {
        let file = self.keeps("password", password)?;
        self.my_home(&["wifi", network, "--password-file", &file])
            .await
    }

    /// A file that only its user reads; where it is.
    fn keeps(&self, name: &str, line: &str) -> anyhow::Result<String> {
        let file = User::Phone.home().join(name);
        fs::write(&file, format!("{line}\n"))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        let id = Some(User::Phone.id());
        chown(&file, id, id)?;
        Ok(file.display().to_string())
    }

    /// What a node does when it starts is not waited for here: another wallet of the same phone.
    pub(crate) async fn forget_everything(&mut self) -> anyhow::Result<()> {
        *self = Self::new(self.place).await?;
        Ok(())
    }

    async fn my_home(&self, command: &[&str]) -> anyhow::Result<Said> {
        let looks = command.iter().any(|word| NEARBY.contains(word));
        let _repeated = match looks {
            true => AnotherAdvertisement::begin().await,
            false => None,
        };
        let arguments = self.arguments(command);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let command = self.place.command(User::Phone, "my-home", &arguments);
        let output = run(command, PATIENCE * 2).await?;
        let mut words = String::from_utf8(output.stdout)?;
        words.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok(Said {
            succeeded: output.status.success(),
            words,
        })
    }

    fn arguments(&self, command: &[&str]) -> Vec<String> {
        let wallet = self.wallet.display().to_string();
        let passphrase = User::Phone.home().join("passphrase").display().to_string();
        let fixed = [
            "--language",
            "en",
            "--data-dir",
            &wallet,
            "--keychain",
            "file",
            "--passphrase-file",
            &passphrase,
            "--tangle",
            NODE,
        ];
        let adapter: &[&str] = match command.iter().any(|word| NEARBY.contains(word)) {
            true => &["--adapter", "hci1"],
            false => &[],
        };
        [&fixed[..], command, adapter]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    match value.pointer(pointer).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => bail!("there is no {pointer} in {value}"),
    }
}

fn complaint(said: &[u8]) -> String {
    String::from_utf8_lossy(said).trim().to_owned()
}
