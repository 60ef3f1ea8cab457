//! The demonstration's folder, and paths that mean the same to every process.

use super::Options;
use crate::workspace::root;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// The folder of the demonstration, emptied; any other folder with something in it is left alone.
pub(crate) fn emptied(options: &Options) -> anyhow::Result<PathBuf> {
    let folder = root().join(&options.folder);
    let mark = folder.join(".meterkast-demo");
    let occupied = std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !mark.exists() {
        bail!(
            "{} has other things in it: name an empty folder with --folder",
            folder.display()
        );
    }
    if occupied {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    std::fs::write(mark, "made by `cargo xtask demo`\n")?;
    Ok(folder.canonicalize()?)
}

/// A meter's address with its file's path made absolute.
pub(crate) fn meter(options: &Options) -> anyhow::Result<String> {
    let meter = &options.meter;
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
