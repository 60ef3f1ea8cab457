//! A house of real processes in real time: a node, a Pi with a simulated meter, its owner and services; whoever is not to be
//! killed may live in this process.

mod disk;
mod ledger;
mod my_home;
mod process;
mod service;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use consent::ConsentState;
use programs::Built;
use scenarios::{InMind, Service, Shared, agree, settings};
use tangle::Tangle;
use tempfile::TempDir;
use wallet::{Home, Surroundings, Wallet};

pub(crate) use disk::{CutShort, Disk, WRITE_AHEAD_LOG, measured};
pub(crate) use ledger::WholeLedger;
pub(crate) use my_home::MyHome;
pub(crate) use process::Process;
pub(crate) use service::ServiceProgram;

/// The shortest slot there is, so that much happens between two kills.
pub(crate) const SLOT: u64 = 1;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const NINETY_DAYS: u64 = 90 * 86_400;
/// Port 9 is that of a protocol that nobody serves any more.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A node, and a Pi that can be started. Dropping it stops the node.
pub(crate) struct RealHouse {
    /// The node.
    pub(crate) node: Process,
    url: String,
    meter: u64,
    dir: TempDir,
}

impl RealHouse {
    /// A node that runs, and a Pi that was never set up.
    pub(crate) fn new(meter: u64) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let (node, url) = Self::start_node(dir.path())?;
        Ok(Self {
            node,
            url,
            meter,
            dir,
        })
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

    /// The code of the Pi, which is set up by this.
    pub(crate) fn pairing_code(&self) -> anyhow::Result<String> {
        let mut setup = Command::new(program("pi-daemon")?);
        setup
            .args(["setup", "--json", "--data-dir"])
            .arg(self.pi_dir());
        let answer = setup.output().context("pi-daemon could not be started")?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout)?;
        let code = answer.get("code").and_then(serde_json::Value::as_str);
        Ok(code.context("the Pi has no pairing code")?.to_owned())
    }

    /// An owner in this process, paired with the Pi.
    pub(crate) async fn owner(&self) -> anyhow::Result<Wallet> {
        let home = surroundings(&self.dir("wallet"), &self.url)?;
        let (wallet, _) = Wallet::create(home, &settings(), &InMind::default())?;
        let code = self.pairing_code()?.parse()?;
        let _pi = self.start_pi()?;
        let name = Some("Meterkast".to_owned());
        wallet.pair(&code, name, |_| {}).await?;
        // The first word of the owner reaches the Pi.
        tokio::time::sleep(Duration::from_secs(2)).await;
        wallet.sync().await?;
        Ok(wallet)
    }

    /// A consent, while the Pi runs.
    pub(crate) async fn share(
        &self,
        wallet: &Wallet,
        service: &Service,
        lanes: &[&str],
    ) -> anyhow::Result<Shared> {
        let shared = agree(wallet, service, lanes, now() + NINETY_DAYS, now()).await;
        let active = || service.record(&shared.id).state == ConsentState::Active;
        until("keys arrive", async || {
            service.catch_up(now()).await;
            Ok(active())
        })
        .await?;
        wallet.sync().await?;
        Ok(shared)
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

/// Where one of the programs is.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    Built::beside_this_program()?.program(name)
}

/// A wallet's surroundings in real time.
pub(crate) fn surroundings(dir: &Path, url: &str) -> anyhow::Result<Surroundings> {
    Ok(Surroundings {
        home: Home::open(dir)?,
        tangle: Some(tangle::connect(url)?),
        clock: wallet::system_clock(),
    })
}

/// Waits until something is so, for a minute at most.
pub(crate) async fn until(
    what: &str,
    mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await? {
        anyhow::ensure!(
            Instant::now() < deadline,
            "{} s passed before {what}",
            PATIENCE.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The time, in unix seconds.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
