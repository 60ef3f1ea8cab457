//! A house of real processes in real time: a node, a Pi with a simulated meter, and, in this process, its owner and services.

mod disk;
mod ledger;
mod process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use scenarios::{InMind, Service, program, settings};
use tangle::Tangle;
use tempfile::TempDir;
use wallet::{Home, Seed, Surroundings, Wallet};

pub(crate) use disk::Disk;
pub(crate) use ledger::WholeLedger;
pub(crate) use process::Process;

/// The shortest slot there is, so that much happens between two kills.
pub(crate) const SLOT: u64 = 1;

/// Port 9 is that of a protocol that nobody serves any more.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Everything that runs. Dropping it stops it.
pub(crate) struct RealHouse {
    /// The owner, in this process.
    pub(crate) wallet: Arc<Wallet>,
    /// The owner's words.
    pub(crate) seed: Seed,
    url: String,
    meter: u64,
    dir: TempDir,
    _node: Process,
}

impl RealHouse {
    /// A node, a Pi that was set up and paired, and its owner. The Pi does not run.
    pub(crate) async fn new(meter: u64) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let (node, url) = Self::start_node(dir.path())?;
        let (wallet, seed) = Wallet::create(
            surroundings(&dir.path().join("wallet"), &url)?,
            &settings(),
            &InMind::default(),
        )?;
        let house = Self {
            wallet: Arc::new(wallet),
            seed,
            url,
            meter,
            dir,
            _node: node,
        };
        house.pair().await?;
        Ok(house)
    }

    fn start_node(dir: &Path) -> anyhow::Result<(Process, String)> {
        let file = dir.join("tangle.sqlite");
        let mut command = Command::new(program("tangle-node")?);
        command
            .args(["--listen", "127.0.0.1:0", "--log", "warn", "--data"])
            .arg(file);
        let (node, line) = Process::announced(&mut command)?;
        let url = line.strip_prefix("tangle-node listens on ");
        Ok((
            node,
            url.context("the node said something else")?.to_owned(),
        ))
    }

    async fn pair(&self) -> anyhow::Result<()> {
        let mut setup = Command::new(program("pi-daemon")?);
        setup
            .args(["setup", "--json", "--data-dir"])
            .arg(self.pi_dir());
        let answer = setup.output().context("pi-daemon could not be started")?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout)?;
        let code = answer.get("code").and_then(serde_json::Value::as_str);
        let code = code.context("the Pi has no pairing code")?.parse()?;
        let _pi = self.start_pi()?;
        let name = Some("Meterkast".to_owned());
        self.wallet.pair(&code, name, |_| {}).await?;
        // The first word of the owner reaches the Pi.
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.wallet.sync().await?;
        Ok(())
    }

    /// The Pi starts, with whatever its disk holds.
    pub(crate) fn start_pi(&self) -> anyhow::Result<Process> {
        self.start_pi_at(&self.url)
    }

    /// The Pi starts, and its node is away.
    pub(crate) fn start_pi_alone(&self) -> anyhow::Result<Process> {
        self.start_pi_at(NOWHERE)
    }

    fn start_pi_at(&self, node: &str) -> anyhow::Result<Process> {
        let meter = format!("simulated:{}", self.meter);
        let mut command = Command::new(program("pi-daemon")?);
        command
            .args([
                "run",
                "--log",
                "error",
                "--live-slot",
                "1",
                "--meter",
                &meter,
            ])
            .args(["--tangle", node, "--data-dir"])
            .arg(self.pi_dir());
        Process::start(&mut command)
    }

    /// Where the Pi keeps its things.
    pub(crate) fn pi_dir(&self) -> PathBuf {
        self.dir.path().join("pi")
    }

    /// A directory for something else.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The address of the node.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The node, as somebody uses it.
    pub(crate) fn tangle(&self) -> anyhow::Result<Arc<dyn Tangle>> {
        Ok(tangle::connect(&self.url)?)
    }

    /// A service that runs in this process.
    pub(crate) fn service(&self, name: &str) -> anyhow::Result<Service> {
        let dir = self.dir(&name.replace(' ', "-"));
        Ok(Service::start_on(name, &dir, self.tangle()?))
    }

    /// Everything that was ever published.
    pub(crate) fn whole_ledger(&self) -> anyhow::Result<WholeLedger> {
        WholeLedger::read(&self.dir("tangle.sqlite"))
    }
}

/// A wallet's surroundings in real time.
pub(crate) fn surroundings(dir: &Path, url: &str) -> anyhow::Result<Surroundings> {
    Ok(Surroundings {
        home: Home::open(dir)?,
        tangle: Some(tangle::connect(url)?),
        clock: wallet::system_clock(),
    })
}

/// The time, in unix seconds.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
