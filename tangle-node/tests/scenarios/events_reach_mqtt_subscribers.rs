use std::{sync::Arc, time::Duration};

use iota_client::{
    Client,
    node_api::mqtt::{MqttPayload, Topic},
};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeReasonCode};
use serde_json::Value;
use tangle::{BlockId, Tag};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    milestones_confirm_what_arrived::confirmed,
    program::{Node, free_address, place},
};

const PATIENCE: Duration = Duration::from_secs(20);

fn connect(address: &str, name: &str) -> (AsyncClient, EventLoop) {
    let (host, port) = address.rsplit_once(':').unwrap();
    let mut options = MqttOptions::new(name, host, port.parse().unwrap());
    options.set_max_packet_size(100_000, 100_000);
    AsyncClient::new(options, 100)
}

async fn next(events: &mut EventLoop) -> Packet {
    loop {
        match timeout(PATIENCE, events.poll())
            .await
            .expect("silence")
            .unwrap()
        {
            Event::Incoming(Packet::PingResp) | Event::Outgoing(_) => {}
            Event::Incoming(packet) => return packet,
        }
    }
}

async fn next_under(events: &mut EventLoop, topic: &str) -> Vec<u8> {
    loop {
        if let Packet::Publish(publish) = next(events).await
            && publish.topic == topic
        {
            assert!(!publish.retain && publish.qos == QoS::AtMostOnce);
            return publish.payload.to_vec();
        }
    }
}

async fn subscribe(
    client: &AsyncClient,
    events: &mut EventLoop,
    topic: &str,
) -> SubscribeReasonCode {
    client.subscribe(topic, QoS::AtLeastOnce).await.unwrap();
    loop {
        if let Packet::SubAck(ack) = next(events).await {
            return ack.return_codes[0];
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp_every_topic_brings_what_the_standard_says() {
    let (_directory, data) = place();
    let address = free_address();
    let node = Node::start(
        &data,
        "127.0.0.1:0",
        &["--milestones", "1", "--mqtt", &address],
    );
    let (client, mut events) = connect(&address, "all");
    let tag = format!("blocks/tagged-data/0x{}", "07".repeat(32));
    for topic in [
        "blocks",
        "blocks/tagged-data",
        &tag,
        "milestones",
        "milestone-info/latest",
        "milestone-info/confirmed",
        "block-metadata/referenced",
        "blocks/transaction",
        "receipts",
        "outputs/unlock/+/tst1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqsrw3hr",
    ] {
        let code = subscribe(&client, &mut events, topic).await;
        assert_eq!(
            code,
            SubscribeReasonCode::Success(QoS::AtMostOnce),
            "{topic}"
        );
    }
    assert_eq!(
        subscribe(&client, &mut events, "blocks/#").await,
        SubscribeReasonCode::Failure
    );

    let tangle = node.tangle();
    let id = tangle.publish(Tag([7; 32]), b"data").await.unwrap();
    for topic in ["blocks", "blocks/tagged-data", &tag] {
        assert_eq!(
            BlockId::of(&next_under(&mut events, topic).await),
            id,
            "{topic}"
        );
    }
    let milestone = next_under(&mut events, "milestones").await;
    assert_eq!(milestone[..4], 7u32.to_le_bytes());
    let latest: Value =
        serde_json::from_slice(&next_under(&mut events, "milestone-info/latest").await).unwrap();
    let confirmed_info = next_under(&mut events, "milestone-info/confirmed").await;
    assert_eq!(
        latest,
        serde_json::from_slice::<Value>(&confirmed_info).unwrap()
    );
    assert_eq!(
        latest["index"],
        u32::from_le_bytes(milestone[4..8].try_into().unwrap())
    );
    let metadata: Value =
        serde_json::from_slice(&next_under(&mut events, "block-metadata/referenced").await)
            .unwrap();
    assert_eq!(metadata["blockId"], id.to_string());
    assert_eq!(metadata, confirmed(&node, id).await, "as the route says");

    // Who asks for what is there gets it at once; who leaves a topic hears no more of it.
    let about = format!("block-metadata/{id}");
    subscribe(&client, &mut events, &about).await;
    let now: Value = serde_json::from_slice(&next_under(&mut events, &about).await).unwrap();
    assert_eq!(now, metadata);
    subscribe(&client, &mut events, "milestone-info/latest").await;
    next_under(&mut events, "milestone-info/latest").await;
    client.unsubscribe("blocks").await.unwrap();
    while !matches!(next(&mut events).await, Packet::UnsubAck(_)) {}
    tangle.publish(Tag([7; 32]), b"more").await.unwrap();
    loop {
        if let Packet::Publish(publish) = next(&mut events).await {
            assert_ne!(publish.topic, "blocks");
            if publish.topic == tag {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_publish_or_speaks_nonsense_is_let_go() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (_directory, data) = place();
    let address = free_address();
    let _node = Node::start(&data, "127.0.0.1:0", &["--mqtt", &address]);
    let (client, mut events) = connect(&address, "writer");
    assert!(matches!(next(&mut events).await, Packet::ConnAck(_)));
    client
        .publish("blocks", QoS::AtMostOnce, false, "no block")
        .await
        .unwrap();
    let end = async { while events.poll().await.is_ok() {} };
    timeout(PATIENCE, end).await.expect("it may publish");

    // No CONNECT, another protocol level, a packet that is too long.
    for (bytes, answer) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], &b""[..]),
        (
            b"\x10\x0c\x00\x04MQTT\x09\x02\x00\x0a\x00\x00",
            b"\x20\x02\x00\x01",
        ),
        (b"\x10\xff\xff\xff\x7f", b""),
        (b"\xc0\x00", b""),
    ] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answered = Vec::new();
        let reading = stream.read_to_end(&mut answered);
        let _ = timeout(PATIENCE, reading)
            .await
            .expect("the connection stays");
        assert_eq!(answered, answer);
    }
}

/// `iota-client` over a WebSocket on the node's own port, with everything its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_listens_over_a_websocket() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
    let url = node.url.clone();
    let client = tokio::task::spawn_blocking(move || {
        Arc::new(Client::builder().with_node(&url).unwrap().finish().unwrap())
    });
    let client = client.await.unwrap();
    let (arrive, mut arriving) = mpsc::unbounded_channel();
    let tag = "07".repeat(32);
    // Not `milestones`: under it nodes send the payload with its kind, and this client reads it without.
    let topics = [
        "blocks".to_owned(),
        format!("blocks/tagged-data/0x{tag}"),
        "milestone-info/latest".to_owned(),
        "block-metadata/referenced".to_owned(),
    ];
    let topics = topics.map(|topic| Topic::try_new(topic).unwrap()).to_vec();
    client
        .subscribe(topics.clone(), move |event| {
            drop(arrive.send(event.clone()))
        })
        .await
        .unwrap();
    // It tells nobody when its subscription stands: go on until the first event came.
    let (id, mut event) = loop {
        let id = node.tangle().publish(Tag([7; 32]), b"data").await.unwrap();
        if let Ok(event) = timeout(Duration::from_millis(500), arriving.recv()).await {
            break (id, event.unwrap());
        }
    };
    let mut missing: Vec<_> = topics
        .iter()
        .map(|topic| topic.topic().to_owned())
        .collect();
    let mut seen = Vec::new();
    while !missing.is_empty() {
        missing.retain(|topic| *topic != event.topic);
        match event.payload {
            MqttPayload::Block(block) => seen.push(*block.id()),
            MqttPayload::Json(_) => {}
            other => panic!("nobody asked for {other:?}"),
        }
        if missing.is_empty() {
            break;
        }
        event = timeout(PATIENCE, arriving.recv())
            .await
            .expect("an event is missing")
            .unwrap();
    }
    assert!(seen.contains(&id.0));
    client.subscriber().disconnect().await.unwrap();
}
