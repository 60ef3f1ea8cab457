//! One connection: over TCP, or over a WebSocket on the port of everything else.

use std::{io, sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use bytes::{Bytes, BytesMut};
use futures::{SinkExt, StreamExt, TryStreamExt};
use rumqttc::mqttbytes::{
    self,
    v4::{
        ConnAck, Connect, ConnectReturnCode, Packet, SubAck, Subscribe, SubscribeReasonCode,
        UnsubAck,
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_util::{
    codec::{Decoder, Encoder, Framed},
    io::{CopyToBytes, SinkWriter, StreamReader},
    sync::CancellationToken,
};

use super::{Broker, InitialState, Subscriber, topic};
use crate::limits;

/// Looks up what a new subscriber is told at once.
pub(crate) trait Greeter: Send + Sync + 'static {
    /// For the topic of a block's metadata its id, for others `None`.
    fn state(&self, id: Option<tangle::BlockId>) -> impl Future<Output = InitialState> + Send;
}

/// Serves one client until either side ends it.
pub(crate) async fn serve_stream(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    broker: &Broker,
    greeter: &Arc<impl Greeter>,
    stop: &CancellationToken,
) {
    let mut packets = Framed::new(stream, Packets);
    let ended = match timeout(limits::MQTT_CONNECT, greet(&mut packets)).await {
        Ok(Ok(connect)) => {
            let subscriber = broker.connect(&connect.client_id);
            session(packets, subscriber, connect.keep_alive, greeter, stop).await
        }
        Ok(Err(end)) => Err(end),
        Err(_) => Err(End::Silent),
    };
    if let Err(end) = ended {
        tracing::debug!("an MQTT client was let go: {end}");
    }
}

/// As [`serve_stream`]: packets travel as one stream of bytes in binary messages (MQTT 3.1.1, 6).
pub(crate) async fn serve_websocket(
    socket: WebSocket,
    broker: &Broker,
    greeter: &Arc<impl Greeter>,
    stop: &CancellationToken,
) {
    let (sink, stream) = socket.split();
    let bytes = stream
        .map_err(io::Error::other)
        .try_filter_map(|message| async {
            match message {
                Message::Binary(bytes) => Ok(Some(bytes)),
                Message::Ping(_) | Message::Pong(_) => Ok(None),
                Message::Close(_) => Err(io::ErrorKind::UnexpectedEof.into()),
                Message::Text(_) => Err(io::Error::other("text instead of packets")),
            }
        });
    let reader = StreamReader::new(Box::pin(bytes));
    let sink = sink
        .sink_map_err(io::Error::other)
        .with(|bytes: Bytes| std::future::ready(Ok::<_, io::Error>(Message::Binary(bytes))));
    let writer = SinkWriter::new(CopyToBytes::new(sink));
    serve_stream(tokio::io::join(reader, writer), broker, greeter, stop).await;
}

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum End {
    #[error("it hung up")]
    HungUp,
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("it sent what is not MQTT 3.1.1: {0:?}")]
    Protocol(mqttbytes::Error),
    #[error("it sent a packet that has no place there")]
    OutOfOrder,
    #[error("it wanted to publish, which only the node does")]
    Publishes,
    #[error("it was silent for too long")]
    Silent,
    #[error("it did not take its events in time, or connected anew")]
    CutOff,
}

/// The first packet must be CONNECT, within [`limits::MQTT_CONNECT`].
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    packets: &mut Framed<S, Packets>,
) -> Result<Connect, End> {
    let connect = match packets.next().await {
        Some(Ok(Packet::Connect(connect))) => connect,
        Some(Err(End::Protocol(mqttbytes::Error::InvalidProtocolLevel(level)))) => {
            refuse(packets, ConnectReturnCode::RefusedProtocolVersion).await?;
            return Err(End::Protocol(mqttbytes::Error::InvalidProtocolLevel(level)));
        }
        Some(Ok(_)) => return Err(End::OutOfOrder),
        Some(Err(end)) => return Err(end),
        None => return Err(End::HungUp),
    };
    if connect.protocol != mqttbytes::Protocol::V4 {
        refuse(packets, ConnectReturnCode::RefusedProtocolVersion).await?;
        return Err(End::OutOfOrder);
    }
    // Nothing could be kept for somebody without a name.
    if connect.client_id.is_empty() && !connect.clean_session {
        refuse(packets, ConnectReturnCode::BadClientId).await?;
        return Err(End::OutOfOrder);
    }
    let welcome = ConnAck::new(ConnectReturnCode::Success, false);
    packets.send(Packet::ConnAck(welcome).into()).await?;
    Ok(connect)
}

async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    packets: &mut Framed<S, Packets>,
    code: ConnectReturnCode,
) -> Result<(), End> {
    packets
        .send(Packet::ConnAck(ConnAck::new(code, false)).into())
        .await
}

async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    packets: Framed<S, Packets>,
    mut subscriber: Subscriber<'_>,
    keep_alive: u16,
    greeter: &Arc<impl Greeter>,
    stop: &CancellationToken,
) -> Result<(), End> {
    let (mut sink, mut stream) = packets.split();
    let patience = patience(keep_alive);
    let gone = subscriber.gone.clone();
    let mut deadline = Box::pin(tokio::time::sleep(patience));
    loop {
        tokio::select! {
            () = gone.cancelled() => return Err(End::CutOff),
            () = stop.cancelled() => return Ok(()),
            () = &mut deadline => return Err(End::Silent),
            packet = stream.next() => {
                deadline.as_mut().reset(tokio::time::Instant::now() + patience);
                let Some(answer) = answer(&mut subscriber, packet, greeter).await? else { return Ok(()) };
                in_time(sink.send(answer.into())).await?;
            }
            Some(event) = subscriber.queue.recv() => {
                in_time(sink.feed(Outgoing::Encoded(event))).await?;
                // All that is there, then one flush.
                while let Ok(event) = subscriber.queue.try_recv() {
                    in_time(sink.feed(Outgoing::Encoded(event))).await?;
                }
                in_time(sink.flush()).await?;
            }
        }
    }
}

/// One and a half times what the client promised (MQTT 3.1.1, 3.1.2-24).
fn patience(keep_alive: u16) -> Duration {
    match keep_alive {
        0 => limits::MQTT_SILENCE,
        seconds => Duration::from_millis(u64::from(seconds) * 1_500).min(limits::MQTT_SILENCE),
    }
}

async fn in_time(sending: impl Future<Output = Result<(), End>>) -> Result<(), End> {
    timeout(limits::MQTT_SEND, sending)
        .await
        .map_err(|_| End::CutOff)?
}

/// What a packet is answered with; `None` when the client said good-bye.
async fn answer(
    subscriber: &mut Subscriber<'_>,
    packet: Option<Result<Packet, End>>,
    greeter: &Arc<impl Greeter>,
) -> Result<Option<Packet>, End> {
    match packet.ok_or(End::HungUp)?? {
        Packet::Subscribe(subscribe) => Ok(Some(subscribed(subscriber, subscribe, greeter).await)),
        Packet::Unsubscribe(unsubscribe) => {
            for topic in &unsubscribe.topics {
                subscriber.unsubscribe(topic);
            }
            Ok(Some(Packet::UnsubAck(UnsubAck::new(unsubscribe.pkid))))
        }
        Packet::PingReq => Ok(Some(Packet::PingResp)),
        Packet::Disconnect => Ok(None),
        Packet::Publish(_) => Err(End::Publishes),
        _ => Err(End::OutOfOrder),
    }
}

async fn subscribed(
    subscriber: &mut Subscriber<'_>,
    subscribe: Subscribe,
    greeter: &Arc<impl Greeter>,
) -> Packet {
    let mut codes = Vec::with_capacity(subscribe.filters.len());
    for filter in &subscribe.filters {
        let taken = topic::is_acceptable(&filter.path) && subscriber.subscribe(&filter.path);
        codes.push(match taken {
            true => SubscribeReasonCode::Success(mqttbytes::QoS::AtMostOnce),
            false => SubscribeReasonCode::Failure,
        });
        let wants_state = matches!(
            filter.path.as_str(),
            topic::MILESTONE_LATEST | topic::MILESTONE_CONFIRMED
        );
        let id = topic::metadata_of(&filter.path);
        if taken && (wants_state || id.is_some()) {
            subscriber.greet(&filter.path, greeter.state(id).await);
        }
    }
    Packet::SubAck(SubAck::new(subscribe.pkid, codes))
}

/// Packets in, packets or encoded packets out.
pub(crate) struct Packets;

/// What is sent.
pub(crate) enum Outgoing {
    Packet(Packet),
    /// Once for many.
    Encoded(Bytes),
}

impl From<Packet> for Outgoing {
    fn from(packet: Packet) -> Self {
        Self::Packet(packet)
    }
}

impl Decoder for Packets {
    type Item = Packet;
    type Error = End;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Packet>, End> {
        match Packet::read(bytes, limits::MQTT_PACKET) {
            Ok(packet) => Ok(Some(packet)),
            Err(mqttbytes::Error::InsufficientBytes(_)) => Ok(None),
            Err(error) => Err(End::Protocol(error)),
        }
    }
}

impl Encoder<Outgoing> for Packets {
    type Error = End;

    fn encode(&mut self, outgoing: Outgoing, bytes: &mut BytesMut) -> Result<(), End> {
        match outgoing {
            Outgoing::Packet(packet) => packet
                .write(bytes, usize::MAX)
                .map(drop)
                .map_err(End::Protocol),
            Outgoing::Encoded(packet) => {
                bytes.extend_from_slice(&packet);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_to_be_heard_is_held_to_one_and_a_half_times() {
        assert_eq!(patience(10), Duration::from_secs(15));
        assert_eq!(patience(0), limits::MQTT_SILENCE);
        assert_eq!(patience(u16::MAX), limits::MQTT_SILENCE);
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        let mut state = 1u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        for round in 0..20_000usize {
            let length = usize::from(next() % 60);
            let mut bytes: BytesMut = (0..length).map(|_| next()).collect();
            // Half of them begin like a packet of the right length.
            if round % 2 == 0 && length > 2 {
                let rest = (length - 2) as u8;
                bytes.get_mut(1).into_iter().for_each(|byte| *byte = rest);
            }
            while let Ok(Some(_)) = Packets.decode(&mut bytes) {}
        }
    }
}
