//! A P1 reader on the network that passes the meter's bytes on (ser2net, P1 bridges, `simulated-meter --tcp`).

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::serial::{End, listen};
use super::{Backoff, Heard, MeterEvent, MeterState, SILENCE, Trouble, tell};

const CONNECT: Duration = Duration::from_secs(10);

/// Reads the P1 reader at `address` (`host:port`), and connects again when the connection breaks.
pub(super) async fn read(address: &str, events: &mpsc::Sender<MeterEvent>) -> Heard {
    let mut backoff = Backoff::new();
    let mut last_said = None;
    loop {
        let (spoke, why) = connect_and_listen(address, events).await?;
        if spoke {
            backoff = Backoff::new();
            last_said = None;
        }
        if last_said.as_ref() != Some(&why) {
            let trouble = Trouble::Unreachable {
                address: format!("tcp://{address}"),
                why: why.clone(),
            };
            tell(events, MeterEvent::State(MeterState::Away(trouble))).await?;
            last_said = Some(why);
        }
        backoff.wait(events).await?;
    }
}

async fn connect_and_listen(
    address: &str,
    events: &mpsc::Sender<MeterEvent>,
) -> Result<(bool, String), super::Unheard> {
    let stream = match timeout(CONNECT, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Ok((false, error.to_string())),
        Err(_) => return Ok((false, "no answer within ten seconds".to_owned())),
    };
    let label = format!("tcp://{address}");
    tell(
        events,
        MeterEvent::State(MeterState::Listening(label.clone())),
    )
    .await?;
    Ok(match listen(stream, &label, SILENCE, events).await? {
        End::NeverSpoke => (false, "it is open but no telegram comes".to_owned()),
        End::FellSilent => (true, "no telegram for a minute".to_owned()),
        End::Broke { spoke, why } => (spoke, why),
    })
}
