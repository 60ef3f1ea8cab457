//! The program, started as a person or a script would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use p1::{Event, Telegram, Telegrams, Value};

fn meter(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulated-meter"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    meter(arguments).output().unwrap()
}

/// A meter that is stopped when the test ends, however it ends.
struct Running {
    child: Child,
    said: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = meter(arguments).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        Self {
            child,
            said: said.trim().to_owned(),
        }
    }

    fn stop(&mut self, signal: Signal) -> bool {
        kill(
            Pid::from_raw(i32::try_from(self.child.id()).unwrap()),
            signal,
        )
        .unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn clocks(source: impl Read, count: usize) -> Vec<i64> {
    let telegrams = Telegrams::new(source).filter_map(|event| match event.unwrap() {
        Event::Telegram(bytes, _) => Some(bytes),
        Event::Refused(_) => None,
    });
    telegrams.take(count).map(|bytes| clock(&bytes)).collect()
}

fn clock(bytes: &[u8]) -> i64 {
    let telegram = Telegram::parse(bytes).unwrap();
    let clock = telegram.objects().find_map(|object| match object.value() {
        Value::Time(time) => Some(time.unix_seconds()),
        _ => None,
    });
    clock.unwrap()
}

fn consecutive(clocks: &[i64]) -> bool {
    clocks
        .windows(2)
        .all(|pair| matches!(pair, [one, next] if next - one == 1))
}

fn open_terminal(link: &Path) -> File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(link)
        .unwrap()
}

#[test]
fn writes_as_many_telegrams_as_it_is_told() {
    let output = run(&[
        "--stdout",
        "--count",
        "25",
        "--speed",
        "max",
        "--start",
        "2025-10-26T00:59:50Z",
        "--seed",
        "3",
    ]);
    assert!(output.status.success());
    let clocks = clocks(output.stdout.as_slice(), usize::MAX);
    assert_eq!(clocks, (1_761_440_390..1_761_440_415).collect::<Vec<_>>());
}

#[test]
fn speaks_every_dialect() {
    for (dialect, expected) in [
        ("5.0", "DSMR 5.0"),
        ("4.2", "DSMR 4.2"),
        ("2.2", "DSMR 2.2/3.0"),
    ] {
        let output = run(&["--stdout", "--count", "1", "--dialect", dialect]);
        assert_eq!(
            Telegram::parse(&output.stdout)
                .unwrap()
                .dialect()
                .to_string(),
            expected
        );
    }
}

#[test]
fn keeps_time() {
    let started = Instant::now();
    run(&["--stdout", "--count", "11", "--speed", "20"]);
    let elapsed = started.elapsed();
    assert!(
        elapsed >= Duration::from_millis(500),
        "ten seconds at twentyfold speed took {elapsed:?}"
    );
}

#[test]
fn a_terminal_looks_like_the_cable_of_a_meter() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("meter");
    symlink("/nowhere", &link).unwrap();
    let mut running = Running::start(&["--pty", link.to_str().unwrap(), "--speed", "50"]);
    assert_eq!(
        running.said,
        format!("simulated-meter speaks on {}", link.display())
    );

    let first = clocks(open_terminal(&link), 30);
    assert!(first.len() == 30 && consecutive(&first), "{first:?}");
    let second = clocks(open_terminal(&link), 5);
    assert!(second.len() == 5 && second > first);

    assert!(running.stop(Signal::SIGTERM));
    assert!(
        fs::symlink_metadata(&link).is_err(),
        "the link is still there"
    );
}

#[test]
fn a_terminal_that_nobody_reads_forgets_old_telegrams() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("meter");
    let start = "2025-06-21T12:00:00Z";
    let _running = Running::start(&[
        "--pty",
        link.to_str().unwrap(),
        "--speed",
        "100",
        "--start",
        start,
    ]);
    // On a busy machine it takes a while until a terminal is full.
    let mut expected = 1_750_507_200;
    let forgot = (0..15).any(|_| {
        sleep(Duration::from_secs(4));
        let seen = clocks(open_terminal(&link), 12);
        let jumped = seen.first().unwrap() > &(expected + 12);
        expected = seen.last().unwrap() + 1;
        jumped
    });
    assert!(forgot, "the terminal kept every telegram up to {expected}");
}

#[test]
fn a_port_serves_every_reader() {
    let running = Running::start(&["--tcp", "127.0.0.1:0", "--speed", "50"]);
    let address = running
        .said
        .strip_prefix("simulated-meter listens on ")
        .unwrap()
        .to_owned();
    let connect = || TcpStream::connect(&address).unwrap();
    let (one, other) = (connect(), connect());
    let (one, other) = (clocks(one, 20), clocks(other, 20));
    assert!(consecutive(&one) && consecutive(&other));
    assert!(one.iter().any(|clock| other.contains(clock)));
    assert!(clocks(connect(), 1) > one);
}

#[test]
fn a_counted_port_waits_for_its_reader_and_loses_nothing() {
    let mut running = Running::start(&[
        "--tcp",
        "127.0.0.1:0",
        "--speed",
        "max",
        "--count",
        "500",
        "--start",
        "2025-06-21T12:00:00Z",
    ]);
    let address = running
        .said
        .strip_prefix("simulated-meter listens on ")
        .unwrap();
    let clocks = clocks(TcpStream::connect(address).unwrap(), usize::MAX);
    assert_eq!(clocks, (1_750_507_200..1_750_507_700).collect::<Vec<_>>());
    assert!(running.child.wait().unwrap().success());
}

#[test]
fn says_what_was_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "precious").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let far = folder.path().join("no/such/folder");
    for (arguments, sentence) in [
        (
            &["--pty", file.to_str().unwrap()][..],
            "exists and is no symbolic link",
        ),
        (&["--pty", far.to_str().unwrap()], "no link can be made at"),
        (&["--tcp", &taken], "cannot be listened on"),
        (&["--tcp", "nonsense"], "cannot be listened on"),
        (
            &["--stdout", "--start", "2019-12-31T00:00:00Z"],
            "installed on 2020-01-01",
        ),
        (
            &["--stdout", "--start", "yesterday"],
            "invalid value 'yesterday'",
        ),
        (
            &["--stdout", "--dialect", "6"],
            "there is no dialect \"6\": a simulated meter speaks 2.2, 3.0, itron",
        ),
        (&["--stdout", "--speed", "0"], "a speed lies between"),
        (&["--stdout", "--speed", "fast"], "a speed is a number"),
        (&["--stdout", "--tcp", "127.0.0.1:0"], "cannot be used with"),
        (&[], "required"),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains(sentence),
            "{arguments:?}: {said}"
        );
    }
    assert_eq!(
        fs::read(&file).unwrap_or_else(|error| panic!("{error}")),
        b"precious"
    );
}
