//! Which data directory a command is about, whose it is, and how a command is typed so that it may enter it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use data_dir::{DataDir, DataDirError, refuse_somebody_elses};

use crate::device::{DATABASE, Device};
use crate::meters::{self, MeterName};
use crate::{DaemonError, PROGRAM, at_rest};

/// Where the unit of the Debian package keeps it (`StateDirectory` in `package/pi-daemon.service`).
const PACKAGED: &str = "/var/lib/pi-daemon";
/// Where nothing is installed.
const HERE: &str = "pi-daemon-data";
const OPTION: &str = "--data-dir";
const VARIABLE: &str = "PI_DAEMON_DATA_DIR";

/// Where the daemon keeps its keys and readings.
#[derive(Debug, Clone, Args)]
pub(super) struct Home {
    /// The data directory; only its owner may enter it. Where the Debian package is installed it is /var/lib/pi-daemon.
    #[arg(
        long,
        value_name = "DIR",
        env = VARIABLE,
        default_value_os_t = usual(Path::new(PACKAGED))
    )]
    pub(super) data_dir: PathBuf,
}

/// Which meter a command is about.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    #[command(flatten)]
    pub(super) home: Home,
    /// Which meter, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(super) meter: Option<MeterName>,
}

/// The package's directory where there is one: who types a command on its Pi means its device, and no other.
fn usual(packaged: &Path) -> PathBuf {
    match packaged.is_dir() {
        true => packaged.to_owned(),
        false => PathBuf::from(HERE),
    }
}

impl Home {
    /// Refuses a directory that this user may not look into: what is in it would seem not to be there.
    ///
    /// # Errors
    /// [`DataDirError::SomebodyElses`].
    pub(super) fn may_be_entered(&self) -> Result<(), DataDirError> {
        match fs::read_dir(&self.data_dir) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                refuse_somebody_elses(&self.data_dir, PROGRAM)
            }
            _ => Ok(()),
        }
    }

    /// The command that starts the daemon on it.
    pub(super) fn how_to_start(&self) -> &'static str {
        match self.is_packaged() {
            true => "sudo systemctl start pi-daemon",
            false => "pi-daemon run",
        }
    }

    /// The command that stops it, in brackets; nothing where it is stopped as it was started.
    pub(super) fn how_to_stop(&self) -> &'static str {
        match self.is_packaged() {
            true => " (sudo systemctl stop pi-daemon)",
            false => "",
        }
    }

    fn is_packaged(&self) -> bool {
        self.data_dir == Path::new(PACKAGED)
    }
}

impl Which {
    /// The data directory of this meter.
    pub(super) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        self.home.may_be_entered()?;
        Ok(meters::chosen(&self.home.data_dir, self.meter.as_ref())?)
    }

    /// As [`Which::data_dir`], for a meter that may not have one yet.
    pub(super) fn data_dir_to_be(&self) -> anyhow::Result<PathBuf> {
        match &self.meter {
            Some(name) => {
                self.home.may_be_entered()?;
                Ok(meters::directory(&self.home.data_dir, Some(name)))
            }
            None => self.data_dir(),
        }
    }
}

/// The directory of a device that was made before, for as long as no daemon runs on it.
pub(super) fn of_a_device(data_dir: &Path) -> anyhow::Result<DataDir> {
    let dir = DataDir::open_existing(data_dir, PROGRAM)?;
    if !dir.file(DATABASE).exists() {
        bail!(
            "there is no device in {0} yet. Make one with: {1} {OPTION} {0}",
            data_dir.display(),
            PROGRAM.begins_with
        );
    }
    Ok(dir)
}

/// The device in it. None is made: a code of one that nobody runs would be worth nothing.
pub(super) fn device(data_dir: &Path) -> anyhow::Result<Device> {
    Ok(at_rest(of_a_device(data_dir)?)?)
}

/// A directory of another user is entered by the same command, as that user.
pub(super) fn as_its_owner(
    error: anyhow::Error,
    typed: impl Iterator<Item = String>,
) -> anyhow::Error {
    let refused = match error.downcast_ref() {
        Some(DaemonError::DataDir(refused)) => Some(refused),
        _ => error.downcast_ref::<DataDirError>(),
    };
    match refused {
        Some(DataDirError::SomebodyElses { path, owner, .. }) => anyhow::anyhow!(
            "{} belongs to the user {owner}. Type: sudo -u {} {}",
            path.display(),
            quoted(owner),
            again(typed, std::env::var(VARIABLE).ok())
        ),
        _ => error,
    }
}

/// What was typed, for a shell. sudo forgets the environment.
fn again(typed: impl Iterator<Item = String>, from_environment: Option<String>) -> String {
    let mut words: Vec<String> = typed.collect();
    if let Some(data_dir) = from_environment
        && !words.iter().any(|word| word.starts_with(OPTION))
    {
        words.extend([OPTION.to_owned(), data_dir]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn typed(words: &[&str]) -> std::vec::IntoIter<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        words.into_iter()
    }

    #[test]
    fn the_packages_directory_is_meant_where_there_is_one() {
        let place = tempfile::tempdir().unwrap();
        let packaged = place.path().join("pi-daemon");
        assert_eq!(usual(&packaged), Path::new("pi-daemon-data"));
        fs::create_dir(&packaged).unwrap();
        assert_eq!(usual(&packaged), packaged);
        let unit = include_str!("../../package/pi-daemon.service");
        assert!(unit.contains("\nStateDirectory=pi-daemon\n"));
    }

    #[test]
    fn the_command_of_another_user_is_what_was_typed_and_the_directory_that_was_meant() {
        let pair = || typed(&["pi-daemon", "pair", "--meter", "the hall"]);
        assert_eq!(again(pair(), None), "pi-daemon pair --meter 'the hall'");
        assert_eq!(
            again(typed(&["pi-daemon", "pair"]), Some("it's here".to_owned())),
            r"pi-daemon pair --data-dir 'it'\''s here'"
        );
        let named = typed(&["pi-daemon", "pair", "--data-dir=there"]);
        assert_eq!(
            again(named, Some("here".to_owned())),
            "pi-daemon pair --data-dir=there"
        );
        let refused = DataDirError::SomebodyElses {
            path: PACKAGED.into(),
            owner: "pi-daemon".to_owned(),
            program: PROGRAM,
        };
        let said = as_its_owner(refused.into(), typed(&["pi-daemon", "pair"])).to_string();
        let wanted = "/var/lib/pi-daemon belongs to the user pi-daemon. Type: sudo -u pi-daemon pi-daemon pair";
        assert!(said.starts_with(wanted), "{said}");
    }

    #[test]
    fn looking_for_a_device_makes_none() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("device");
        let missing = device(&path).err().unwrap().to_string();
        assert!(missing.contains("pi-daemon setup --data-dir"), "{missing}");
        assert!(!path.exists());
        data_dir::make_private_directory(&path).unwrap();
        let missing = device(&path).err().unwrap().to_string();
        assert!(missing.contains("pi-daemon setup --data-dir"), "{missing}");
        assert!(!path.join(DATABASE).exists());
    }
}
