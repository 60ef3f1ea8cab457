//! Listening to an open line until it breaks or falls silent, whatever it is made of.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Line, MeterEvent, MeterState, Unheard, tell};

/// How often it is looked whether the line is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a kind of line knows about itself.
pub(super) trait Ear {
    /// After so long without a telegram the line is opened anew.
    fn silence(&self) -> Duration;
    /// These bytes came.
    fn hear(&mut self, _bytes: &[u8]) {}
    /// Whether what came is nothing that a meter says; asked until the first telegram.
    fn is_noise(&self) -> bool {
        false
    }
    /// The first telegram came.
    fn telegrams_come(&mut self) {}
    /// Why the line is gone although it does not say so.
    fn lost(&self) -> Option<&'static str> {
        None
    }
}

/// How listening came to its end.
pub(super) enum End {
    /// No telegram within the trial.
    NeverSpoke,
    /// What came is nothing that a meter says.
    NotTheRightWay,
    /// Telegrams came, then none for long.
    FellSilent,
    /// The line broke.
    Broke {
        /// Whether telegrams came before.
        spoke: bool,
        /// What the system said.
        why: String,
    },
}

impl End {
    /// Whether telegrams came.
    pub(super) fn spoke(&self) -> bool {
        matches!(self, Self::FellSilent | Self::Broke { spoke: true, .. })
    }
}

/// Reads telegrams off an open line; the first is waited for as long as a trial lasts.
pub(super) async fn listen(
    mut stream: impl AsyncRead + Unpin,
    mut line: Line,
    label: &str,
    trial: Duration,
    ear: &mut impl Ear,
    events: &mpsc::Sender<MeterEvent>,
) -> Result<End, Unheard> {
    let mut buffer = [0; 4096];
    let mut spoke = false;
    let mut deadline = Instant::now() + trial;
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let broke = |spoke, why: &str| End::Broke {
        spoke,
        why: why.to_owned(),
    };
    loop {
        let read = tokio::select! {
            read = stream.read(&mut buffer) => read,
            () = tokio::time::sleep_until(deadline) => {
                return Ok(if spoke { End::FellSilent } else { End::NeverSpoke });
            }
            _ = look.tick() => match ear.lost() {
                Some(why) => return Ok(broke(spoke, why)),
                None => continue,
            },
            () = events.closed() => return Err(Unheard),
        };
        let bytes = match read {
            Ok(0) => return Ok(broke(spoke, "it was closed at the other end")),
            Err(error) => return Ok(broke(spoke, &error.to_string())),
            Ok(length) => buffer.get(..length).unwrap_or_default(),
        };
        let heard = line.push(bytes);
        if line.was_understood() {
            if !spoke {
                spoke = true;
                ear.telegrams_come();
                tell(
                    events,
                    MeterEvent::State(MeterState::Connected(label.to_owned())),
                )
                .await?;
            }
            deadline = Instant::now() + ear.silence();
        } else if !spoke {
            ear.hear(bytes);
            if ear.is_noise() {
                return Ok(End::NotTheRightWay);
            }
        }
        for event in heard {
            tell(events, event).await?;
        }
    }
}
