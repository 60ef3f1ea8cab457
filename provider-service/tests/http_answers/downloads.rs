//! Downloads of much, for somebody who may read slowly.

use provider_service::consents::Id;
use provider_service::store::{Arrival, Batch, Change};
use readings::{Batch as Rows, codec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::household::{NOON, live, reading};
use crate::stage::{Stage, stage};

const BATCHES: u64 = 20;

/// As much as fits into blocks, whatever is kept of them today.
fn keep_full_batches(stage: &Stage, id: &str) {
    let store = stage.service.provider().store();
    let record = store.consent(&Id::parse(id).unwrap()).unwrap().unwrap();
    let rows = vec![reading(NOON, 400); codec::MAX_ROWS];
    let body = codec::encode(live().kind, &Rows::Readings(rows)).unwrap();
    let arrival = |seq| Arrival {
        batch: Batch {
            lane: live().code(),
            channel: [9; 16],
            seq,
            first_at: NOON.cast_signed(),
            last_at: NOON.cast_signed(),
            count: 3_600,
            body: body.clone(),
        },
        buckets: Vec::new(),
    };
    let change = Change {
        arrivals: (0..BATCHES).map(arrival).collect(),
        ..Change::of(record)
    };
    store.commit(change).unwrap();
}

/// The pieces in which an answer comes (RFC 9112, section 7.1).
async fn pieces(stage: &Stage, path: &str) -> Vec<String> {
    let mut connection = TcpStream::connect(stage.service.address()).await.unwrap();
    let question = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        stage.key
    );
    connection.write_all(question.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    let mut pieces = Vec::new();
    loop {
        let (length, after) = rest.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return pieces;
        }
        pieces.push(after[..length].to_owned());
        rest = &after[length + 2..];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_made_piece_by_piece_however_many_rows_a_device_sent() {
    let stage = stage().await;
    let (id, _, _household) = stage.connected().await;
    keep_full_batches(&stage, &id);
    for format in ["json", "csv"] {
        let path = format!("/api/v1/consents/{id}/readings?format={format}");
        let pieces = pieces(&stage, &path).await;
        let rows = |piece: &String| piece.matches('\n').count();
        let most = pieces.iter().map(rows).max().unwrap();
        assert!(most < 2 * codec::MAX_ROWS + 4_000, "{most} rows at once");
        let all: usize = pieces.iter().map(rows).sum();
        assert!(all >= 20 * codec::MAX_ROWS + 20, "{all}");
    }
}
