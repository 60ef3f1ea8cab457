//! The meter: bytes from a cable, a socket, a recording or a simulated household become telegrams.
//!
//! A source never ends the daemon. It says what is the matter ([`MeterState`]), waits, and tries again.

mod address;
mod line;
mod replay;
mod serial;
mod simulated;
mod tcp;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::clock::Clock;

pub use address::{MeterAddress, MeterAddressError};
pub use line::Line;

/// Telegrams that may wait for the store; a source that is faster than the disk is slowed down.
const QUEUE: usize = 64;
/// The longest wait between two attempts to reach the meter.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
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
    #[error("there is no {0}: is the cable plugged in? Waiting for it")]
    NoDevice(String),
    #[error(
        "no serial device is plugged in. Plug in the P1 cable, or name one with --meter. Waiting for it"
    )]
    NoDevices,
    #[error(
        "{0} may not be read by this user. Add it to the group of the device: sudo usermod -aG dialout $USER, then log in again"
    )]
    NotAllowed(String),
    #[error("{0} is in use by another program. Stop that one; trying again meanwhile")]
    InUse(String),
    #[error("{0} is not a serial device. Name the P1 cable with --meter, for example /dev/ttyUSB0")]
    NotSerial(String),
    #[error("the connection to {port} broke ({why}). Waiting for it to come back")]
    Lost { port: String, why: String },
    #[error(
        "{0} is open but no telegram comes at 115200 8N1 or 9600 7E1. Is the cable in the meter's P1 port, and is that port switched on?"
    )]
    Silent(String),
    #[error(
        "{address} does not answer ({why}). Is the address right and the P1 reader switched on? Trying again"
    )]
    Unreachable { address: String, why: String },
    #[error("the recording {file} cannot be read: {why}")]
    NoRecording { file: String, why: String },
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

/// Starts reading the meter on a task of its own. The task ends when the receiver is dropped.
pub fn start(address: MeterAddress, clock: Arc<dyn Clock>) -> mpsc::Receiver<MeterEvent> {
    let (events, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        // A source ends only when nobody listens any more, or a recording is over.
        let _ = match address {
            MeterAddress::Auto => serial::read(None, &events).await,
            MeterAddress::Serial(path) => serial::read(Some(path), &events).await,
            MeterAddress::Tcp(address) => tcp::read(&address, &events).await,
            MeterAddress::Replay { file, speed } => replay::read(&file, speed, &events).await,
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

/// Waits that double from one second to [`LONGEST_WAIT`].
struct Backoff(Duration);

impl Backoff {
    fn new() -> Self {
        Self(Duration::from_secs(1))
    }

    async fn wait(&mut self, events: &mpsc::Sender<MeterEvent>) -> Heard {
        tokio::select! {
            () = tokio::time::sleep(self.0) => {}
            () = events.closed() => return Err(Unheard),
        }
        self.0 = (self.0 * 2).min(LONGEST_WAIT);
        Ok(())
    }
}
