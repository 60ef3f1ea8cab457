//! A meter, a Pi, a wallet, a Tangle and two services, each a process of its own.

use super::Options;
use super::home::Home;
use super::process::{Process, free_port};
use super::provider::Provider;
use super::story::Given;
use crate::workspace::{program, root};
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything that runs during the demonstration. Dropping it stops it all.
pub(crate) struct Household {
    /// Where all data are.
    pub(crate) folder: PathBuf,
    /// Address of the Tangle node.
    pub(crate) tangle: String,
    /// The wallet.
    pub(crate) home: Home,
    /// The services, in the order in which they were started.
    pub(crate) services: Vec<Provider>,
    device: PathBuf,
    meter: String,
    daemon: Option<Process>,
    node: Process,
}

impl Household {
    /// An empty folder and a Tangle node in it.
    pub(crate) fn start(options: &Options) -> anyhow::Result<Self> {
        let folder = emptied(&root().join(&options.folder))?;
        let listen = format!("127.0.0.1:{}", free_port(14265)?);
        let tangle = format!("http://{listen}");
        let file = folder.join("tangle.sqlite").display().to_string();
        let mut node = Process::start(
            "tangle-node",
            "tangle-node",
            &["--listen", &listen, "--data", &file],
            &folder,
        )?;
        let health = format!("{tangle}/health");
        node.wait_until_ready(|| ureq::get(&health).call().is_ok())?;
        Ok(Self {
            home: Home::new(&folder, &tangle)?,
            device: folder.join("pi"),
            meter: from_here(&options.meter)?,
            folder,
            tangle,
            services: Vec::new(),
            daemon: None,
            node,
        })
    }

    /// Sets the Pi up and gives its pairing code.
    pub(crate) fn set_up_the_pi(&self) -> anyhow::Result<String> {
        let answer = self.pi(&["setup", "--json"])?;
        let code = answer.get("code").and_then(Value::as_str);
        Ok(code.context("the Pi printed no pairing code")?.to_owned())
    }

    /// Starts the daemon on the Pi.
    pub(crate) fn start_the_pi(&mut self, live_slot: u32) -> anyhow::Result<()> {
        let device = self.device.display().to_string();
        let mut daemon = Process::start(
            "pi-daemon",
            "pi-daemon",
            &[
                "run",
                "--meter",
                &self.meter,
                "--tangle",
                &self.tangle,
                "--data-dir",
                &device,
                "--live-slot",
                &live_slot.to_string(),
            ],
            &self.folder,
        )?;
        // Until the daemon listens there, `pi-daemon status` would take the directory for itself.
        let socket = self.device.join("control.sock");
        daemon.wait_until_ready(|| socket.exists())?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// What `pi-daemon status` says.
    pub(crate) fn pi_status(&self) -> anyhow::Result<Value> {
        self.pi(&["status", "--json"])
    }

    /// The service that was started as number `n`.
    pub(crate) fn service(&self, n: usize) -> anyhow::Result<&Provider> {
        self.services.get(n).context("that service was not started")
    }

    /// Fails with the last words of a program that ended.
    pub(crate) fn all_well(&mut self) -> anyhow::Result<()> {
        let services = self.services.iter_mut().map(|service| &mut service.process);
        let all = services.chain(&mut self.daemon).chain([&mut self.node]);
        for process in all {
            if !process.is_running() {
                bail!(process.obituary());
            }
        }
        Ok(())
    }

    /// Keeps everything running until the person ends it.
    pub(crate) fn stay_open(mut self, given: &Given) -> anyhow::Result<()> {
        let home = self.home.script().display();
        let service = self.service(0)?;
        println!("\nOpen the page of {}: {}", service.name, given.page);
        println!("\nMy Home, in another terminal:");
        println!("  {home} consents             who sees what, until when");
        println!("  {home} revoke {}   stops it", given.id);
        println!("  {home} activity             everything that happened");
        println!("\nCtrl-C ends the demonstration.");
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
            self.all_well()?;
        }
    }

    fn pi(&self, command: &[&str]) -> anyhow::Result<Value> {
        let output = Command::new(program("pi-daemon"))
            .args(command)
            .arg("--data-dir")
            .arg(&self.device)
            .output()
            .context("pi-daemon could not be started")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = String::from_utf8(output.stdout)?;
        serde_json::from_str(&text).with_context(|| format!("pi-daemon answered {text:?}"))
    }
}

/// A folder of the demonstration, emptied; any other folder with something in it is left alone.
fn emptied(folder: &Path) -> anyhow::Result<PathBuf> {
    let mark = folder.join(".meterkast-demo");
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !mark.exists() {
        bail!(
            "{} has other things in it: name an empty folder with --folder",
            folder.display()
        );
    }
    if occupied {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    std::fs::write(mark, "made by `cargo xtask demo`\n")?;
    Ok(folder.canonicalize()?)
}

/// A meter's address with its file's path made absolute, so that it means the same to every process.
fn from_here(meter: &str) -> anyhow::Result<String> {
    let Some(recording) = meter.strip_prefix("replay:") else {
        return Ok(meter.to_owned());
    };
    let (file, speed) = match recording.rsplit_once('@') {
        Some((file, speed)) if speed.parse::<f64>().is_ok() => (file, format!("@{speed}")),
        _ => (recording, String::new()),
    };
    let absolute = Path::new(file)
        .canonicalize()
        .with_context(|| format!("the recording {file} cannot be read"))?;
    Ok(format!("replay:{}{speed}", absolute.display()))
}
