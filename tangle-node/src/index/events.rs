//! The live feed of the followed node (IOTA TIP-28): MQTT over a WebSocket or over TCP.

use std::{io, time::Duration};

use bytes::Bytes;
use data_encoding::BASE64;
use futures::{SinkExt, StreamExt, TryStreamExt};
use reqwest::{StatusCode, header};
use rumqttc::mqttbytes::{
    QoS,
    v4::{Connect, ConnectReturnCode, Packet, Subscribe, SubscribeReasonCode},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};
use tokio_util::{
    codec::Framed,
    io::{CopyToBytes, SinkWriter, StreamReader},
};

use super::node::ForeignNode;
use crate::mqtt::Packets;

const TOPIC: &str = "blocks";
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Longest that connecting may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where the feed is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// At the usual route of the followed node.
    WebSocket,
    /// A broker that listens on `host:port`.
    Tcp(String),
}

/// Who is told what the feed brings.
pub(super) trait Arrivals: Sync {
    /// The feed is there.
    fn connected(&self);

    /// The bytes of a block.
    fn arrived(&self, bytes: Bytes) -> impl Future<Output = ()> + Send;
}

/// Why the feed ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum FeedError {
    #[error("the feed cannot be reached: {0}")]
    Connect(String),
    #[error("the feed refused: {0}")]
    Refused(String),
    #[error("the feed was silent for too long")]
    Silent,
    #[error("the feed ended: {0}")]
    Ended(String),
}

impl Source {
    /// From `mqtt://host:port`; without an address the WebSocket of the node.
    pub(super) fn parse(address: Option<&str>) -> Option<Self> {
        let Some(address) = address else {
            return Some(Self::WebSocket);
        };
        let place = address.strip_prefix("mqtt://")?.trim_end_matches('/');
        place.contains(':').then(|| Self::Tcp(place.to_owned()))
    }
}

/// Hands on the bytes of every block that arrives, until the feed ends.
pub(super) async fn listen(
    node: &ForeignNode,
    source: &Source,
    arrivals: &impl Arrivals,
) -> FeedError {
    let ended = match source {
        Source::WebSocket => match timeout(PATIENCE, websocket(node)).await {
            Ok(Ok(stream)) => session(stream, arrivals).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(FeedError::Silent),
        },
        Source::Tcp(address) => match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => session(stream, arrivals).await,
            Ok(Err(error)) => Err(FeedError::Connect(error.to_string())),
            Err(_) => Err(FeedError::Silent),
        },
    };
    ended.err().unwrap_or(FeedError::Silent)
}

/// A WebSocket (RFC 6455) over the same HTTP client as everything else, so that TLS and proxies are the same.
async fn websocket(node: &ForeignNode) -> Result<impl AsyncRead + AsyncWrite + Unpin, FeedError> {
    let failed = |why: &dyn std::fmt::Display| FeedError::Connect(why.to_string());
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(|error| failed(&error))?;
    let key = BASE64.encode(&key);
    let request = node
        .ask("api/mqtt/v1")
        .map_err(|error| failed(&error))?
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .header(header::SEC_WEBSOCKET_PROTOCOL, "mqtt");
    let response = request.send().await.map_err(|error| failed(&error))?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(FeedError::Refused(format!("status {}", response.status())));
    }
    let accepted = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    if accepted.map(|value| value.as_bytes()) != Some(derive_accept_key(key.as_bytes()).as_bytes())
    {
        return Err(FeedError::Refused("it is no WebSocket".to_owned()));
    }
    let upgraded = response.upgrade().await.map_err(|error| failed(&error))?;
    Ok(as_bytes(
        WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await,
    ))
}

/// Packets travel as one stream of bytes in binary messages (MQTT 3.1.1, 6).
fn as_bytes<S: AsyncRead + AsyncWrite + Unpin>(
    socket: WebSocketStream<S>,
) -> impl AsyncRead + AsyncWrite + Unpin {
    let (sink, stream) = socket.split();
    let bytes = stream
        .map_err(io::Error::other)
        .try_filter_map(|message| async {
            match message {
                Message::Binary(bytes) => Ok(Some(bytes)),
                Message::Close(_) => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(None),
            }
        });
    let sink = sink
        .sink_map_err(io::Error::other)
        .with(|bytes: Bytes| std::future::ready(Ok::<_, io::Error>(Message::Binary(bytes))));
    tokio::io::join(
        StreamReader::new(Box::pin(bytes)),
        SinkWriter::new(CopyToBytes::new(sink)),
    )
}

async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    arrivals: &impl Arrivals,
) -> Result<(), FeedError> {
    let mut packets = Framed::new(stream, Packets);
    timeout(PATIENCE, subscribe(&mut packets))
        .await
        .map_err(|_| FeedError::Silent)??;
    arrivals.connected();
    let mut heard = tokio::time::Instant::now();
    let mut ping = tokio::time::interval(KEEP_ALIVE / 2);
    loop {
        tokio::select! {
            packet = packets.next() => {
                heard = tokio::time::Instant::now();
                match packet {
                    Some(Ok(Packet::Publish(publish))) => arrivals.arrived(publish.payload).await,
                    Some(Ok(_)) => {}
                    Some(Err(end)) => return Err(FeedError::Ended(end.to_string())),
                    None => return Err(FeedError::Ended("it hung up".to_owned())),
                }
            }
            _ = ping.tick() => {
                if heard.elapsed() > KEEP_ALIVE * 2 {
                    return Err(FeedError::Silent);
                }
                send(&mut packets, Packet::PingReq).await?;
            }
        }
    }
}

async fn subscribe<S: AsyncRead + AsyncWrite + Unpin>(
    packets: &mut Framed<S, Packets>,
) -> Result<(), FeedError> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| FeedError::Connect(error.to_string()))?;
    let name = data_encoding::HEXLOWER.encode(&name);
    let mut connect = Connect::new(format!("index{name}"));
    connect.keep_alive = KEEP_ALIVE.as_secs() as u16;
    send(packets, Packet::Connect(connect)).await?;
    match packets.next().await {
        Some(Ok(Packet::ConnAck(ack))) if ack.code == ConnectReturnCode::Success => {}
        other => return Err(FeedError::Refused(format!("{other:?} to CONNECT"))),
    }
    let mut subscribe = Subscribe::new(TOPIC, QoS::AtMostOnce);
    subscribe.pkid = 1;
    send(packets, Packet::Subscribe(subscribe)).await?;
    loop {
        match packets.next().await {
            Some(Ok(Packet::SubAck(ack))) => {
                return match ack.return_codes.first() {
                    Some(SubscribeReasonCode::Success(_)) => Ok(()),
                    other => Err(FeedError::Refused(format!("{other:?} to SUBSCRIBE"))),
                };
            }
            // Events may come before the answer.
            Some(Ok(_)) => {}
            other => return Err(FeedError::Refused(format!("{other:?} to SUBSCRIBE"))),
        }
    }
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    packets: &mut Framed<S, Packets>,
    packet: Packet,
) -> Result<(), FeedError> {
    let sent = timeout(PATIENCE, packets.send(packet.into())).await;
    sent.map_err(|_| FeedError::Silent)?
        .map_err(|end| FeedError::Ended(end.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_is_where_the_node_is_or_where_it_is_said_to_be() {
        assert_eq!(Source::parse(None), Some(Source::WebSocket));
        assert_eq!(
            Source::parse(Some("mqtt://node.example:1883")),
            Some(Source::Tcp("node.example:1883".to_owned()))
        );
        for wrong in [
            "node.example:1883",
            "mqtt://node.example",
            "http://node.example",
        ] {
            assert_eq!(Source::parse(Some(wrong)), None, "{wrong}");
        }
    }
}
