//! A serial device: speed and parity are found by trying; a cable that was pulled out is waited for.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;
use tokio_serial::{DataBits, ErrorKind, Parity, SerialPort as _, SerialStream, StopBits};

use super::line::any_telegram;
use super::{Backoff, Heard, Line, MeterEvent, MeterState, SILENCE, Trouble, tell};

/// How long one speed is tried: the slowest meters speak every ten seconds, and may just have spoken.
const TRIAL: Duration = Duration::from_secs(13);

/// What DSMR 4 and later speak, and what DSMR 2 and 3 speak (P1 companion standard, section 5.6).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Settings {
    baud: u32,
    data_bits: DataBits,
    parity: Parity,
    name: &'static str,
}

const SETTINGS: [Settings; 2] = [
    Settings {
        baud: 115_200,
        data_bits: DataBits::Eight,
        parity: Parity::None,
        name: "115200 8N1",
    },
    Settings {
        baud: 9_600,
        data_bits: DataBits::Seven,
        parity: Parity::Even,
        name: "9600 7E1",
    },
];

/// Reads the named device, or whichever is plugged in.
pub(super) async fn read(named: Option<PathBuf>, events: &mpsc::Sender<MeterEvent>) -> Heard {
    let mut backoff = Backoff::new();
    let mut last_said = None;
    loop {
        let mut trouble = Trouble::NoDevices;
        for path in named.clone().map_or_else(plugged_in, |path| vec![path]) {
            let (spoke, end) = try_all_settings(&path, events).await?;
            trouble = end;
            if spoke {
                backoff = Backoff::new();
                last_said = None;
            }
        }
        if last_said.as_ref() != Some(&trouble) {
            tell(events, MeterEvent::State(MeterState::Away(trouble.clone()))).await?;
            last_said = Some(trouble);
        }
        backoff.wait(events).await?;
    }
}

/// Serial devices that a P1 cable can be; names that follow the cable from port to port come first.
fn plugged_in() -> Vec<PathBuf> {
    let mut found = names_in(Path::new("/dev/serial/by-id"), "");
    if found.is_empty() {
        found = names_in(Path::new("/dev"), "ttyUSB");
        found.extend(names_in(Path::new("/dev"), "ttyACM"));
    }
    found
}

fn names_in(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    names.sort();
    names
}

/// Listens with each setting in turn; says whether telegrams came, and why it ended.
async fn try_all_settings(
    path: &Path,
    events: &mpsc::Sender<MeterEvent>,
) -> Result<(bool, Trouble), super::Unheard> {
    let port = path.display().to_string();
    for settings in SETTINGS {
        let stream = match open(path, settings) {
            Ok(stream) => stream,
            Err(error) => return Ok((false, cannot_open(&port, &error))),
        };
        let label = format!("{port} at {}", settings.name);
        tell(
            events,
            MeterEvent::State(MeterState::Listening(label.clone())),
        )
        .await?;
        match listen(stream, &label, TRIAL, events).await? {
            End::NeverSpoke => {}
            End::FellSilent => return Ok((true, Trouble::Silent(port))),
            End::Broke { spoke, why } => return Ok((spoke, Trouble::Lost { port, why })),
        }
    }
    Ok((false, Trouble::Silent(port)))
}

fn open(path: &Path, settings: Settings) -> tokio_serial::Result<SerialStream> {
    let builder = tokio_serial::new(path.to_string_lossy(), settings.baud)
        .data_bits(settings.data_bits)
        .parity(settings.parity)
        .stop_bits(StopBits::One);
    let mut stream = SerialStream::open(&builder)?;
    // The request line of a DSMR 2 meter must be high; a pseudo-terminal has none.
    let _ = stream.write_data_terminal_ready(true);
    let _ = stream.write_request_to_send(true);
    Ok(stream)
}

fn cannot_open(port: &str, error: &tokio_serial::Error) -> Trouble {
    let port = port.to_owned();
    match error.kind() {
        ErrorKind::Io(io::ErrorKind::NotFound) => Trouble::NoDevice(port),
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => Trouble::NotAllowed(port),
        ErrorKind::Io(io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock) => {
            Trouble::InUse(port)
        }
        ErrorKind::NoDevice if !Path::new(&port).exists() => Trouble::NoDevice(port),
        ErrorKind::NoDevice => Trouble::InUse(port),
        _ if error.description.contains("Not a typewriter")
            || error.description.contains("Inappropriate ioctl") =>
        {
            Trouble::NotSerial(port)
        }
        _ => Trouble::Lost {
            port,
            why: error.to_string(),
        },
    }
}

/// How listening to a line came to its end.
pub(super) enum End {
    /// No telegram within the trial.
    NeverSpoke,
    /// Telegrams came, then none for long.
    FellSilent,
    /// The line broke.
    Broke { spoke: bool, why: String },
}

/// Reads telegrams off an open line until it breaks or falls silent.
pub(super) async fn listen(
    mut stream: impl AsyncRead + Unpin,
    label: &str,
    trial: Duration,
    events: &mpsc::Sender<MeterEvent>,
) -> Result<End, super::Unheard> {
    let mut line = Line::new();
    let mut buffer = [0; 4096];
    let mut spoke = false;
    let mut deadline = tokio::time::Instant::now() + trial;
    loop {
        let read = tokio::select! {
            read = tokio::time::timeout_at(deadline, stream.read(&mut buffer)) => read,
            () = events.closed() => return Err(super::Unheard),
        };
        let heard = match read {
            Err(_) if spoke => return Ok(End::FellSilent),
            Err(_) => return Ok(End::NeverSpoke),
            Ok(Ok(0)) => return Ok(broke(spoke, "it was closed at the other end")),
            Ok(Err(error)) => return Ok(broke(spoke, &error.to_string())),
            Ok(Ok(length)) => line.push(buffer.get(..length).unwrap_or_default()),
        };
        if any_telegram(&heard) {
            if !spoke {
                tell(
                    events,
                    MeterEvent::State(MeterState::Connected(label.to_owned())),
                )
                .await?;
            }
            spoke = true;
            deadline = tokio::time::Instant::now() + SILENCE;
        }
        for event in heard {
            tell(events, event).await?;
        }
    }
}

fn broke(spoke: bool, why: &str) -> End {
    End::Broke {
        spoke,
        why: why.to_owned(),
    }
}
