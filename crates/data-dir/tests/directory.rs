//! One program at a time, nobody else's eyes, and files that are there whole.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use data_dir::{DataDir, DataDirError, Program, refuse_file_open_to_others, write_private};

const PROGRAM: Program = Program {
    name: "some-program",
    holds: "the keys of your house",
    begins_with: "some-program begin",
};

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_program_waits_for_one_that_only_looks() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("data");
    let looking = DataDir::open(&path, PROGRAM).unwrap();
    let looked = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(looking);
    });
    DataDir::open_patiently(&path, PROGRAM, Duration::from_secs(60)).unwrap();
    looked.join().unwrap();

    let staying = DataDir::open(&path, PROGRAM).unwrap();
    let refused = DataDir::open_patiently(&path, PROGRAM, Duration::from_millis(200)).unwrap_err();
    assert!(matches!(refused, DataDirError::Locked { .. }), "{refused}");
    drop(staying);
}

#[test]
fn a_second_program_on_the_directory_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("data");
    let first = DataDir::open(&path, PROGRAM).unwrap();
    let refused = DataDir::open(&path, PROGRAM).unwrap_err();
    assert!(matches!(refused, DataDirError::Locked { .. }), "{refused}");
    let sentence = refused.to_string();
    assert!(
        sentence.starts_with("another some-program is running on"),
        "{sentence}"
    );
    drop(first);
    DataDir::open(&path, PROGRAM).unwrap();
}

#[test]
fn a_directory_or_file_that_others_can_read_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("data");
    let data = DataDir::open(&path, PROGRAM).unwrap();
    assert_eq!(mode(&path), 0o700);

    for (name, open) in [("database", 0o644), ("other", 0o620)] {
        let file = data.private(name).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert_eq!(data.private(name).unwrap(), file);
        chmod(&file, open);
        let sentence = data.private(name).unwrap_err().to_string();
        assert!(sentence.contains("the keys of your house"), "{sentence}");
        assert!(sentence.contains("chmod 600"), "{sentence}");
        refuse_file_open_to_others(&file, PROGRAM).unwrap_err();
    }

    data.secret("key").unwrap();
    chmod(&data.file("key"), 0o604);
    let refused = data.secret("key").unwrap_err();
    assert!(refused.to_string().contains("mode 604"), "{refused}");
    drop(data);

    for open in [0o755, 0o710, 0o701] {
        chmod(&path, open);
        let refused = DataDir::open(&path, PROGRAM).unwrap_err();
        assert!(refused.to_string().contains("chmod 700"), "{refused}");
    }
}

#[test]
fn a_directory_that_is_not_there_is_not_made_by_looking() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("nothing");
    let refused = DataDir::open_existing(&path, PROGRAM).unwrap_err();
    assert!(matches!(refused, DataDirError::Missing { .. }), "{refused}");
    let sentence = refused.to_string();
    assert!(
        sentence.contains("some-program begin --data-dir"),
        "{sentence}"
    );
    assert!(!path.exists());
}

#[test]
fn a_secret_is_made_once_and_stays() {
    let place = tempfile::tempdir().unwrap();
    let data = DataDir::open(&place.path().join("data"), PROGRAM).unwrap();
    let first = data.secret("identity").unwrap();
    assert_eq!(*first, *data.secret("identity").unwrap());
    assert_ne!(*first, *data.secret("another").unwrap());
    assert_ne!(*first, [0; 32]);
    assert_eq!(mode(&data.file("identity")), 0o600);
    for damaged in [&[][..], b"short", &[7; 33]] {
        fs::write(data.file("identity"), damaged).unwrap();
        let refused = data.secret("identity").unwrap_err().to_string();
        let bytes = format!("holds {} bytes instead of 32", damaged.len());
        assert!(refused.contains(&bytes), "{refused}");
    }
}

#[test]
fn a_private_file_is_written_whole_and_for_oneself() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("key.txt");
    let draft = place.path().join("key.txt.new");
    fs::write(
        &draft,
        "a long half of a file that a loss of power left behind",
    )
    .unwrap();
    chmod(&draft, 0o666);
    write_private(&path, b"one").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    assert_eq!(mode(&path), 0o600);
    assert!(!draft.exists());
    write_private(&path, b"2").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"2");
}

#[test]
fn a_directory_of_another_user_is_refused_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    // Only root can give a directory away; anybody else meets one of root's.
    let path = match nix::unistd::geteuid().is_root() {
        true => place.path().to_owned(),
        false => Path::new("/usr").to_owned(),
    };
    if path == place.path() {
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
    }
    for refused in [
        DataDir::open(&path, PROGRAM).unwrap_err(),
        DataDir::open_existing(&path, PROGRAM).unwrap_err(),
    ] {
        let sentence = refused.to_string();
        assert!(
            matches!(refused, DataDirError::SomebodyElses { .. }),
            "{sentence}"
        );
        assert!(sentence.contains(" some-program …"), "{sentence}");
    }
    assert!(!path.join("lock").exists());
}
