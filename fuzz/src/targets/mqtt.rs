use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, Subscribe};
use rumqttc::mqttbytes::{Error, QoS};

/// The longest packet that a node takes.
const LONGEST: usize = 256 << 10;

/// What a stranger sends to a node that tells events over MQTT, one packet behind the other.
pub(super) fn packets(data: &[u8]) {
    let mut rest = BytesMut::from(data);
    loop {
        let before = rest.len();
        match Packet::read(&mut rest, LONGEST) {
            Ok(_) => assert!(rest.len() < before, "a packet out of nothing"),
            Err(Error::InsufficientBytes(_)) => {
                assert_eq!(rest.len(), before, "what waits for more is kept");
                return;
            }
            Err(_) => return,
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let topics = ["blocks/tagged-data", "milestone-info/latest"];
    let subscribe = topics.map(|topic| Subscribe::new(topic, QoS::AtMostOnce));
    let [one, other] = subscribe.map(Packet::Subscribe);
    let answer = ConnAck::new(ConnectReturnCode::Success, false);
    let write = |packets: &[Packet]| {
        let mut bytes = BytesMut::new();
        for packet in packets {
            let _length = packet.write(&mut bytes, LONGEST);
        }
        bytes.to_vec()
    };
    vec![
        // CONNECT of version 4, without name, 60 s.
        b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0".to_vec(),
        write(&[one, Packet::PingReq, other]),
        write(&[Packet::ConnAck(answer), Packet::Disconnect]),
    ]
}
