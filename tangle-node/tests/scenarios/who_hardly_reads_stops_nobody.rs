use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode, header};
use tangle::{
    MAX_BLOCKS_PER_TAG, Tag,
    api::{AskedTag, BLOCKS_BY_TAG, BlocksByTag},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

use crate::{
    a_flood_under_one_tag_hides_nothing::flood,
    program::{Node, place},
};

const LARGE: [Tag; 3] = [Tag([0xf1; 32]), Tag([0xf2; 32]), Tag([0xf3; 32])];

/// As many answers of the largest size as would fill all the room that there is.
const ASKED: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_one_household_does_not_take_keep_no_other_waiting() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--behind-proxy"]);
    let tangle = node.tangle();
    for tag in LARGE {
        flood(&tangle, tag, 70, 30_000).await;
    }
    let mut deaf = Vec::new();
    for _ in 0..ASKED {
        deaf.push(ask_and_read_nothing(&node, "203.0.113.5").await);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;

    let answer = question(&node, "198.51.100.7").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.unwrap().len() > 4 << 20);

    let refused = question(&node, "203.0.113.5").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    let why = refused.text().await.unwrap();
    assert!(why.contains("has not yet taken"), "{why}");
    drop(deaf);
}

fn question(node: &Node, household: &str) -> RequestBuilder {
    let request = Client::new().post(format!("{}{BLOCKS_BY_TAG}", node.url));
    request.header("x-forwarded-for", household).json(&all())
}

fn all() -> BlocksByTag {
    BlocksByTag {
        tags: LARGE.map(|tag| AskedTag { tag, after: None }).into(),
        per_tag: MAX_BLOCKS_PER_TAG,
    }
}

async fn ask_and_read_nothing(node: &Node, household: &str) -> TcpStream {
    let address = node.url.strip_prefix("http://").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    // What the operating system takes for a program counts as taken, so it may take little.
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut connection = socket.connect(address.parse().unwrap()).await.unwrap();
    let body = serde_json::to_string(&all()).unwrap();
    let question = format!(
        "POST {BLOCKS_BY_TAG} HTTP/1.1\r\nhost: {address}\r\nx-forwarded-for: {household}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(question.as_bytes()).await.unwrap();
    connection
}
