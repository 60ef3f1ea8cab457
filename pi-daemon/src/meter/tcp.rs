//! A P1 reader on the network that passes the meter's bytes on (ser2net, P1 bridges, `simulated-meter --tcp`).

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::listening::{Ear, End, listen};
use super::{Heard, Means, MeterEvent, MeterState, SILENCE, Trouble, Unheard, pause, tell};

/// An attempt that meets nobody is given up after this, so that a reader that is back is met soon.
const CONNECT: Duration = Duration::from_secs(3);
/// A reader that lost its power says no goodbye: when it is back it does not know the connection, and says so when asked.
const ASK_EVERY: Duration = Duration::from_secs(3);

/// Reads the P1 reader at `address` (`host:port`), and connects again when the connection breaks.
pub(super) async fn read(address: &str, means: &Means, events: &mpsc::Sender<MeterEvent>) -> Heard {
    let mut last_said = None;
    loop {
        let (spoke, why) = connect_and_listen(address, means, events).await?;
        if spoke {
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
        pause(events).await?;
    }
}

async fn connect_and_listen(
    address: &str,
    means: &Means,
    events: &mpsc::Sender<MeterEvent>,
) -> Result<(bool, String), Unheard> {
    let stream = match timeout(CONNECT, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Ok((false, error.to_string())),
        Err(_) => return Ok((false, "no answer within three seconds".to_owned())),
    };
    ask_whether_it_is_there(&stream);
    let label = format!("tcp://{address}");
    tell(
        events,
        MeterEvent::State(MeterState::Listening(label.clone())),
    )
    .await?;
    let end = listen(stream, means.line(), &label, SILENCE, &mut Bytes, events).await?;
    let spoke = end.spoke();
    let why = match end {
        End::NeverSpoke | End::NotTheRightWay => "it is open but no telegram comes".to_owned(),
        End::FellSilent => "no telegram for a minute".to_owned(),
        End::Broke { why, .. } => why,
    };
    Ok((spoke, why))
}

fn ask_whether_it_is_there(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new()
        .with_time(ASK_EVERY)
        .with_interval(ASK_EVERY);
    if let Err(error) = SockRef::from(stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!("the P1 reader will not be asked whether it is there: {error}");
    }
}

/// Nothing is special about bytes from the network.
struct Bytes;

impl Ear for Bytes {
    fn silence(&self) -> Duration {
        SILENCE
    }
}
