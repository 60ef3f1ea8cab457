//! A session of its own for each window: a message bus, and on it a keychain or none.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::screen::within;

/// No service starts by itself on this bus, so there is a keychain only if a test starts one.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// A message bus that ends with the value.
pub(crate) struct Bus {
    daemon: Child,
    keychain: Option<Child>,
    pub(crate) address: String,
}

impl Bus {
    pub(crate) fn start(home: &Path, with_keychain: bool) -> Self {
        let config = home.join("bus.conf");
        std::fs::write(&config, CONFIG).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon: `cargo xtask test-app` installs it");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim().to_owned();
        let keychain = with_keychain.then(|| keychain(home, &address));
        Self {
            daemon,
            keychain,
            address,
        }
    }

    /// A keychain comes onto the bus.
    pub(crate) fn start_keychain(&mut self, home: &Path) {
        self.keychain = Some(keychain(home, &self.address));
    }

    pub(crate) async fn connect(&self) -> zbus::Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str()).unwrap();
        within("the bus", builder.build()).await.unwrap()
    }
}

/// Unlocked before anybody asks it: a locked one would open a dialog that nobody answers.
fn keychain(home: &Path, address: &str) -> Child {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--foreground", "--unlock", "--components=secrets"])
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon: `cargo xtask test-app` installs it");
    daemon.stdin.take().unwrap().write_all(b"secret").unwrap();
    daemon
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.keychain.iter_mut().chain([&mut self.daemon]) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
