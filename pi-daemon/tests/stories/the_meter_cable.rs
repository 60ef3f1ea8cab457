//! Claim: whatever a meter's line does, its telegrams are read again within five seconds of its being back, and what is
//! wrong is said in a sentence.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::unistd::ttyname;
use p1::Keys;
use pi_daemon::SystemClock;
use pi_daemon::meter::{Means, MeterEvent, MeterState, Ports, Trouble, start, start_with};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const TELEGRAM: &[u8] = b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n";
/// What the issue allows, from the device being back to its first telegram.
const SOON: Duration = Duration::from_secs(5);

/// A computer, as far as it names serial ports.
struct Computer(tempfile::TempDir);

/// A P1 cable, which is a pseudo-terminal here.
struct Cable {
    master: std::fs::File,
    names: Vec<PathBuf>,
}

impl Computer {
    fn new() -> Self {
        let computer = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(computer.dev().join("serial/by-id")).unwrap();
        computer
    }

    fn dev(&self) -> PathBuf {
        self.0.path().join("dev")
    }

    fn listen(&self, meter: &str) -> Receiver<MeterEvent> {
        let means = Means {
            ports: Ports::under(self.0.path()),
            ..Means::default()
        };
        start_with(means, meter.parse().unwrap(), Arc::new(SystemClock))
    }

    /// The kernel names it `tty`; udev adds a name that says which adapter it is.
    fn plug_in(&self, tty: &str, adapter: Option<&str>) -> Cable {
        let pty = openpty(None, None).unwrap();
        let name = self.dev().join(tty);
        symlink(ttyname(&pty.slave).unwrap(), &name).unwrap();
        let mut names = vec![name.clone()];
        if let Some(adapter) = adapter {
            let by_id = self.dev().join("serial/by-id").join(adapter);
            symlink(name, &by_id).unwrap();
            names.push(by_id);
        }
        Cable {
            master: pty.master.into(),
            names,
        }
    }
}

impl Cable {
    fn says(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).unwrap();
    }

    fn speaks(&mut self) {
        self.says(TELEGRAM);
    }

    fn pull_out(self) {
        self.vanishes();
    }

    /// The names go; what has the line open is told nothing.
    fn vanishes(&self) {
        for name in &self.names {
            std::fs::remove_file(name).unwrap();
        }
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
    timeout(Duration::from_secs(40), found).await.unwrap()
}

fn trouble(event: &MeterEvent) -> Option<Trouble> {
    match event {
        MeterEvent::State(MeterState::Away(trouble)) => Some(trouble.clone()),
        _ => None,
    }
}

fn telegram(event: &MeterEvent) -> Option<Vec<u8>> {
    match event {
        MeterEvent::Telegram(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

fn listening(event: &MeterEvent) -> Option<String> {
    match event {
        MeterEvent::State(MeterState::Listening(port)) => Some(port.clone()),
        _ => None,
    }
}

fn refused(event: &MeterEvent) -> Option<()> {
    matches!(event, MeterEvent::Refused(_)).then_some(())
}

async fn first_trouble(address: &str) -> Trouble {
    let mut events = start(address.parse().unwrap(), Arc::new(SystemClock));
    until(&mut events, trouble).await
}

#[tokio::test]
async fn a_cable_that_was_named_is_read_again_under_the_same_name() {
    let computer = Computer::new();
    let port = computer.dev().join("ttyUSB0").display().to_string();
    let mut cable = computer.plug_in("ttyUSB0", None);
    let mut events = computer.listen(&port);
    until(&mut events, listening).await;
    cable.speaks();
    until(&mut events, telegram).await;

    cable.pull_out();
    let lost = until(&mut events, trouble).await;
    assert!(matches!(lost, Trouble::Lost { .. }), "{lost}");
    let gone = until(&mut events, trouble).await;
    assert!(matches!(gone, Trouble::NoDevice { .. }), "{gone}");

    let mut cable = computer.plug_in("ttyUSB0", None);
    let back = Instant::now();
    until(&mut events, listening).await;
    cable.speaks();
    until(&mut events, telegram).await;
    assert!(back.elapsed() < SOON, "{:?}", back.elapsed());
}

#[tokio::test]
async fn a_cable_is_read_again_under_any_name_and_another_adapter_is_not_mistaken_for_it() {
    for meter in ["auto", "named"] {
        let computer = Computer::new();
        let port = match meter {
            "auto" => meter.to_owned(),
            _ => computer.dev().join("ttyUSB0").display().to_string(),
        };
        let mut cable = computer.plug_in("ttyUSB0", Some("usb-P1_cable_A1"));
        let mut events = computer.listen(&port);
        until(&mut events, listening).await;
        cable.speaks();
        until(&mut events, telegram).await;

        // The driver keeps the line open, as some do; only the names go. Then a stick for lamps takes the old name.
        cable.vanishes();
        let _lamps = computer.plug_in("ttyUSB0", Some("usb-Lamps"));
        let lost = until(&mut events, trouble).await;
        assert!(matches!(lost, Trouble::Lost { .. }), "{lost}");
        until(&mut events, listening).await;

        let mut cable = computer.plug_in("ttyUSB5", Some("usb-P1_cable_A1"));
        let back = Instant::now();
        loop {
            let port = until(&mut events, listening).await;
            if port.contains("A1") || port.contains("ttyUSB5") {
                break;
            }
        }
        cable.speaks();
        until(&mut events, telegram).await;
        assert!(back.elapsed() < SOON, "{meter}: {:?}", back.elapsed());
    }
}

#[tokio::test]
async fn a_meter_that_speaks_at_another_speed_is_understood_before_a_trial_is_over() {
    let computer = Computer::new();
    let mut cable = computer.plug_in("ttyUSB0", None);
    let mut events = computer.listen("auto");
    let began = Instant::now();
    // A pseudo-terminal has no speed: what a wrong one makes of a telegram is written as it would arrive.
    for wrong in ["115200 8N1", "9600 7E1"] {
        let port = until(&mut events, listening).await;
        assert!(port.ends_with(wrong), "{port}");
        cable.says(&[0xF3; 90]);
    }
    let port = until(&mut events, listening).await;
    cable.speaks();
    until(&mut events, telegram).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());

    // When the cable is back, the speed that worked is tried first.
    cable.pull_out();
    until(&mut events, trouble).await;
    let mut cable = computer.plug_in("ttyUSB0", None);
    assert_eq!(until(&mut events, listening).await, port);
    cable.speaks();
    until(&mut events, telegram).await;
}

#[tokio::test]
async fn a_telegram_that_stops_half_way_spoils_no_other() {
    let computer = Computer::new();
    let mut cable = computer.plug_in("ttyACM0", None);
    let mut events = computer.listen("auto");
    until(&mut events, listening).await;
    cable.speaks();
    until(&mut events, telegram).await;

    cable.says(b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.8.1(00001.000*kWh)\r\n1-0:1.7.0(00");
    tokio::time::sleep(Duration::from_millis(400)).await;
    cable.speaks();
    until(&mut events, refused).await;
    assert_eq!(until(&mut events, telegram).await, TELEGRAM);
}

#[tokio::test]
async fn a_meter_that_encrypts_is_read_with_its_key_and_asked_for_it_without() {
    let sealed =
        include_bytes!("../../../crates/p1/tests/fixtures/smarty-wrong-checksum-inside.txt");
    let computer = Computer::new();
    let mut cable = computer.plug_in("ttyUSB0", None);
    let mut events = computer.listen("auto");
    let speed = until(&mut events, listening).await;
    cable.says(sealed);
    let why = until(&mut events, |event| match event {
        MeterEvent::Refused(why) => Some(why.clone()),
        _ => None,
    })
    .await;
    assert!(why.contains("--meter-key-file"), "{why}");
    drop(events);

    let means = Means {
        ports: Ports::under(computer.0.path()),
        keys: Some(Keys::from_hex("000102030405060708090a0b0c0d0e0f", None).unwrap()),
        ..Means::default()
    };
    let mut events = start_with(means, "auto".parse().unwrap(), Arc::new(SystemClock));
    assert_eq!(until(&mut events, listening).await, speed);
    cable.says(sealed);
    let opened = until(&mut events, telegram).await;
    // Its tag proves it, whatever the checksum inside says.
    let telegram = p1::Telegram::parse(&opened).unwrap();
    assert!(telegram.objects().count() > 10);
}

#[tokio::test]
async fn a_device_that_is_not_there_or_no_serial_device_is_named_with_what_to_do() {
    let computer = Computer::new();
    let _cable = computer.plug_in("ttyUSB3", Some("usb-P1_cable_A1"));
    let missing = until(&mut computer.listen("/dev/nothing-here"), trouble).await;
    let missing = missing.to_string();
    assert!(missing.contains("is the cable plugged in"), "{missing}");
    assert!(missing.contains("by-id/usb-P1_cable_A1"), "{missing}");

    let file = computer.dev().join("file");
    std::fs::write(&file, "no device").unwrap();
    let wrong = first_trouble(&file.display().to_string()).await;
    assert!(matches!(wrong, Trouble::NotSerial(_)), "{wrong}");
}

#[tokio::test]
async fn a_device_in_use_is_not_shared_and_whoever_has_it_is_named() {
    let computer = Computer::new();
    let cable = computer.plug_in("ttyUSB0", None);
    let mut other = Other::holding(&cable.names[0]);
    let mut events = computer.listen("auto");
    let busy = until(&mut events, trouble).await.to_string();
    let named = format!("in use by sleep (process {})", other.0.id());
    assert!(busy.contains(&named), "{busy}");

    other.stop();
    until(&mut events, listening).await;
    let busy = until(&mut computer.listen("auto"), trouble).await;
    assert!(matches!(busy, Trouble::InUse { .. }), "{busy}");
}

/// Another program that has the port open, and did not ask for it to be its own.
struct Other(Child);

impl Other {
    fn holding(port: &Path) -> Self {
        let child = Command::new("sh")
            .args(["-c", "exec 3<>\"$0\"; exec sleep 60"])
            .arg(port)
            .spawn()
            .unwrap();
        let comm = format!("/proc/{}/comm", child.id());
        while std::fs::read_to_string(&comm).unwrap().trim() != "sleep" {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self(child)
    }

    fn stop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_reader_on_the_network_that_hangs_up_is_called_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let mut events = start(address.parse().unwrap(), Arc::new(SystemClock));
    for _ in 0..2 {
        let back = Instant::now();
        let (mut stream, _) = timeout(SOON, listener.accept()).await.unwrap().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, TELEGRAM)
            .await
            .unwrap();
        until(&mut events, telegram).await;
        assert!(back.elapsed() < SOON, "{:?}", back.elapsed());
        drop(stream);
        let gone = until(&mut events, trouble).await;
        assert!(matches!(gone, Trouble::Unreachable { .. }), "{gone}");
    }
}
