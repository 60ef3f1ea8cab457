//! Several meters on one Pi: each is a device of its own, with its own identity, lanes, owner and consents, in a data
//! directory of its own (`docs/decisions/0036-a-meter-is-a-device-in-its-own-directory.md`).
//!
//! ```text
//! DIR/                   the meter without a name, as a Pi with one meter has it
//! DIR/meters/NAME/       each meter that was given a name
//! ```

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::device::DATABASE;
use crate::meter::{MeterAddress, MeterAddressError};

const LONGEST_NAME: usize = 32;
const DIRECTORY: &str = "meters";

/// What people call one of several meters: lower-case letters, digits and hyphens, at most 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeterName(String);

/// A meter as `--meter` gives it: `[NAME=]WHERE`.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedMeter {
    /// Which one, if there are several.
    pub name: Option<MeterName>,
    /// Where its telegrams come from.
    pub address: MeterAddress,
}

/// A file for a meter, or for all that have none of their own: `[NAME=]FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// For which one.
    pub name: Option<MeterName>,
    /// The file.
    pub file: PathBuf,
}

/// Why meters cannot be told apart, or are not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum MetersError {
    #[error(
        "the name {0:?} of a meter needs 1 to 32 lower-case letters, digits or hyphens, as in --meter garage=/dev/ttyUSB1"
    )]
    Name(String),
    #[error(transparent)]
    Address(#[from] MeterAddressError),
    #[error(
        "two meters are called {0}: give each --meter another name, as in --meter hall=/dev/ttyUSB0 --meter garage=/dev/ttyUSB1"
    )]
    Twice(String),
    #[error("two meters cannot both be read at {0}")]
    SameAddress(String),
    #[error("there is no meter {wanted} in {directory}. There is: {known}")]
    Unknown {
        wanted: String,
        directory: String,
        known: String,
    },
    #[error("there are several meters in {directory}: {known}. Say which one with --meter NAME")]
    Which { directory: String, known: String },
}

impl FromStr for MeterName {
    type Err = MetersError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=LONGEST_NAME).contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MetersError::Name(text.to_owned()))
        }
    }
}

impl FromStr for NamedMeter {
    type Err = MetersError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, address) = named(text)?;
        Ok(Self {
            name,
            address: address.parse()?,
        })
    }
}

impl FromStr for NamedFile {
    type Err = MetersError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = named(text)?;
        Ok(Self {
            name,
            file: file.into(),
        })
    }
}

/// Splits a name off. What stands before the first `=` is one, unless it looks like the beginning of a path or an address.
fn named(text: &str) -> Result<(Option<MeterName>, &str), MetersError> {
    match text.split_once('=') {
        Some((name, rest)) if !name.contains(['/', ':', '.']) => Ok((Some(name.parse()?), rest)),
        _ => Ok((None, text)),
    }
}

impl fmt::Display for MeterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Refuses meters that would get into each other's way.
///
/// # Errors
/// [`MetersError`].
pub(crate) fn told_apart(meters: &[NamedMeter]) -> Result<(), MetersError> {
    for (n, meter) in meters.iter().enumerate() {
        let others = || meters.iter().skip(n + 1);
        if others().any(|other| other.name == meter.name) {
            return Err(MetersError::Twice(spoken(meter.name.as_ref())));
        }
        if others().any(|other| other.address == meter.address) {
            return Err(MetersError::SameAddress(meter.address.to_string()));
        }
    }
    Ok(())
}

/// The data directory of one meter.
#[must_use]
pub(crate) fn directory(data_dir: &Path, name: Option<&MeterName>) -> PathBuf {
    match name {
        Some(name) => data_dir.join(DIRECTORY).join(&name.0),
        None => data_dir.to_owned(),
    }
}

/// The meters that have a directory: the one without a name first, the others by their names.
#[must_use]
pub(crate) fn known(data_dir: &Path) -> Vec<Option<MeterName>> {
    let directories = std::fs::read_dir(data_dir.join(DIRECTORY));
    let mut names: Vec<Option<MeterName>> = directories
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Some))
        .collect();
    names.push(None);
    names.retain(|name| directory(data_dir, name.as_ref()).join(DATABASE).exists());
    names.sort();
    names
}

/// The directory that a command is about: that of the meter that was named, or of the only one, or of the one without a name.
///
/// # Errors
/// [`MetersError`].
pub(crate) fn chosen(data_dir: &Path, wanted: Option<&MeterName>) -> Result<PathBuf, MetersError> {
    let known = known(data_dir);
    let listed = || {
        let names: Vec<String> = known.iter().map(|name| spoken(name.as_ref())).collect();
        names.join(", ")
    };
    let name = match (wanted, known.as_slice()) {
        (Some(wanted), known) if !known.iter().flatten().any(|name| name == wanted) => {
            return Err(MetersError::Unknown {
                wanted: wanted.to_string(),
                directory: data_dir.display().to_string(),
                known: if known.is_empty() {
                    "none".to_owned()
                } else {
                    listed()
                },
            });
        }
        (Some(wanted), _) => Some(wanted),
        (None, [] | [None, ..]) => None,
        (None, [Some(only)]) => Some(only),
        (None, _) => {
            return Err(MetersError::Which {
                directory: data_dir.display().to_string(),
                known: listed(),
            });
        }
    };
    Ok(directory(data_dir, name))
}

/// A meter's name in a sentence.
#[must_use]
pub(crate) fn spoken(name: Option<&MeterName>) -> String {
    name.map_or_else(|| "the one without a name".to_owned(), ToString::to_string)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn meters(texts: &[&str]) -> Vec<NamedMeter> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn make(data_dir: &Path, name: Option<&str>) {
        let name = name.map(|name| name.parse().unwrap());
        let place = directory(data_dir, name.as_ref());
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(DATABASE), "").unwrap();
    }

    #[test]
    fn a_name_is_what_stands_before_the_equals_sign_of_no_path_and_no_address() {
        let named = &meters(&["garage=/dev/ttyUSB1"])[..];
        assert_eq!(named[0].name, Some("garage".parse().unwrap()));
        for text in ["/dev/a=b", "./a=b", "replay:a=b.txt", "mqtt://host/a=b"] {
            assert_eq!(meters(&[text])[0].name, None);
        }
        for wrong in ["=auto", "Garage=auto", "the hall=auto"] {
            let refused = wrong.parse::<NamedMeter>().unwrap_err();
            assert!(matches!(refused, MetersError::Name(_)), "{refused}");
        }
    }

    #[test]
    fn meters_with_one_name_or_one_address_are_refused() {
        let refused = |texts: &[&str]| told_apart(&meters(texts)).unwrap_err();
        let twice = refused(&["a=/dev/x", "a=/dev/y"]);
        assert_eq!(twice, MetersError::Twice("a".to_owned()));
        assert!(matches!(
            refused(&["/dev/x", "/dev/y"]),
            MetersError::Twice(_)
        ));
        let same = refused(&["a=/dev/x", "/dev/x"]);
        assert_eq!(same, MetersError::SameAddress("/dev/x".to_owned()));
        told_apart(&meters(&["/dev/x", "a=/dev/y", "b=simulated"])).unwrap();
    }

    #[test]
    fn a_command_is_about_the_only_meter_or_the_one_that_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let garage: MeterName = "garage".parse().unwrap();
        let there = dir.join("meters/garage");
        assert_eq!(chosen(dir, None).unwrap(), dir);
        assert!(matches!(
            chosen(dir, Some(&garage)),
            Err(MetersError::Unknown { .. })
        ));

        make(dir, Some("garage"));
        assert_eq!(chosen(dir, None).unwrap(), there);
        make(dir, Some("hall"));
        let which = chosen(dir, None).unwrap_err().to_string();
        assert!(which.contains("garage, hall"), "{which}");
        make(dir, None);
        assert_eq!(chosen(dir, None).unwrap(), dir);
        assert_eq!(chosen(dir, Some(&garage)).unwrap(), there);
    }
}
