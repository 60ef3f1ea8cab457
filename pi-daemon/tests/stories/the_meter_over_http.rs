//! Claim: a reader that gives its last telegram over HTTP is asked every second; each telegram is heard once, and what is
//! wrong with the reader is said.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pi_daemon::SystemClock;
use pi_daemon::meter::{Means, MeterEvent, MeterState, Trouble, start_with};
use simulated_meter::{Dialect, Household};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);
const NOON: i64 = 1_781_870_400;

/// A P1 reader, as far as it can be seen from the network.
struct Dongle {
    address: SocketAddr,
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<AtomicUsize>,
}

impl Dongle {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dongle = Self {
            address: listener.local_addr().unwrap(),
            answer: Arc::default(),
            asked: Arc::default(),
        };
        let (answer, asked) = (dongle.answer.clone(), dongle.asked.clone());
        tokio::spawn(async move {
            loop {
                let (asker, _) = listener.accept().await.unwrap();
                tokio::spawn(answer_all(asker, answer.clone(), asked.clone()));
            }
        });
        dongle
    }

    fn answers(&self, status: &str, body: &[u8]) {
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        *self.answer.lock().unwrap() = [head.as_bytes(), body].concat();
    }

    async fn is_asked_again(&self) {
        let before = self.asked.load(Ordering::SeqCst);
        let asked_again = async {
            while self.asked.load(Ordering::SeqCst) == before {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(SOON, asked_again).await.unwrap();
    }

    fn read(&self) -> Receiver<MeterEvent> {
        let address = format!("http://{}/api/v1/telegram", self.address);
        let address = address.parse().unwrap();
        start_with(Means::default(), address, Arc::new(SystemClock))
    }
}

async fn answer_all(mut asker: TcpStream, answer: Arc<Mutex<Vec<u8>>>, asked: Arc<AtomicUsize>) {
    let mut question = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(length @ 1..) = asker.read(&mut buffer).await {
        question.extend_from_slice(&buffer[..length]);
        if question.ends_with(b"\r\n\r\n") {
            assert!(question.starts_with(b"GET /api/v1/telegram HTTP/1.1\r\n"));
            question.clear();
            asked.fetch_add(1, Ordering::SeqCst);
            let answer = answer.lock().unwrap().clone();
            if asker.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

async fn next(events: &mut Receiver<MeterEvent>) -> MeterEvent {
    timeout(SOON, events.recv()).await.unwrap().unwrap()
}

async fn next_telegram(events: &mut Receiver<MeterEvent>) -> Vec<u8> {
    loop {
        if let MeterEvent::Telegram(bytes) = next(events).await {
            return bytes;
        }
    }
}

async fn next_trouble(events: &mut Receiver<MeterEvent>) -> String {
    loop {
        if let MeterEvent::State(MeterState::Away(trouble)) = next(events).await {
            assert!(matches!(
                trouble,
                Trouble::Broker { .. } | Trouble::Unreachable { .. }
            ));
            return trouble.to_string();
        }
    }
}

#[tokio::test]
async fn each_telegram_is_heard_once_however_often_it_is_given() {
    let mut household = Household::new(3).with_dialect(Dialect::Dsmr50);
    let telegrams: Vec<Vec<u8>> = (0..3).map(|s| household.telegram_at(NOON + s)).collect();
    let dongle = Dongle::new().await;
    dongle.answers("200 OK", &telegrams[0]);
    let mut events = dongle.read();
    assert_eq!(next_telegram(&mut events).await, telegrams[0]);
    dongle.is_asked_again().await;
    dongle.is_asked_again().await;
    dongle.answers("200 OK", telegrams[1].trim_ascii_end());
    assert_eq!(next_telegram(&mut events).await, telegrams[1]);
    dongle.answers("200 OK", &telegrams[2]);
    assert_eq!(next_telegram(&mut events).await, telegrams[2]);
}

#[tokio::test]
async fn what_is_wrong_with_the_reader_is_said_and_it_is_asked_again() {
    let telegram = Household::new(3).telegram_at(NOON);
    let dongle = Dongle::new().await;
    dongle.answers(
        "403 Forbidden",
        br#"{"error":{"id":202,"description":"API not enabled"}}"#,
    );
    let mut events = dongle.read();
    let closed = next_trouble(&mut events).await;
    assert!(closed.contains("switch on its local API"), "{closed}");
    dongle.answers("404 Not Found", b"");
    let nothing = next_trouble(&mut events).await;
    assert!(nothing.contains("/api/v1/telegram"), "{nothing}");
    dongle.answers("503 Service Unavailable", b"");
    let busy = next_trouble(&mut events).await;
    assert!(busy.contains("503 Service Unavailable"), "{busy}");
    dongle.answers("200 OK", &[b'x'; 70_000]);
    let endless = next_trouble(&mut events).await;
    assert!(endless.contains("longer than any telegram"), "{endless}");
    dongle.answers("200 OK", &telegram);
    assert_eq!(next_telegram(&mut events).await, telegram);
}

#[tokio::test]
async fn a_reader_that_is_not_there_is_named_with_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/p1", listener.local_addr().unwrap());
    drop(listener);
    let mut events = start_with(
        Means::default(),
        address.parse().unwrap(),
        Arc::new(SystemClock),
    );
    let away = next_trouble(&mut events).await;
    assert!(
        away.starts_with(&format!("{address} does not answer (")),
        "{away}"
    );
}
