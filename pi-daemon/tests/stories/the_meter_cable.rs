//! A serial cable that is plugged in, pulled out and put back, and everything else that a meter's line can do.

use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::pty::openpty;
use nix::unistd::ttyname;
use pi_daemon::SystemClock;
use pi_daemon::meter::{MeterEvent, MeterState, Trouble, start};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const TELEGRAM: &[u8] = b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n";

/// A pseudo-terminal whose far end lies at `link`, as a USB cable's device does.
struct Cable {
    master: std::fs::File,
    _slave: OwnedFd,
}

impl Cable {
    fn plug_in(link: &Path) -> Self {
        let pty = openpty(None, None).unwrap();
        let _ = std::fs::remove_file(link);
        std::os::unix::fs::symlink(ttyname(&pty.slave).unwrap(), link).unwrap();
        Self {
            master: pty.master.into(),
            _slave: pty.slave,
        }
    }

    fn speak(&mut self) {
        self.master.write_all(TELEGRAM).unwrap();
    }

    fn pull_out(self, link: &Path) {
        std::fs::remove_file(link).unwrap();
    }
}

async fn until<T>(
    events: &mut Receiver<MeterEvent>,
    wanted: impl Fn(&MeterEvent) -> Option<T>,
) -> T {
    let found = async {
        loop {
            if let Some(found) = wanted(&events.recv().await.unwrap()) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(30), found).await.unwrap()
}

fn trouble(event: &MeterEvent) -> Option<Trouble> {
    match event {
        MeterEvent::State(MeterState::Away(trouble)) => Some(trouble.clone()),
        _ => None,
    }
}

fn telegram(event: &MeterEvent) -> Option<()> {
    matches!(event, MeterEvent::Telegram(_)).then_some(())
}

fn listening(event: &MeterEvent) -> Option<()> {
    matches!(event, MeterEvent::State(MeterState::Listening(_))).then_some(())
}

#[tokio::test]
async fn a_cable_that_is_pulled_out_and_put_back_under_the_same_name_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("ttyUSB0");
    let mut cable = Cable::plug_in(&link);
    let mut events = start(
        link.display().to_string().parse().unwrap(),
        Arc::new(SystemClock),
    );
    until(&mut events, listening).await;
    cable.speak();
    until(&mut events, telegram).await;

    cable.pull_out(&link);
    let lost = until(&mut events, trouble).await;
    assert!(matches!(lost, Trouble::Lost { .. }), "{lost}");
    let gone = until(&mut events, trouble).await;
    assert!(matches!(gone, Trouble::NoDevice(_)), "{gone}");

    let mut cable = Cable::plug_in(&link);
    until(&mut events, listening).await;
    cable.speak();
    until(&mut events, telegram).await;
}

#[tokio::test]
async fn a_device_that_is_not_there_or_no_serial_device_is_named_with_what_to_do() {
    let missing = first_trouble("/dev/nothing-here").await;
    assert!(
        missing.to_string().contains("is the cable plugged in"),
        "{missing}"
    );

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "no device").unwrap();
    let wrong = first_trouble(&file.display().to_string()).await;
    assert!(matches!(wrong, Trouble::NotSerial(_)), "{wrong}");
}

#[tokio::test]
async fn a_device_in_use_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let link: PathBuf = dir.path().join("ttyUSB0");
    let _cable = Cable::plug_in(&link);
    let mut first = start(
        link.display().to_string().parse().unwrap(),
        Arc::new(SystemClock),
    );
    until(&mut first, listening).await;
    let busy = first_trouble(&link.display().to_string()).await;
    assert!(matches!(busy, Trouble::InUse(_)), "{busy}");
}

#[tokio::test]
async fn a_reader_on_the_network_that_hangs_up_is_called_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let mut events = start(address.parse().unwrap(), Arc::new(SystemClock));
    for _ in 0..2 {
        let (mut stream, _) = timeout(Duration::from_secs(10), listener.accept())
            .await
            .unwrap()
            .unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, TELEGRAM)
            .await
            .unwrap();
        until(&mut events, telegram).await;
        drop(stream);
        let gone = until(&mut events, trouble).await;
        assert!(matches!(gone, Trouble::Unreachable { .. }), "{gone}");
    }
}

async fn first_trouble(address: &str) -> Trouble {
    let mut events = start(address.parse().unwrap(), Arc::new(SystemClock));
    until(&mut events, trouble).await
}
