//! The meter: bytes from a cable, a socket, a recording or a simulated household become telegrams.
//!
//! A source never ends the daemon. It says what is the matter ([`MeterState`]), waits, and tries again.

mod address;
mod http;
mod line;
mod listening;
mod mqtt;
mod replay;
pub(crate) mod serial;
mod simulated;
mod tcp;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use p1::Keys;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::clock::Clock;

pub use address::{MeterAddress, MeterAddressError, MqttTopic};
pub use line::Line;
pub use serial::Ports;

/// Telegrams that may wait for the store; a source that is faster than the disk is slowed down.
const QUEUE: usize = 64;
/// Between two attempts to reach the meter: one that is back is read within five seconds.
const AGAIN: Duration = Duration::from_secs(1);
/// A line that said nothing for so long is opened anew.
const SILENCE: Duration = Duration::from_secs(60);

/// What a source has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeterEvent {
    /// The connection to the meter changed.
    State(MeterState),
    /// One whole telegram, from `/` to after the CRC, its CRC right or absent.
    Telegram(Vec<u8>),
    /// Something that began like a telegram and was refused, with the reason.
    Refused(String),
}

/// The connection to the meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeterState {
    /// Nothing tried yet.
    Starting,
    /// Open, no telegram yet; at a serial device with the speed being tried.
    Listening(String),
    /// Telegrams arrive.
    Connected(String),
    /// Not reachable.
    Away(Trouble),
    /// A recording ended.
    Ended(PathBuf),
}

/// Why the meter cannot be read, in a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum Trouble {
    #[error("there is no {port}: is the cable plugged in? {}Waiting for it", plugged_in(.others))]
    NoDevice { port: String, others: String },
    #[error(
        "no serial device is plugged in. Plug in the P1 cable, or name one with --meter. Waiting for it"
    )]
    NoDevices,
    #[error(
        "{port} may not be read by the user {user}. Add the user to the device's group: sudo usermod -aG {group} {user}, then log in again and start pi-daemon anew"
    )]
    NotAllowed {
        port: String,
        user: String,
        group: String,
    },
    #[error(
        "{port} may not be read yet: the user {user} was added to the group {group} after logging in. Log in again and start pi-daemon anew"
    )]
    NotAllowedYet {
        port: String,
        user: String,
        group: String,
    },
    #[error("{port} is in use by {by}. Stop that one; trying again meanwhile")]
    InUse { port: String, by: String },
    #[error("{0} is not a serial device. Name the P1 cable with --meter, for example /dev/ttyUSB0")]
    NotSerial(String),
    #[error("the connection to {port} broke ({why}). Waiting for it to come back")]
    Lost { port: String, why: String },
    #[error(
        "{0} is open but no telegram comes, at no speed that meters speak. Is the cable in the meter's P1 port, and is that port switched on?"
    )]
    Silent(String),
    #[error(
        "{address} does not answer ({why}). Is the address right and the P1 reader switched on? Trying again"
    )]
    Unreachable { address: String, why: String },
    #[error("no telegrams from {address}: {why}. Trying again")]
    Broker { address: String, why: String },
    #[error("the recording {file} cannot be read: {why}")]
    NoRecording { file: String, why: String },
}

fn plugged_in(others: &str) -> String {
    match others {
        "" => String::new(),
        others => format!("Plugged in now: {others}. "),
    }
}

impl fmt::Display for MeterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Listening(port) => write!(f, "listening to {port}, no telegram yet"),
            Self::Connected(port) => write!(f, "telegrams arrive from {port}"),
            Self::Away(trouble) => trouble.fmt(f),
            Self::Ended(file) => write!(f, "the recording {} has ended", file.display()),
        }
    }
}

/// What a meter is read with, beside its address.
#[derive(Clone, Default)]
pub struct Means {
    /// Where this system names its serial ports.
    pub ports: Ports,
    /// The keys of a meter that encrypts.
    pub keys: Option<Keys>,
    /// The password at the broker of an MQTT topic.
    pub mqtt_password: Option<Zeroizing<String>>,
}

impl Means {
    /// The beginning of a line to the meter.
    fn line(&self) -> Line {
        Line::with_keys(self.keys.clone())
    }
}

/// Starts reading the meter on a task of its own. The task ends when the receiver is dropped.
pub fn start(address: MeterAddress, clock: Arc<dyn Clock>) -> mpsc::Receiver<MeterEvent> {
    start_with(Means::default(), address, clock)
}

/// As [`start`], with whatever it needs for it.
pub fn start_with(
    means: Means,
    address: MeterAddress,
    clock: Arc<dyn Clock>,
) -> mpsc::Receiver<MeterEvent> {
    let (events, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        // A source ends only when nobody listens any more, or a recording is over.
        let _ = match address {
            MeterAddress::Auto => serial::read(None, means, &events).await,
            MeterAddress::Serial(path) => serial::read(Some(path), means, &events).await,
            MeterAddress::Tcp(address) => tcp::read(&address, &means, &events).await,
            MeterAddress::Http(url) => http::read(&url, &means, &events).await,
            MeterAddress::Mqtt(topic) => mqtt::read(&topic, &means, &events).await,
            MeterAddress::Replay { file, speed } => {
                replay::read(&file, speed, means.line(), &events).await
            }
            MeterAddress::Simulated { seed } => simulated::read(seed, &*clock, &events).await,
        };
    });
    receiver
}

/// Nobody listens to this source any more.
struct Unheard;

type Heard = Result<(), Unheard>;

async fn tell(events: &mpsc::Sender<MeterEvent>, event: MeterEvent) -> Heard {
    events.send(event).await.map_err(|_| Unheard)
}

/// The wait before the meter is tried again.
async fn pause(events: &mpsc::Sender<MeterEvent>) -> Heard {
    tokio::select! {
        () = tokio::time::sleep(AGAIN) => Ok(()),
        () = events.closed() => Err(Unheard),
    }
}
