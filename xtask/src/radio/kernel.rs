//! Debian's own kernel, only unpacked and never installed: the image, and the modules that make Bluetooth and Wi-Fi without a
//! radio.

use crate::workspace::must;
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is loaded at the start, with whatever it depends on. The controllers do not start without the ciphers.
pub(super) const BLUETOOTH: &[&str] = &[
    "ctr",
    "sha512_generic",
    "cmac",
    "ecb",
    "drbg",
    "hci_vhci",
    "algif_hash",
    "algif_skcipher",
];
/// What a story about Wi-Fi loads: virtual adapters that hear each other, and the cipher of WPA2.
pub(super) const WIFI: &[&str] = &["ccm", "mac80211_hwsim"];
/// Without these there is nothing to tell; of the ciphers one kernel has built in what the next one has not.
const VIRTUAL: [&str; 2] = ["hci_vhci", "mac80211_hwsim"];
/// What is kept of the package: 16 MB of 400.
const KEPT: [&str; 12] = [
    "*/boot/vmlinuz-*",
    "*/modules.*",
    "*/kernel/crypto/*",
    "*/kernel/arch/x86/crypto/*",
    "*/kernel/lib/*",
    "*/net/bluetooth/bluetooth.ko*",
    "*/net/rfkill/*",
    "*/drivers/bluetooth/hci_vhci.ko*",
    "*/net/wireless/cfg80211.ko*",
    "*/net/mac80211/mac80211.ko*",
    "*/drivers/virtio/*",
    "*/mac80211_hwsim.ko*",
];
/// Compressed kernels, and what takes them apart.
const COMPRESSED: [(&[u8], &str); 3] = [
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x1f\x8b\x08", "gzip"),
];

/// A kernel in a folder.
pub(super) struct Kernel {
    /// The uncompressed image, which QEMU enters directly: seconds faster than through a boot loader.
    pub(super) image: PathBuf,
    tree: PathBuf,
}

impl Kernel {
    /// The kernel in this folder, fetched once: 70 MB through apt.
    pub(super) fn fetched(folder: &Path) -> anyhow::Result<Self> {
        let kernel = Self {
            image: folder.join("vmlinux"),
            tree: folder.join("kernel"),
        };
        // One that was fetched for less lacks modules.
        let kept = folder.join("kernel-kept");
        let is_whole = fs::read_to_string(&kept).is_ok_and(|kept| kept == KEPT.join("\n"));
        if is_whole && kernel.image.exists() {
            return Ok(kernel);
        }
        fs::create_dir_all(folder)?;
        let package = package()?;
        println!("Fetching {package} once, to run Bluetooth and Wi-Fi in a virtual machine.");
        kernel.unpack(&download(folder, &package)?)?;
        kernel.uncompress()?;
        fs::write(kept, KEPT.join("\n"))?;
        Ok(kernel)
    }

    /// These modules, and what they depend on, in the order in which they are loaded, as uncompressed files.
    pub(super) fn modules(&self, wanted: &[&str]) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let version = only_entry(&self.tree.join("lib/modules"))?;
        let mut modules: Vec<(String, Vec<u8>)> = Vec::new();
        for &wanted in wanted {
            let mut ask = Command::new("/sbin/modprobe");
            ask.arg("-d").arg(&self.tree).args(["-S", &version]);
            let asked = ask.args(["--show-depends", wanted]).output()?;
            ensure!(
                asked.status.success() || !VIRTUAL.contains(&wanted),
                "the kernel {version} has no module {wanted}, the virtual adapters"
            );
            let said = String::from_utf8_lossy(&asked.stdout).into_owned();
            for path in said.lines().filter_map(|line| line.strip_prefix("insmod ")) {
                let path = Path::new(path.trim());
                let name = path.file_name().context("a module without a name")?;
                let name = name.to_string_lossy();
                let plain = name.trim_end_matches(".xz").trim_end_matches(".zst");
                if !modules.iter().any(|(known, _)| known == plain) {
                    modules.push((plain.to_owned(), module(path)?));
                }
            }
        }
        Ok(modules)
    }

    fn unpack(&self, package: &Path) -> anyhow::Result<()> {
        let _ = fs::remove_dir_all(&self.tree);
        fs::create_dir_all(&self.tree)?;
        let mut files = Command::new("dpkg-deb")
            .arg("--fsys-tarfile")
            .arg(package)
            .stdout(Stdio::piped())
            .spawn()
            .context("dpkg-deb could not be started")?;
        let packed = files.stdout.take().context("dpkg-deb has no output")?;
        let mut tar = Command::new("tar");
        tar.arg("-x").arg("-C").arg(&self.tree).arg("--wildcards");
        must("tar", tar.args(KEPT).stdin(packed))?;
        ensure!(files.wait()?.success(), "the kernel's package is damaged");
        fs::remove_file(package)?;
        // Debian 13 has everything below /usr.
        if !self.tree.join("lib").exists() {
            std::os::unix::fs::symlink("usr/lib", self.tree.join("lib"))?;
        }
        let version = only_entry(&self.tree.join("lib/modules"))?;
        let mut depmod = Command::new("/sbin/depmod");
        let depmod = depmod.arg("-b").arg(&self.tree).arg(version);
        must("depmod", depmod.stderr(Stdio::null()))
    }

    fn uncompress(&self) -> anyhow::Result<()> {
        let boot = self.tree.join("boot");
        let packed = fs::read(boot.join(only_entry(&boot)?))?;
        for (magic, program) in COMPRESSED {
            let starts = packed.windows(magic.len()).enumerate();
            for (at, _) in starts.filter(|(_, window)| *window == magic) {
                let compressed = packed.get(at..).unwrap_or_default();
                let plain = piped(program, compressed).unwrap_or_default();
                if plain.starts_with(b"\x7fELF") {
                    let half = self.image.with_extension("half");
                    fs::write(&half, plain)?;
                    return Ok(fs::rename(half, &self.image)?);
                }
            }
        }
        bail!("Debian's kernel is compressed in a way that is not known here")
    }
}

/// The kernel that Debian's `linux-image-amd64` stands for. The `cloud` one has no Bluetooth.
fn package() -> anyhow::Result<String> {
    let asked = Command::new("apt-cache")
        .args(["depends", "linux-image-amd64"])
        .output()
        .context("this needs Debian's kernel, and apt is not here to fetch it")?;
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let mut names = said.lines().filter_map(|line| line.split_once("Depends: "));
    let (_, name) = names
        .next()
        .context("apt knows no linux-image-amd64: is this Debian, and was `apt-get update` run?")?;
    Ok(name.trim().to_owned())
}

fn download(folder: &Path, package: &str) -> anyhow::Result<PathBuf> {
    let place = folder.join("download");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place)?;
    let mut apt = Command::new("apt-get");
    let apt = apt.current_dir(&place).args(["-qq", "download", package]);
    must("apt-get download", apt.stderr(Stdio::null()))?;
    Ok(place.join(only_entry(&place)?))
}

fn module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("{}", path.display()))?;
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("xz") => piped("xz", &bytes),
        Some("zst") => piped("zstd", &bytes),
        _ => Ok(bytes),
    }
}

/// Takes apart what is compressed; what comes behind it does not matter.
fn piped(program: &str, compressed: &[u8]) -> anyhow::Result<Vec<u8>> {
    use std::io::{Read as _, Write as _};
    let mut child = Command::new(program)
        .args(["-d", "-c", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    let mut input = child.stdin.take().context("no input")?;
    let mut output = child.stdout.take().context("no output")?;
    let mut plain = Vec::new();
    std::thread::scope(|scope| {
        // It stops reading where the compressed part ends.
        scope.spawn(move || drop(input.write_all(compressed)));
        output.read_to_end(&mut plain)
    })?;
    child.wait()?;
    Ok(plain)
}

fn only_entry(folder: &Path) -> anyhow::Result<String> {
    let first = fs::read_dir(folder)
        .with_context(|| format!("{}", folder.display()))?
        .next();
    let entry = first.with_context(|| format!("{} is empty", folder.display()))??;
    Ok(entry.file_name().to_string_lossy().into_owned())
}
