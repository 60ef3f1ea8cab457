//! A recording in the place of a meter: its telegrams in their own rhythm.

use std::path::Path;
use std::time::Duration;

use p1::Telegram;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Heard, Line, MeterEvent, MeterState, Trouble, Unheard, tell};

/// Between telegrams that do not say when they were made.
const DEFAULT_STEP: Duration = Duration::from_secs(1);
/// A longer pause in the recording is cut to this.
const LONGEST_STEP: Duration = Duration::from_secs(60);

/// Plays a recording once, `speed` times as fast as it was made. When it is over the source says so and ends.
pub(super) async fn read(
    path: &Path,
    speed: f64,
    mut line: Line,
    events: &mpsc::Sender<MeterEvent>,
) -> Heard {
    let mut file = match File::open(path).await {
        Ok(file) => file,
        Err(error) => return no_recording(path, &error, events).await,
    };
    let label = format!("the recording {}", path.display());
    tell(events, MeterEvent::State(MeterState::Connected(label))).await?;
    let mut rhythm = Rhythm::new(speed);
    let mut buffer = [0; 4096];
    loop {
        let heard = match file.read(&mut buffer).await {
            Ok(0) => break,
            Ok(length) => line.push(buffer.get(..length).unwrap_or_default()),
            Err(error) => return no_recording(path, &error, events).await,
        };
        play(heard, &mut rhythm, events).await?;
    }
    play(line.finish().into_iter().collect(), &mut rhythm, events).await?;
    tell(
        events,
        MeterEvent::State(MeterState::Ended(path.to_owned())),
    )
    .await
}

async fn no_recording(
    path: &Path,
    error: &std::io::Error,
    events: &mpsc::Sender<MeterEvent>,
) -> Heard {
    let trouble = Trouble::NoRecording {
        file: path.display().to_string(),
        why: error.to_string(),
    };
    tell(events, MeterEvent::State(MeterState::Away(trouble))).await
}

async fn play(
    heard: Vec<MeterEvent>,
    rhythm: &mut Rhythm,
    events: &mpsc::Sender<MeterEvent>,
) -> Heard {
    for event in heard {
        if let MeterEvent::Telegram(bytes) = &event {
            tokio::select! {
                () = tokio::time::sleep_until(rhythm.next(clock_of(bytes))) => {}
                () = events.closed() => return Err(Unheard),
            }
        }
        tell(events, event).await?;
    }
    Ok(())
}

/// What the meter's clock showed, as unix seconds.
fn clock_of(telegram: &[u8]) -> Option<i64> {
    let clock = Telegram::parse(telegram).ok()?.clock()?;
    Some(clock.unix_seconds())
}

/// When the next telegram is due. Steps are added up, so that small delays do not.
struct Rhythm {
    speed: f64,
    due: Option<Instant>,
    clock: Option<i64>,
}

impl Rhythm {
    fn new(speed: f64) -> Self {
        Self {
            speed,
            due: None,
            clock: None,
        }
    }

    fn next(&mut self, clock: Option<i64>) -> Instant {
        let step = match (self.clock, clock) {
            (Some(before), Some(now)) => u64::try_from(now - before)
                .map_or(DEFAULT_STEP, Duration::from_secs)
                .min(LONGEST_STEP),
            _ => DEFAULT_STEP,
        };
        let due = match self.due {
            None => Instant::now(),
            Some(due) => due + step.div_f64(self.speed),
        };
        self.clock = clock.or(self.clock);
        self.due = Some(due);
        due
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn telegram(clock: &str) -> String {
        format!("/MKT5\\2test\r\n\r\n0-0:1.0.0({clock})\r\n1-0:1.7.0(00.378*kW)\r\n!\r\n")
    }

    fn with_crc(body: &str) -> String {
        let covered = body.trim_end();
        format!("{covered}{:04X}\r\n", p1::crc16(covered.as_bytes()))
    }

    #[tokio::test(start_paused = true)]
    async fn telegrams_come_in_the_rhythm_of_their_clock_and_then_it_says_that_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("recording.txt");
        let clocks = [
            "190324150519W",
            "190324150529W",
            "190324150539W",
            "190324150739W",
        ];
        let recording: String = clocks
            .iter()
            .map(|clock| with_crc(&telegram(clock)))
            .collect();
        std::fs::write(&path, recording).unwrap();

        let (events, mut receiver) = mpsc::channel(1);
        let played = path.clone();
        tokio::spawn(async move { read(&played, 2.0, Line::new(), &events).await.ok() });
        let began = Instant::now();
        let mut at = Vec::new();
        loop {
            match receiver.recv().await.unwrap() {
                MeterEvent::Telegram(_) => at.push(began.elapsed().as_secs()),
                MeterEvent::State(MeterState::Ended(file)) => break assert_eq!(file, path),
                MeterEvent::State(_) => {}
                MeterEvent::Refused(why) => panic!("{why}"),
            }
        }
        assert_eq!(at, [0, 5, 10, 40]);
    }

    #[tokio::test]
    async fn a_recording_that_is_not_there_is_named() {
        let (events, mut receiver) = mpsc::channel(4);
        read(
            Path::new("/nowhere/telegrams.txt"),
            1.0,
            Line::new(),
            &events,
        )
        .await
        .ok();
        let MeterEvent::State(state) = receiver.recv().await.unwrap() else {
            panic!("a state")
        };
        assert!(
            state.to_string().contains("/nowhere/telegrams.txt"),
            "{state}"
        );
    }
}
