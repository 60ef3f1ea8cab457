//! Secrets in files: what a command line shows, every user of the computer can read.

use std::path::Path;

use anyhow::Context as _;
use data_dir::refuse_file_open_to_others;
use p1::Keys;
use zeroize::Zeroizing;

use crate::PROGRAM;
use crate::meters::{MeterName, NamedFile};

/// The text in the file of this meter, or in the one for all, without the white space around it; nothing if none was named.
///
/// # Errors
/// A sentence, when the file cannot be read, others may read it, or it is no text.
pub(crate) fn of_meter(
    name: Option<&MeterName>,
    files: &[NamedFile],
) -> anyhow::Result<Option<Zeroizing<String>>> {
    let own = files.iter().find(|file| file.name.as_ref() == name);
    let Some(named) = own.or_else(|| files.iter().find(|file| file.name.is_none())) else {
        return Ok(None);
    };
    read(&named.file)
        .with_context(|| format!("the file {}", named.file.display()))
        .map(Some)
}

/// The keys in the file of this meter: the encryption key, then the authentication key if there is one, as hexadecimal
/// digits with white space between them.
///
/// # Errors
/// As [`of_meter`], and when there are no keys in it.
pub(crate) fn meter_keys(
    name: Option<&MeterName>,
    files: &[NamedFile],
) -> anyhow::Result<Option<Keys>> {
    let Some(text) = of_meter(name, files)? else {
        return Ok(None);
    };
    let mut keys = text.split_whitespace();
    let (encryption, authentication) = (keys.next().unwrap_or_default(), keys.next());
    Keys::from_hex(encryption, authentication)
        .context("--meter-key-file")
        .map(Some)
}

fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    refuse_file_open_to_others(file, PROGRAM)?;
    let text = Zeroizing::new(std::fs::read_to_string(file)?);
    Ok(Zeroizing::new(text.trim().to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn keys_are_one_or_two_and_what_is_none_is_named_without_being_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let files = [path.display().to_string().parse().unwrap()];
        let key = "000102030405060708090a0b0c0d0e0f";
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            meter_keys(None, &files)
        };
        assert!(read(key).unwrap().is_some());
        assert!(read(&format!("{key}\n{key}\n")).unwrap().is_some());
        for wrong in ["", &key[..30], "secret-of-mine"] {
            let refused = format!("{:#}", read(wrong).err().unwrap());
            assert!(refused.contains("32 hexadecimal digits"), "{refused}");
            assert!(wrong.is_empty() || !refused.contains(wrong), "{refused}");
        }
    }

    #[test]
    fn a_meter_has_its_own_file_or_that_of_all_and_nobody_else_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (name, text) in [("", "for all\n"), ("garage=", " for one ")] {
            let path = dir.path().join(text.trim());
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            files.push(format!("{name}{}", path.display()).parse().unwrap());
        }
        let garage: MeterName = "garage".parse().unwrap();
        assert_eq!(
            *of_meter(Some(&garage), &files).unwrap().unwrap(),
            "for one"
        );
        assert_eq!(*of_meter(None, &files).unwrap().unwrap(), "for all");
        assert_eq!(of_meter(None, &[]).unwrap(), None);

        let open = dir.path().join("for all");
        std::fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
        let refused = format!("{:#}", of_meter(None, &files).unwrap_err());
        assert!(refused.contains("644"), "{refused}");
    }
}
