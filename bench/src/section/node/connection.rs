//! One HTTP connection that stays open, with as little work on this side as can be: the node is measured, not this.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tangle::{Block, BlockId};

/// Longest that an answer may take: longer than the live feed waits.
const PATIENCE: Duration = Duration::from_secs(70);
const BINARY: &str = "application/vnd.iota.serializer-v1";
const JSON: &str = "application/json";

/// A connection to the node.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::with_capacity(64 << 10, stream)))
    }

    pub(super) fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.send("GET", path, JSON, &[])?;
        self.answer()
    }

    pub(super) fn post_json(&mut self, path: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.send_json(path, body)?;
        self.answer()
    }

    /// Asks, and leaves the answer for later.
    pub(super) fn send_json(&mut self, path: &str, body: &[u8]) -> anyhow::Result<()> {
        self.send("POST", path, JSON, body)
    }

    /// The node's choice of parents.
    pub(super) fn tips(&mut self) -> anyhow::Result<Vec<BlockId>> {
        let answer: serde_json::Value = serde_json::from_slice(&self.get("/api/core/v2/tips")?)?;
        let tips = answer.get("tips").and_then(|tips| tips.as_array());
        let tips = tips.context("an answer without tips")?.iter();
        tips.map(|tip| Ok(tip.as_str().context("a tip that is no text")?.parse()?))
            .collect()
    }

    /// Returns when the block is on the node's disk.
    pub(super) fn post_block(&mut self, block: &Block) -> anyhow::Result<()> {
        self.send("POST", "/api/core/v2/blocks", BINARY, &block.to_bytes())?;
        self.answer().map(drop)
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> anyhow::Result<()> {
        let length = body.len();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: node\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        )
        .into_bytes();
        request.extend_from_slice(body);
        Ok(self.0.get_mut().write_all(&request)?)
    }

    pub(super) fn answer(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let status: u16 = match line.split(' ').nth(1) {
            Some(status) => status.parse()?,
            None => bail!("the node hung up"),
        };
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        ensure!(
            (200..300).contains(&status),
            "the node refused ({status}): {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }
}
