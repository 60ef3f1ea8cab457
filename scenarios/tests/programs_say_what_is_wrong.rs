//! Claim: the four programs, started with something wrong, say what is wrong with what and what to do, in a sentence on standard
//! error, and end with a failure instead of doing something else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use programs::Built;

/// The words of BIP-39's first test vector for 32 bytes.
const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

fn command(name: &str) -> Command {
    let mut command = Command::new(Built::beside_this_test().unwrap().program(name).unwrap());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("LC_ALL", "C")
        .env("MY_HOME_PASSPHRASE", "correct horse battery staple");
    command
}

/// What it says on standard error when it fails, as it must, within half a minute.
fn complaint(command: &mut Command, input: &str) -> String {
    let child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut child = Stopped(child);
    // A program that does not read its input is no failure of this test.
    drop(child.0.stdin.take().unwrap().write_all(input.as_bytes()));
    let deadline = Instant::now() + Duration::from_secs(30);
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(
            Instant::now() < deadline,
            "{command:?} goes on as if nothing were wrong"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    let said = std::io::read_to_string(child.0.stderr.take().unwrap()).unwrap();
    assert!(
        !status.success(),
        "{command:?} ended as if all were well: {said}"
    );
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// A program that runs as long as the test looks at it.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a program and waits until it says this.
fn running(command: &mut Command, on_stdout: bool, sign: &str) -> Stopped {
    let mut child = Stopped(command.spawn().unwrap());
    let output: Box<dyn std::io::Read + Send> = if on_stdout {
        Box::new(child.0.stdout.take().unwrap())
    } else {
        Box::new(child.0.stderr.take().unwrap())
    };
    let mut lines = BufReader::new(output).lines();
    let said = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.contains(sign));
    assert!(said.is_some(), "{command:?} never said “{sign}”");
    // Whatever it still says is read, so that it never waits for somebody to listen.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "“{word}” is missing in: {said}");
    }
}

fn private(dir: &Path) -> PathBuf {
    std::fs::DirBuilder::new().mode(0o700).create(dir).unwrap();
    dir.to_owned()
}

/// A database as a later version of a program would leave it.
fn from_the_future(file: &Path) {
    let database = rusqlite::Connection::open(file).unwrap();
    database.pragma_update(None, "user_version", 9_999).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn pi_daemon() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("pi");
    let run = |dir: &Path, meter: &str, tangle: &str| {
        let mut command = command("pi-daemon");
        command.arg("run").arg("--data-dir").arg(dir);
        command.args(["--meter", meter, "--tangle", tangle]);
        command
    };
    let node = "http://127.0.0.1:9";

    says(
        &complaint(&mut run(&dir, "ttyUSB0", node), ""),
        &["ttyUSB0", "/dev/ttyUSB0", "tcp://host:port"],
    );
    says(
        &complaint(&mut run(&dir, "tcp://nowhere", node), ""),
        &["tcp://nowhere", "host and a port"],
    );
    says(
        &complaint(&mut run(&dir, "simulated", "localhost"), ""),
        &["localhost", "http://127.0.0.1:14265"],
    );

    // A port that is not there, or is no port, is waited for, and said.
    drop(running(
        &mut run(&dir, "/dev/ttyUSB-none", node),
        false,
        "there is no /dev/ttyUSB-none: is the cable plugged in?",
    ));
    let file = temp.path().join("no-port");
    std::fs::write(&file, "text").unwrap();
    let no_port = file.display().to_string();
    drop(running(
        &mut run(&dir, &no_port, node),
        false,
        "no-port is not a serial device",
    ));

    // One at a time, and a node that is away is said while the meter is read.
    let first = running(&mut run(&dir, "simulated:7", node), false, "127.0.0.1:9");
    says(
        &complaint(&mut run(&dir, "simulated:7", node), ""),
        &["another pi-daemon is running on", "--data-dir"],
    );
    drop(first);

    let newer = private(&temp.path().join("newer"));
    from_the_future(&newer.join("pi-daemon.db"));
    says(
        &complaint(&mut run(&newer, "simulated", node), ""),
        &["version 9999", "Install the newer pi-daemon"],
    );

    let open = temp.path().join("open");
    std::fs::DirBuilder::new()
        .mode(0o755)
        .create(&open)
        .unwrap();
    says(
        &complaint(&mut run(&open, "simulated", node), ""),
        &["can be read by others", "chmod 700"],
    );
}

#[test]
fn my_home() {
    let temp = tempfile::tempdir().unwrap();
    let my_home = |dir: &str, arguments: &[&str]| {
        let mut command = command("my-home");
        command
            .args(["--keychain", "file", "--data-dir"])
            .arg(temp.path().join(dir));
        command.args(arguments);
        command
    };

    // A wrong word, with the likely right one; words that do not belong together; too few.
    let misspelt = WORDS.replacen("abandon", "abandom", 1);
    says(
        &complaint(&mut my_home("a", &["restore"]), &misspelt),
        &["Word 1", "abandom", "Did you mean “abandon”?"],
    );
    let swapped = WORDS.replace("art", "zoo");
    says(
        &complaint(&mut my_home("a", &["restore"]), &swapped),
        &["do not belong together"],
    );
    says(
        &complaint(&mut my_home("a", &["restore"]), "abandon art"),
        &["2 words", "24"],
    );

    says(
        &complaint(&mut my_home("b", &["consents"]), ""),
        &["no wallet here yet", "init"],
    );
    says(
        &complaint(&mut my_home("b", &["--tangle", "localhost", "init"]), ""),
        &["localhost", "http://127.0.0.1:14265"],
    );

    let made = my_home("c", &["init"]).output().unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    says(
        &complaint(&mut my_home("c", &["init"]), ""),
        &["a wallet here already"],
    );
    let mut wrong = my_home("c", &["consents"]);
    wrong.env("MY_HOME_PASSPHRASE", "incorrect horse battery staple");
    says(&complaint(&mut wrong, ""), &["passphrase is wrong"]);
    says(
        &complaint(&mut my_home("c", &["open", "https://wattt.example"]), ""),
        &["link"],
    );
    let used = wallet::Home::open(&temp.path().join("c")).unwrap();
    says(
        &complaint(&mut my_home("c", &["consents"]), ""),
        &["nother program uses the wallet in", "close it first"],
    );
    drop(used);
    from_the_future(&temp.path().join("c/wallet.db"));
    says(
        &complaint(&mut my_home("c", &["consents"]), ""),
        &["version 9999", "update it"],
    );
}

#[test]
fn provider_service() {
    let temp = tempfile::tempdir().unwrap();
    let serve = |dir: &Path, listen: &str, tangle: &str| {
        let mut command = command("provider-service");
        command
            .args([
                "serve",
                "--listen",
                listen,
                "--tangle",
                tangle,
                "--data-dir",
            ])
            .arg(dir);
        command
    };
    let (node, any) = ("http://127.0.0.1:9", "127.0.0.1:0");
    let dir = temp.path().join("wattt");
    says(
        &complaint(&mut serve(&dir, any, "localhost"), ""),
        &["localhost", "http://127.0.0.1:14265"],
    );

    let first = running(&mut serve(&dir, any, node), true, "listens on");
    says(
        &complaint(&mut serve(&dir, any, node), ""),
        &["another provider-service is running on", "--data-dir"],
    );
    drop(first);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    says(
        &complaint(&mut serve(&dir, &address, node), ""),
        &["cannot listen on", &address, "--listen"],
    );

    let newer = private(&temp.path().join("newer"));
    from_the_future(&newer.join("provider.sqlite"));
    says(
        &complaint(&mut serve(&newer, any, node), ""),
        &["newer version", "9999", "Install the newer version"],
    );
}

#[test]
fn tangle_node() {
    let temp = tempfile::tempdir().unwrap();
    let node = |file: &Path, listen: &str| {
        let mut command = command("tangle-node");
        command.args(["--listen", listen, "--data"]).arg(file);
        command
    };
    let (file, any) = (temp.path().join("tangle.db"), "127.0.0.1:0");
    let first = running(&mut node(&file, any), true, "tangle-node listens on");
    says(
        &complaint(&mut node(&file, any), ""),
        &["in use by another tangle-node", "--data"],
    );
    drop(first);

    says(
        &complaint(&mut node(&temp.path().join("none/tangle.db"), any), ""),
        &["cannot be opened", "directory exists"],
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    says(
        &complaint(&mut node(&temp.path().join("b.db"), &address), ""),
        &[&address],
    );
    let text = temp.path().join("text");
    std::fs::write(
        &text,
        "a text that somebody wrote, long enough to be no empty file",
    )
    .unwrap();
    says(
        &complaint(&mut node(&text, any), ""),
        &["not a file of tangle-node", "--data"],
    );
    from_the_future(&file);
    says(&complaint(&mut node(&file, any), ""), &["9999"]);
}

#[test]
fn hoarder() {
    let temp = tempfile::tempdir().unwrap();
    let hoard = |dir: &Path, tangle: &str| {
        let mut command = command("hoarder");
        command
            .arg(dir)
            .args(["--tangle", tangle, "--after", "1772452800"]);
        command
    };
    says(
        &complaint(&mut hoard(temp.path(), "http://127.0.0.1:9"), ""),
        &["provider.sqlite", "copy"],
    );
    says(
        &complaint(&mut hoard(temp.path(), "localhost"), ""),
        &["localhost"],
    );
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_program_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let mut setup = command("pi-daemon");
    setup
        .args(["setup", "--data-dir"])
        .arg(dir.path().join("pi"));
    let mut child = Stopped(setup.spawn().unwrap());
    drop(child.0.stdout.take());
    let said = std::io::read_to_string(child.0.stderr.take().unwrap()).unwrap();
    assert!(child.0.wait().unwrap().success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}
