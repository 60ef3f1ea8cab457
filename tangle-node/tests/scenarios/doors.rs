//! A door before a node, as a web server with passwords is one: who does not say the word does not come in.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);
const CLOSED: &[u8] =
    b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A door before the node at this URL; its own URL. `word` is what `Authorization` has to say.
pub(crate) async fn before(node: &str, word: &'static str) -> String {
    let node = node.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let node = node.clone();
            // Whoever hangs up has ended it.
            tokio::spawn(async move { pass(stream, &node, word).await });
        }
    });
    url
}

async fn pass(mut client: TcpStream, node: &str, word: &str) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, client.read_u8()).await??);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let says = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .any(|(name, value)| name.eq_ignore_ascii_case("authorization") && value == word);
    if !says {
        return client.write_all(CLOSED).await;
    }
    // One question a connection, so that none comes in by the word of another. A WebSocket is one question.
    if !text.to_ascii_lowercase().contains("upgrade: websocket") {
        let end = head.len() - b"\r\n".len();
        head.splice(end.., *b"connection: close\r\n\r\n");
    }
    let mut node = TcpStream::connect(node).await?;
    node.write_all(&head).await?;
    copy_bidirectional(&mut client, &mut node).await.map(drop)
}
