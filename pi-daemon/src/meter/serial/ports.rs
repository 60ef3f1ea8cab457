//! Where a system names its serial ports, and which adapter is behind a name.

use std::fs;
use std::path::{Path, PathBuf};

/// How many directories of `/sys` may lie between a port and the USB device that it is part of.
const DEPTH: usize = 6;

/// The places in which Linux names serial ports: `/dev`, `/dev/serial/by-id`, `/sys/class/tty` and `/run/lock`.
#[derive(Clone, Debug)]
pub struct Ports {
    root: PathBuf,
}

/// What stays the same when a cable is plugged in again: of a USB adapter its maker, model, serial number and interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Adapter(String);

impl Default for Ports {
    fn default() -> Self {
        Self::under("/")
    }
}

impl Ports {
    /// The same places below another directory than `/`.
    pub fn under(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Every serial port that a P1 cable can be, once each; by the names that tell which adapter it is, where there are such.
    pub(super) fn plugged_in(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        let mut devices: Vec<PathBuf> = Vec::new();
        let by_id = names_in(&self.by_id(), "");
        let dev = self.root.join("dev");
        for name in by_id
            .into_iter()
            .chain(names_in(&dev, "ttyUSB"))
            .chain(names_in(&dev, "ttyACM"))
        {
            // A name whose device is gone is a name of nothing.
            let Ok(device) = fs::canonicalize(&name) else {
                continue;
            };
            if !devices.contains(&device) {
                devices.push(device);
                found.push(name);
            }
        }
        found
    }

    /// Which adapter is behind this name; nothing where the system does not tell.
    pub(super) fn adapter(&self, name: &Path) -> Option<Adapter> {
        let device = fs::canonicalize(name).ok()?;
        self.usb_device(&device)
            .or_else(|| self.named_by_id(&device))
    }

    /// The port that this adapter has now, if it is plugged in.
    pub(super) fn of(&self, adapter: &Adapter) -> Option<PathBuf> {
        let mut names = self.plugged_in().into_iter();
        names.find(|name| self.adapter(name).as_ref() == Some(adapter))
    }

    /// The lock file of programs that agree on such files (`cu`, `minicom`): Filesystem Hierarchy Standard 3.0, section 5.9.
    pub(super) fn lock_file(&self, device: &Path) -> Option<PathBuf> {
        let name = device.file_name()?.to_string_lossy();
        Some(self.root.join("run/lock").join(format!("LCK..{name}")))
    }

    fn by_id(&self) -> PathBuf {
        self.root.join("dev/serial/by-id")
    }

    fn named_by_id(&self, device: &Path) -> Option<Adapter> {
        let mut names = names_in(&self.by_id(), "").into_iter();
        let name = names.find(|name| fs::canonicalize(name).is_ok_and(|named| named == device))?;
        Some(Adapter(name.file_name()?.to_string_lossy().into_owned()))
    }

    fn usb_device(&self, device: &Path) -> Option<Adapter> {
        let port = self.root.join("sys/class/tty").join(device.file_name()?);
        let place = fs::canonicalize(port.join("device")).ok()?;
        let says = |what: &str| {
            let mut above = place.ancestors().take(DEPTH);
            let said = above.find_map(|at| fs::read_to_string(at.join(what)).ok());
            said.map(|said| said.trim().to_owned())
        };
        let (vendor, product) = (says("idVendor")?, says("idProduct")?);
        let serial = says("serial").unwrap_or_default();
        let interface = says("bInterfaceNumber").unwrap_or_default();
        Some(Adapter(format!("{vendor}:{product}:{serial}:{interface}")))
    }
}

fn names_in(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Plugs an adapter in as the kernel and udev show it.
    fn plug_in(root: &Path, tty: &str, serial: Option<&str>, by_id: Option<&str>) {
        let usb = root.join(format!("sys/devices/usb1/{tty}-device"));
        let interface = usb.join("1-1:1.0");
        fs::create_dir_all(interface.join(tty)).unwrap();
        fs::write(usb.join("idVendor"), "0403\n").unwrap();
        fs::write(usb.join("idProduct"), "6001\n").unwrap();
        fs::write(interface.join("bInterfaceNumber"), "00\n").unwrap();
        if let Some(serial) = serial {
            fs::write(usb.join("serial"), format!("{serial}\n")).unwrap();
        }
        let class = root.join("sys/class/tty").join(tty);
        fs::create_dir_all(&class).unwrap();
        symlink(interface.join(tty), class.join("device")).unwrap();
        fs::create_dir_all(root.join("dev/serial/by-id")).unwrap();
        fs::write(root.join("dev").join(tty), "").unwrap();
        if let Some(by_id) = by_id {
            let link = root.join("dev/serial/by-id").join(by_id);
            symlink(root.join("dev").join(tty), link).unwrap();
        }
    }

    #[test]
    fn a_port_is_found_once_and_by_its_telling_name() {
        let root = tempfile::tempdir().unwrap();
        plug_in(root.path(), "ttyUSB0", Some("A1"), Some("usb-FTDI_A1"));
        plug_in(root.path(), "ttyUSB1", Some("B2"), None);
        fs::write(root.path().join("dev/ttyS0"), "").unwrap();
        symlink("/nowhere", root.path().join("dev/serial/by-id/usb-gone")).unwrap();
        let found = Ports::under(root.path()).plugged_in();
        let dev = root.path().join("dev");
        assert_eq!(
            found,
            [dev.join("serial/by-id/usb-FTDI_A1"), dev.join("ttyUSB1")]
        );
    }

    #[test]
    fn an_adapter_is_known_again_under_another_name() {
        let root = tempfile::tempdir().unwrap();
        let ports = Ports::under(root.path());
        let dev = root.path().join("dev");
        plug_in(root.path(), "ttyUSB0", Some("A1"), Some("usb-FTDI_A1"));
        let cable = ports.adapter(&dev.join("ttyUSB0")).unwrap();
        assert_eq!(ports.of(&cable), Some(dev.join("serial/by-id/usb-FTDI_A1")));

        // It comes back as another tty, and another adapter has its old name.
        fs::remove_file(dev.join("serial/by-id/usb-FTDI_A1")).unwrap();
        fs::remove_dir_all(root.path().join("sys")).unwrap();
        plug_in(root.path(), "ttyUSB0", Some("OTHER"), None);
        assert_eq!(ports.of(&cable), None);
        plug_in(root.path(), "ttyUSB7", Some("A1"), None);
        assert_eq!(ports.of(&cable), Some(dev.join("ttyUSB7")));
    }
}
