//! System packages that the project needs, installed where they are missing.

use crate::workspace::must;
use anyhow::{bail, ensure};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A Debian package, a file that shows it is installed, and what it is for.
pub(crate) struct Package {
    /// The package's name in Debian.
    pub(crate) name: &'static str,
    /// A file that it brings.
    pub(crate) brings: &'static str,
    /// What the project does with it.
    pub(crate) reason: &'static str,
}

/// Compilers for the C parts of dependencies (SQLite, zstd, NTRU).
pub(crate) const BUILD: &[Package] = &[Package {
    name: "build-essential",
    brings: "/usr/bin/cc",
    reason: "compiles the C code of SQLite, zstd and NTRU",
}];

/// A keychain of the operating system, to test the wallet with.
pub(crate) const KEYCHAIN: &[Package] = &[
    Package {
        name: "dbus",
        brings: "/usr/bin/dbus-run-session",
        reason: "gives the keychain test a session bus of its own",
    },
    Package {
        name: "gnome-keyring",
        brings: "/usr/bin/gnome-keyring-daemon",
        reason: "is the keychain that the wallet's seed is tested with",
    },
];

/// Python, for the second reader of the test vectors and for a client of the Tangle that others wrote.
const PYTHON: &[Package] = &[Package {
    name: "python3-venv",
    brings: "/usr/share/doc/python3-venv",
    reason: "runs the second reader of the test vectors and the Python client of the Tangle, with packages of their own",
}];

/// Node, for a client of the Tangle that others wrote and for the screens of the window.
const NODE: &[Package] = &[Package {
    name: "npm",
    brings: "/usr/share/doc/npm",
    reason: "builds the screens of My Home, and runs the JavaScript client of the Tangle that tangle-node is tested with",
}];

/// A broker, to test reading a meter over MQTT with.
pub(crate) const BROKER: &[Package] = &[Package {
    name: "mosquitto",
    brings: "/usr/sbin/mosquitto",
    reason: "is the MQTT broker that the test of a meter's topic reads from",
}];

/// What the wallet's window is built with.
pub(crate) const WINDOW: &[Package] = &[
    Package {
        name: "libwebkit2gtk-4.1-dev",
        brings: "/usr/share/doc/libwebkit2gtk-4.1-dev",
        reason: "is the web view that My Home shows its screens in",
    },
    Package {
        name: "pkgconf",
        brings: "/usr/bin/pkg-config",
        reason: "tells the build of the window where WebKit and GTK are",
    },
];

/// What the window is tried with where nobody looks at a screen.
pub(crate) const DISPLAY: &[Package] = &[
    Package {
        name: "xvfb",
        brings: "/usr/bin/Xvfb",
        reason: "is the display that the tests of the window show it on",
    },
    Package {
        name: "webkit2gtk-driver",
        brings: "/usr/bin/WebKitWebDriver",
        reason: "presses the buttons of the window in those tests",
    },
    Package {
        name: "libglib2.0-bin",
        brings: "/usr/bin/gio",
        reason: "opens a link there as a desktop does",
    },
    Package {
        name: "desktop-file-utils",
        brings: "/usr/bin/update-desktop-database",
        reason: "lets that desktop know which program opens links, and checks the file that says so",
    },
];

/// What runs a real Bluetooth stack without a radio.
pub(crate) const RADIO: &[Package] = &[
    Package {
        name: "qemu-system-x86",
        brings: "/usr/bin/qemu-system-x86_64",
        reason: "runs the virtual machine in which pairing over Bluetooth is tested",
    },
    Package {
        name: "busybox-static",
        brings: "/usr/share/doc/busybox-static",
        reason: "is what that machine starts with",
    },
    Package {
        name: "bluez",
        brings: "/usr/libexec/bluetooth/bluetoothd",
        reason: "is the Bluetooth stack of that machine",
    },
    Package {
        name: "bluez-test-tools",
        brings: "/usr/bin/btvirt",
        reason: "has virtual Bluetooth controllers that hear each other",
    },
    Package {
        name: "dbus",
        brings: "/usr/bin/dbus-daemon",
        reason: "is the bus over which programs reach the Bluetooth stack",
    },
    Package {
        name: "kmod",
        brings: "/sbin/modprobe",
        reason: "says which kernel modules that machine needs",
    },
    Package {
        name: "xz-utils",
        brings: "/usr/bin/xz",
        reason: "uncompresses that machine's kernel",
    },
    Package {
        name: "zstd",
        brings: "/usr/bin/zstd",
        reason: "uncompresses that machine's kernel",
    },
];

/// What a Raspberry Pi OS has for its Wi-Fi, and a router for it. They are unpacked and never installed: an installed
/// NetworkManager would take over the network of whoever runs the tests. `brings` is below the folder they are unpacked in.
pub(crate) const WIFI: &[Package] = &[
    Package {
        name: "network-manager",
        brings: "usr/sbin/NetworkManager",
        reason: "joins the Wi-Fi in that machine, as on a Raspberry Pi",
    },
    Package {
        name: "wpasupplicant",
        brings: "usr/share/doc/wpasupplicant",
        reason: "is what NetworkManager joins it with",
    },
    Package {
        name: "polkitd",
        brings: "usr/lib/polkit-1/polkitd",
        reason: "decides what NetworkManager does for which user",
    },
    Package {
        name: "hostapd",
        brings: "usr/sbin/hostapd",
        reason: "is the router whose Wi-Fi is joined",
    },
    Package {
        name: "iw",
        brings: "usr/share/doc/iw",
        reason: "moves the router's virtual adapter into a network of its own",
    },
];

/// A second browser, for the layout and accessibility of the screens.
pub(crate) const BROWSER: &[Package] = &[Package {
    name: "chromium",
    brings: "/usr/bin/chromium",
    reason: "lays out the screens that the tests of the window came to, at every width and in both themes",
}];

/// Installs npm, and Node with it, where there is none of any origin.
pub(crate) fn npm() -> anyhow::Result<()> {
    if succeeds("npm", &["--version"]) {
        return Ok(());
    }
    install(&[NODE])
}

/// Installs Python's virtual environments where they are missing.
pub(crate) fn python() -> anyhow::Result<()> {
    if succeeds("python3", &["-c", "import venv, ensurepip"]) {
        return Ok(());
    }
    install(&[PYTHON])
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let asked = Command::new(program).args(arguments).output();
    asked.is_ok_and(|output| output.status.success())
}

/// Installs what is missing of `wanted` on Debian and its relatives; elsewhere says what to install.
pub(crate) fn install(wanted: &[&[Package]]) -> anyhow::Result<()> {
    let missing: Vec<&Package> = wanted
        .iter()
        .copied()
        .flatten()
        .filter(|package| !Path::new(package.brings).exists())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        println!(
            "Missing on this machine: {} ({}).",
            package.name, package.reason
        );
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "please install what these Debian packages contain, then run this again: {}",
            names.join(" ")
        );
    }
    println!("Installing: {}", names.join(" "));
    must("apt-get update", apt_get()?.args(["-qq", "update"]))?;
    must(
        "apt-get install",
        apt_get()?
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&names)
            .stdout(Stdio::null()),
    )
}

/// Fetches these packages, with what they depend on and this computer lacks, and unpacks them into a folder. Nothing is
/// installed, and no rights are needed where apt's lists are new.
pub(crate) fn unpack(wanted: &[Package], folder: &Path) -> anyhow::Result<()> {
    if wanted
        .iter()
        .all(|package| folder.join(package.brings).exists())
    {
        return Ok(());
    }
    for package in wanted {
        println!(
            "Fetching {} once ({}); it is not installed.",
            package.name, package.reason
        );
    }
    let fetched = folder.with_extension("debs");
    fs::create_dir_all(fetched.join("partial"))?;
    let mut download = Command::new("apt-get");
    download
        .args(["install", "-y", "-qq", "--download-only", "--reinstall"])
        .args(["--no-install-recommends", "-o", "Debug::NoLocking=1", "-o"])
        .arg(format!("Dir::Cache::archives={}", fetched.display()))
        .args(wanted.iter().map(|package| package.name))
        .env("DEBIAN_FRONTEND", "noninteractive");
    let name = "apt-get install --download-only";
    if must(name, &mut download).is_err() {
        // What apt knows may be too old, or nothing yet.
        must("apt-get update", apt_get()?.args(["-qq", "update"]))?;
        must(name, &mut download)?;
    }
    for entry in fs::read_dir(&fetched)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            must("dpkg-deb", unpack.arg("-x").arg(path).arg(folder))?;
        }
    }
    fs::remove_dir_all(fetched)?;
    for package in wanted {
        ensure!(
            folder.join(package.brings).exists(),
            "Debian's package {} brought no {}",
            package.name,
            package.brings
        );
    }
    Ok(())
}

fn apt_get() -> anyhow::Result<Command> {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else if Path::new("/usr/bin/sudo").exists() {
        let mut sudo = Command::new("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    } else {
        bail!("installing packages needs root: install them yourself, or install sudo");
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
