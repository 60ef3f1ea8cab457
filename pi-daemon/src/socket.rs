//! The socket in the data directory through which `setup`, `pair`, `unpair` and `status` reach the running daemon.
//!
//! One line of JSON asks, one line of JSON answers. Only the user who may enter the data directory (mode 0700) gets here.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::status::{RadioReport, Report};

const NAME: &str = "control.sock";
/// The longest path that a socket's address holds.
const LONGEST_PATH: usize = 107;
const LONGEST_LINE: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// What another invocation asks of the running daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Request {
    /// How are you?
    Status,
    /// The pairing code, with a new secret if the old one was photographed.
    Code {
        /// Whether to replace the secret.
        new_secret: bool,
    },
    /// Open the pairing window.
    Pair {
        /// Whether to replace the secret.
        new_secret: bool,
    },
    /// Let the owner call over Bluetooth.
    Near,
    /// How is the radio?
    Radio,
    /// Let go of the owner.
    Unpair,
}

/// A pairing code in writing. It is shown where a person asked for it, and prints nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct WrittenCode(String);

impl From<String> for WrittenCode {
    fn from(code: String) -> Self {
        Self(code)
    }
}

impl Deref for WrittenCode {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WrittenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrittenCode(..)")
    }
}

/// The daemon's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// How it is.
    Status(Box<Report>),
    /// The pairing code, and for how many seconds the window is open.
    Code {
        /// `meterkast://pair#…`
        code: WrittenCode,
        /// The same for typing.
        typed: WrittenCode,
        /// Seconds, 0 while it is closed.
        window: u32,
    },
    /// The owner may call.
    Near {
        /// For so many seconds.
        seconds: u32,
    },
    /// How the radio is.
    Radio(RadioReport),
    /// The owner is gone.
    Unpaired,
    /// No, because.
    Refused {
        /// A sentence.
        why: String,
    },
}

/// Listens in the data directory. A socket that a killed daemon left behind is replaced: the lock says that it is dead.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(data_dir: &Path) -> io::Result<UnixListener> {
    let path = data_dir.join(NAME);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let place = Place::of(&path)?;
    UnixListener::bind(place.path())
}

/// Answers one connection.
///
/// # Errors
/// When the other side goes away or writes something else than a request.
pub async fn serve(
    stream: UnixStream,
    answer: impl AsyncFnOnce(Request) -> Answer,
) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    timeout(
        PATIENCE,
        BufReader::new(reader.take(LONGEST_LINE)).read_line(&mut line),
    )
    .await??;
    let said = match serde_json::from_str(&line) {
        Ok(request) => answer(request).await,
        Err(error) => Answer::Refused {
            why: format!("this is not a request: {error}"),
        },
    };
    writer.write_all(&line_of(&said)?).await
}

/// Asks the daemon that runs on this data directory; nothing if none runs.
///
/// # Errors
/// When the daemon is there and does not answer.
pub async fn ask(data_dir: &Path, request: &Request) -> io::Result<Option<Answer>> {
    let path = data_dir.join(NAME);
    if !path.exists() {
        return Ok(None);
    }
    let place = Place::of(&path)?;
    let stream = match UnixStream::connect(place.path()).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return Ok(None),
        Err(error) => return Err(error),
    };
    let (reader, mut writer) = stream.into_split();
    writer.write_all(&line_of(request)?).await?;
    let mut line = String::new();
    timeout(
        PATIENCE,
        BufReader::new(reader.take(LONGEST_LINE)).read_line(&mut line),
    )
    .await??;
    Ok(Some(serde_json::from_str(&line)?))
}

fn line_of(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// A path that is short enough for a socket's address: a long one is reached through its open directory.
struct Place {
    path: PathBuf,
    _directory: Option<File>,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if path.as_os_str().len() <= LONGEST_PATH {
            return Ok(Self {
                path: path.to_owned(),
                _directory: None,
            });
        }
        let directory = File::open(directory)?;
        Ok(Self {
            path: Path::new("/proc/self/fd")
                .join(directory.as_raw_fd().to_string())
                .join(name),
            _directory: Some(directory),
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_prints_only_where_it_is_asked_for() {
        let answer = Answer::Code {
            code: "meterkast://pair#secret".to_owned().into(),
            typed: "TYPED".to_owned().into(),
            window: 0,
        };
        let printed = format!("{answer:?}");
        assert!(
            !printed.contains("secret") && !printed.contains("TYPED"),
            "{printed}"
        );
        let line = String::from_utf8(line_of(&answer).unwrap()).unwrap();
        let said: Answer = serde_json::from_str(&line).unwrap();
        assert_eq!(said, answer);
    }

    #[tokio::test]
    async fn a_request_is_answered_even_in_a_directory_with_a_long_name() {
        let dir = tempfile::tempdir().unwrap();
        let long = dir.path().join("d".repeat(150));
        std::fs::create_dir(&long).unwrap();
        let listener = listen(&long).unwrap();
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            serve(stream, async |request| {
                assert_eq!(request, Request::Pair { new_secret: true });
                Answer::Unpaired
            })
            .await
            .unwrap();
        });
        let answer = ask(&long, &Request::Pair { new_secret: true })
            .await
            .unwrap();
        assert_eq!(answer, Some(Answer::Unpaired));
        server.await.unwrap();
    }

    #[tokio::test]
    async fn where_nobody_listens_there_is_no_answer() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(ask(dir.path(), &Request::Status).await.unwrap(), None);
        drop(listen(dir.path()).unwrap());
        assert_eq!(ask(dir.path(), &Request::Status).await.unwrap(), None);
    }
}
