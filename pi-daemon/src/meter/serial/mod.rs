//! A serial device: speed and parity are found by trying; a cable that was pulled out is waited for, under any name.

mod access;
mod ports;
mod settings;

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::AccessFlags;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio_serial::ErrorKind;

use self::ports::Adapter;
pub use self::ports::Ports;
use self::settings::{Noise, Settings};
use super::listening::{Ear, End, listen};
use super::{Heard, Means, MeterEvent, MeterState, SILENCE, Trouble, Unheard, pause, tell};

/// How long one speed is tried: the slowest meters speak every ten seconds, and may just have spoken.
const TRIAL: Duration = Duration::from_secs(13);

/// Reads the named device, or whichever is plugged in.
pub(super) async fn read(
    named: Option<PathBuf>,
    means: Means,
    events: &mpsc::Sender<MeterEvent>,
) -> Heard {
    let mut cable = Cable {
        named,
        means,
        adapter: None,
        settings: None,
    };
    let mut said = None;
    loop {
        let mut trouble = cable.missing();
        for port in cable.candidates() {
            let end = cable.try_all_settings(&port, events).await?;
            if end.spoke {
                said = None;
            }
            trouble = end.trouble;
            if end.look_again {
                break;
            }
        }
        if said.as_ref() != Some(&trouble) {
            tell(events, MeterEvent::State(MeterState::Away(trouble.clone()))).await?;
            said = Some(trouble);
        }
        pause(events).await?;
    }
}

/// Why no cable could be read at this moment; nothing if one could.
pub(crate) fn why_no_cable() -> Option<Trouble> {
    let plugged_in = Ports::default().plugged_in();
    let first = plugged_in.first();
    let readable = AccessFlags::R_OK | AccessFlags::W_OK;
    match first {
        None => Some(Trouble::NoDevices),
        Some(_)
            if plugged_in
                .iter()
                .any(|port| nix::unistd::access(port, readable).is_ok()) =>
        {
            None
        }
        Some(port) => Some(access::not_allowed(port)),
    }
}

/// The meter's cable, and what was learnt about it.
struct Cable {
    named: Option<PathBuf>,
    means: Means,
    /// The adapter that telegrams came from.
    adapter: Option<Adapter>,
    /// The speed and parity at which they came.
    settings: Option<Settings>,
}

/// How it went with one port.
struct Tried {
    spoke: bool,
    trouble: Trouble,
    /// The other ports are not worth trying now: the line was just lost, or the cable is back elsewhere.
    look_again: bool,
}

impl Cable {
    /// The ports to try. A cable that was heard before is known again under any name; who named a port means that one, but a
    /// new cable in it is as good.
    fn candidates(&self) -> Vec<PathBuf> {
        let known = self
            .adapter
            .as_ref()
            .and_then(|known| self.means.ports.of(known));
        match (&self.named, known) {
            (Some(named), Some(known)) => {
                let same = self.means.ports.adapter(named) == self.adapter;
                vec![if same { named.clone() } else { known }]
            }
            (Some(named), None) => vec![named.clone()],
            (None, Some(known)) => vec![known],
            (None, None) => self.means.ports.plugged_in(),
        }
    }

    fn missing(&self) -> Trouble {
        match &self.named {
            Some(named) => self.no_device(named),
            None => Trouble::NoDevices,
        }
    }

    fn no_device(&self, port: &Path) -> Trouble {
        let others = self.means.ports.plugged_in();
        let others: Vec<String> = others
            .iter()
            .map(|port| port.display().to_string())
            .collect();
        Trouble::NoDevice {
            port: port.display().to_string(),
            others: others.join(", "),
        }
    }

    /// Listens with each setting in turn.
    async fn try_all_settings(
        &mut self,
        port: &Path,
        events: &mpsc::Sender<MeterEvent>,
    ) -> Result<Tried, Unheard> {
        let name = port.display().to_string();
        for settings in Settings::beginning_with(self.settings) {
            let stream = match self.open(port, settings) {
                Ok(stream) => stream,
                Err(trouble) => return Ok(Tried::not_opened(trouble)),
            };
            let label = format!("{name} at {}", settings.name);
            tell(
                events,
                MeterEvent::State(MeterState::Listening(label.clone())),
            )
            .await?;
            let line = self.means.line();
            let mut ear = SerialLine::new(port, self, settings);
            let end = listen(stream, line, &label, TRIAL, &mut ear, events).await?;
            let spoke = end.spoke();
            let (trouble, look_again) = match end {
                End::NeverSpoke | End::NotTheRightWay => continue,
                End::FellSilent => (Trouble::Silent(name), true),
                End::Broke { why, .. } => (Trouble::Lost { port: name, why }, true),
            };
            return Ok(Tried {
                spoke,
                trouble,
                look_again,
            });
        }
        Ok(Tried {
            spoke: false,
            trouble: Trouble::Silent(name),
            look_again: false,
        })
    }

    fn open(
        &self,
        port: &Path,
        settings: Settings,
    ) -> Result<impl AsyncRead + Unpin + use<>, Trouble> {
        let stream = settings
            .open(&port.to_string_lossy())
            .map_err(|error| self.cannot_open(port, &error))?;
        // A program that asked for no exclusive access would take half of the bytes away.
        match access::held_by(port, &self.means.ports) {
            Some(holder) => Err(in_use(port, Some(holder))),
            None => Ok(stream),
        }
    }

    fn cannot_open(&self, port: &Path, error: &tokio_serial::Error) -> Trouble {
        let busy = || in_use(port, access::held_by(port, &self.means.ports));
        match error.kind() {
            ErrorKind::Io(io::ErrorKind::NotFound) => self.no_device(port),
            ErrorKind::Io(io::ErrorKind::PermissionDenied) => access::not_allowed(port),
            ErrorKind::Io(io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock) => busy(),
            ErrorKind::NoDevice if !port.exists() => self.no_device(port),
            ErrorKind::NoDevice => busy(),
            // Not by modes but by a limit of its container or unit, for which its errors have no kind (EPERM).
            _ if error.description == Errno::EPERM.desc() => access::not_allowed(port),
            _ if error.description.contains("Not a typewriter")
                || error.description.contains("Inappropriate ioctl") =>
            {
                Trouble::NotSerial(port.display().to_string())
            }
            _ => Trouble::Lost {
                port: port.display().to_string(),
                why: error.to_string(),
            },
        }
    }
}

impl Tried {
    fn not_opened(trouble: Trouble) -> Self {
        Self {
            spoke: false,
            trouble,
            look_again: false,
        }
    }
}

fn in_use(port: &Path, by: Option<String>) -> Trouble {
    Trouble::InUse {
        port: port.display().to_string(),
        by: by.unwrap_or_else(|| "another program".to_owned()),
    }
}

/// A serial line while it is listened to: whether it is still the one that was opened, and whether this is the right speed.
struct SerialLine<'a> {
    port: &'a Path,
    cable: &'a mut Cable,
    settings: Settings,
    opened: Option<(u64, u64, u64)>,
    noise: Noise,
}

impl<'a> SerialLine<'a> {
    fn new(port: &'a Path, cable: &'a mut Cable, settings: Settings) -> Self {
        Self {
            opened: device_behind(port),
            port,
            cable,
            settings,
            noise: Noise::default(),
        }
    }
}

impl Ear for SerialLine<'_> {
    fn silence(&self) -> Duration {
        SILENCE
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.noise.push(bytes);
    }

    fn is_noise(&self) -> bool {
        self.noise.is_all_there_is()
    }

    fn telegrams_come(&mut self) {
        self.cable.settings = Some(self.settings);
        self.cable.adapter = self.cable.means.ports.adapter(self.port);
    }

    /// A driver may keep the line to a cable that is gone open; then its name is gone, or is another device's.
    fn lost(&self) -> Option<&'static str> {
        if device_behind(self.port) != self.opened {
            return Some("the cable was pulled out");
        }
        let known = self.cable.adapter.as_ref()?;
        let here = self.cable.means.ports.adapter(self.port);
        let elsewhere = here.as_ref() != Some(known) && self.cable.means.ports.of(known).is_some();
        elsewhere.then_some("the meter's cable is back under another name")
    }
}

fn device_behind(port: &Path) -> Option<(u64, u64, u64)> {
    let device = std::fs::metadata(port).ok()?;
    Some((device.dev(), device.ino(), device.rdev()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_a_unit_or_container_forbids_is_one_that_is_not_allowed() {
        let cable = Cable {
            named: None,
            means: Means::default(),
            adapter: None,
            settings: None,
        };
        // Is there everywhere; it is not opened.
        let port = Path::new("/dev/null");
        let forbidden = |kind, errno: Errno| {
            let error = tokio_serial::Error::new(kind, errno.desc());
            let trouble = cable.cannot_open(port, &error);
            matches!(
                trouble,
                Trouble::NotAllowed { .. } | Trouble::NotAllowedYet { .. }
            )
        };
        assert!(forbidden(ErrorKind::Unknown, Errno::EPERM));
        let denied = ErrorKind::Io(io::ErrorKind::PermissionDenied);
        assert!(forbidden(denied, Errno::EACCES));
        assert!(!forbidden(ErrorKind::Unknown, Errno::EIO));
    }
}
