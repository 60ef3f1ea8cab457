//! Why a port that is there cannot be read: not allowed, or somebody else has it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::unistd::{Gid, Group, User, geteuid};

use super::ports::Ports;
use crate::meter::Trouble;

/// The sentence for a port that this user may not open.
pub(super) fn not_allowed(port: &Path) -> Trouble {
    let user = match User::from_uid(geteuid()) {
        Ok(Some(user)) => user.name,
        _ => geteuid().to_string(),
    };
    let group = fs::metadata(port)
        .ok()
        .and_then(|device| Group::from_gid(Gid::from_raw(device.gid())).ok().flatten());
    let (group, members) = match group {
        Some(group) => (group.name, group.mem),
        // The group of serial ports on Debian and its relatives.
        None => ("dialout".to_owned(), Vec::new()),
    };
    let port = port.display().to_string();
    if members.contains(&user) {
        Trouble::NotAllowedYet { port, user, group }
    } else {
        Trouble::NotAllowed { port, user, group }
    }
}

/// Which other program has this port open, as far as this user may see: by its open files, or by its lock file.
pub(super) fn held_by(port: &Path, ports: &Ports) -> Option<String> {
    let device = fs::canonicalize(port).ok()?;
    let own = std::process::id();
    let has_it_open = |pid: &u32| *pid != own && has_open(*pid, &device);
    let pid = processes().find(has_it_open).or_else(|| {
        let locked = fs::read_to_string(ports.lock_file(&device)?).ok()?;
        locked.trim().parse().ok().filter(|pid| *pid != own)
    })?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(format!("{} (process {pid})", name.trim()))
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn has_open(pid: u32, device: &Path) -> bool {
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    let mut files = files.into_iter().flatten().flatten();
    files.any(|file| fs::read_link(file.path()).is_ok_and(|open| open == device))
}
