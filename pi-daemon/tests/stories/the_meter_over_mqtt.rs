//! Claim: telegrams that somebody publishes over MQTT are read like those of a cable, whatever the broker does; with a real
//! broker.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pi_daemon::SystemClock;
use pi_daemon::meter::{Means, MeterEvent, MeterState, Trouble, start_with};
use rumqttc::{AsyncClient, Event, Incoming, MqttOptions, QoS};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const TELEGRAM: &[u8] = b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n";
const TOPIC: &str = "home/meter/raw";
const MOSQUITTO: &str = "/usr/sbin/mosquitto";
const SOON: Duration = Duration::from_secs(5);

/// Mosquitto, with one user.
struct Broker {
    dir: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
}

impl Broker {
    fn new() -> Self {
        assert!(
            Path::new(MOSQUITTO).exists(),
            "the broker of this test is missing: `cargo xtask test` installs it, or: apt-get install mosquitto"
        );
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let passwords = dir.path().join("passwords");
        let made = Command::new("mosquitto_passwd")
            .args(["-c", "-b"])
            .arg(&passwords)
            .args(["reader", "p1-secret"])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        let config = format!(
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {}\npersistence false\nuser {}\n",
            passwords.display(),
            nix::unistd::User::from_uid(nix::unistd::geteuid())
                .unwrap()
                .unwrap()
                .name,
        );
        std::fs::write(dir.path().join("mosquitto.conf"), config).unwrap();
        let mut broker = Self {
            dir,
            port,
            running: None,
        };
        broker.starts();
        broker
    }

    fn starts(&mut self) {
        let running = Command::new(MOSQUITTO)
            .arg("-c")
            .arg(self.dir.path().join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(running);
    }

    fn stops(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }

    fn read_by(&self, user: &str, password: &str) -> Receiver<MeterEvent> {
        let address = format!("mqtt://{user}@127.0.0.1:{}/{TOPIC}", self.port);
        let means = Means {
            mqtt_password: Some(password.to_owned().into()),
            ..Means::default()
        };
        start_with(means, address.parse().unwrap(), Arc::new(SystemClock))
    }

    /// A message of whatever it is that reads the meter, taken by the broker when this returns.
    async fn is_told(&self, payload: &[u8], kept: bool) {
        let mut options = MqttOptions::new("meter", "127.0.0.1", self.port);
        options.set_credentials("reader", "p1-secret");
        let (client, mut connection) = AsyncClient::new(options, 4);
        client
            .try_publish(TOPIC, QoS::AtLeastOnce, kept, payload)
            .unwrap();
        let taken = async {
            loop {
                match connection.poll().await {
                    Ok(Event::Incoming(Incoming::PubAck(_))) => return,
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        timeout(Duration::from_secs(20), taken).await.unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stops();
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

fn listening(event: &MeterEvent) -> Option<()> {
    matches!(event, MeterEvent::State(MeterState::Listening(_))).then_some(())
}

fn telegram(event: &MeterEvent) -> Option<Vec<u8>> {
    match event {
        MeterEvent::Telegram(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

fn trouble(event: &MeterEvent) -> Option<Trouble> {
    match event {
        MeterEvent::State(MeterState::Away(trouble)) => Some(trouble.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn telegrams_are_read_off_a_topic_also_after_the_broker_was_away() {
    let mut broker = Broker::new();
    broker.is_told(b"/kept from some time ago", true).await;
    let mut events = broker.read_by("reader", "p1-secret");
    until(&mut events, listening).await;
    let whole = TELEGRAM.strip_suffix(b"\r\n").unwrap();
    for payload in [TELEGRAM, whole, TELEGRAM] {
        broker.is_told(payload, false).await;
        let heard = until(&mut events, |event| match event {
            MeterEvent::Refused(why) => panic!("{why}"),
            event => telegram(event),
        })
        .await;
        assert_eq!(heard, TELEGRAM);
    }

    broker.stops();
    let away = until(&mut events, trouble).await;
    assert!(matches!(away, Trouble::Broker { .. }), "{away}");
    broker.starts();
    let back = Instant::now();
    until(&mut events, listening).await;
    assert!(back.elapsed() < SOON, "{:?}", back.elapsed());
    broker.is_told(TELEGRAM, false).await;
    until(&mut events, telegram).await;
}

#[tokio::test]
async fn a_wrong_password_is_said_with_where_the_right_one_belongs() {
    let broker = Broker::new();
    // Until the broker listens it is only away.
    broker.is_told(TELEGRAM, false).await;
    let mut events = broker.read_by("reader", "wrong");
    let refused = until(&mut events, trouble).await.to_string();
    assert!(refused.contains("--mqtt-password-file"), "{refused}");
    assert!(!refused.contains("wrong"), "{refused}");
}
