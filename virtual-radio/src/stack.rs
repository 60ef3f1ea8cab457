//! The Bluetooth stack: one bluetoothd for all controllers, which can be restarted, set up otherwise, or switched off.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{Program, User, run, wait_for};

const SETTINGS: &str = "/etc/bluetooth/main.conf";
const BTVIRT: &str = "btvirt";
const HCI0: &str = "/sys/class/bluetooth/hci0";
/// Where the machine has what the package of pi-daemon brings.
const UNBLOCK: &str = "/usr/share/pi-daemon/unblock-bluetooth.sh";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running bluetoothd.
pub(crate) struct Stack {
    _bluetoothd: Program,
}

impl Stack {
    /// bluetoothd as pi-daemon's package sets it up.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_with(Path::new(SETTINGS)).await
    }

    /// bluetoothd that agrees on no larger MTU than this, as with a phone that has no larger one.
    pub(crate) async fn start_with_mtu(mtu: u16) -> anyhow::Result<Self> {
        let settings = fs::read_to_string(SETTINGS)?;
        let with = settings.replace("[GATT]", &format!("[GATT]\nExchangeMTU = {mtu}"));
        anyhow::ensure!(with != settings, "the settings have no [GATT]");
        let path = Path::new("/run/main.conf");
        fs::write(path, with)?;
        Self::start_with(path).await
    }

    /// bluetoothd on a computer without controllers, or without some of them.
    pub(crate) fn start_without_controllers() -> anyhow::Result<Self> {
        Self::begin(Path::new(SETTINGS))
    }

    async fn start_with(settings: &Path) -> anyhow::Result<Self> {
        let stack = Self::begin(settings)?;
        stack.has_controllers().await?;
        Ok(stack)
    }

    fn begin(settings: &Path) -> anyhow::Result<Self> {
        let settings = settings.display().to_string();
        let arguments = ["-n", "-f", &settings];
        Ok(Self {
            _bluetoothd: Program::start(User::Root, "bluetoothd", &arguments)?,
        })
    }

    /// Waits until it has switched all of them on.
    pub(crate) async fn has_controllers(&self) -> anyhow::Result<()> {
        for controller in ["hci0", "hci1", "hci2"] {
            is_known(controller).await?;
        }
        Ok(())
    }
}

/// A computer whose controllers were pulled out; when this is dropped they are plugged in again.
pub(crate) struct PulledOut(());

impl PulledOut {
    pub(crate) async fn now() -> anyhow::Result<Self> {
        let runs = |process: &PathBuf| {
            let name = fs::read_to_string(process.join("comm"));
            name.is_ok_and(|name| name.trim() == BTVIRT)
        };
        let processes = fs::read_dir("/proc")?.flatten().map(|entry| entry.path());
        for process in processes.filter(runs) {
            let id = process.file_name().unwrap_or_default().to_string_lossy();
            let id = Pid::from_raw(id.parse().context("btvirt's number")?);
            kill(id, Signal::SIGKILL)?;
        }
        let gone = || (!Path::new(HCI0).exists()).then_some(());
        wait_for("the controllers to go", PATIENCE, gone).await?;
        Ok(Self(()))
    }
}

impl Drop for PulledOut {
    fn drop(&mut self) {
        let options = fs::read_to_string("/etc/btvirt").unwrap_or_default();
        let options: Vec<&str> = options.split_whitespace().collect();
        let mut btvirt = User::Root.command(BTVIRT, &options);
        // It stays for the stories after this one.
        let started = btvirt.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        if let Err(error) = started {
            println!("btvirt does not start: {error}");
        }
    }
}

async fn is_known(controller: &str) -> anyhow::Result<()> {
    let start = std::time::Instant::now();
    let path = format!("/org/bluez/{controller}");
    loop {
        let arguments = [
            "--system",
            "--print-reply",
            "--dest=org.bluez",
            &path,
            "org.freedesktop.DBus.Properties.Get",
            "string:org.bluez.Adapter1",
            "string:Powered",
        ];
        let asked = run(User::Root.command("dbus-send", &arguments), PATIENCE).await?;
        if String::from_utf8_lossy(&asked.stdout).contains("boolean true") {
            return Ok(());
        }
        anyhow::ensure!(
            start.elapsed() < PATIENCE,
            "bluetoothd did not switch {controller} on: {}",
            String::from_utf8_lossy(&asked.stderr).trim()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What bluetoothd thinks of the controllers, for a story that failed.
pub(crate) async fn controllers() -> anyhow::Result<String> {
    let session = bluer::Session::new().await?;
    let mut all = Vec::new();
    for name in ["hci0", "hci2"] {
        let adapter = session.adapter(name)?;
        all.push(format!(
            "{name}: powered {}, looking {}, advertisements {}, devices {}",
            adapter.is_powered().await?,
            adapter.is_discovering().await?,
            adapter.active_advertising_instances().await?,
            adapter.device_addresses().await?.len(),
        ));
    }
    Ok(all.join("; "))
}

/// The kernel's switch of the Pi's controller.
pub(crate) async fn block_the_pi(blocked: bool) -> anyhow::Result<()> {
    let found = || {
        let switches = fs::read_dir(HCI0).ok()?;
        let mut names = switches.flatten().map(|entry| entry.path());
        names.find(|path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("rfkill")
        })
    };
    let switch = wait_for("the switch of hci0", PATIENCE, found).await?;
    let state = if blocked { "1" } else { "0" };
    fs::write(switch.join("soft"), state).context("the switch of hci0 does not move")
}

/// What the package of pi-daemon does when it is installed.
pub(crate) async fn unblocked_by_the_package() -> anyhow::Result<String> {
    let script = User::Root.command("/bin/busybox", &["sh", UNBLOCK]);
    let done = run(script, PATIENCE).await?;
    anyhow::ensure!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
