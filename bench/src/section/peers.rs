//! The original's building blocks, `@iota/mam` and its successor on Node, beside ours.
//!
//! The original sends every telegram in a message of its own, so there is a ratio for a message and one for a telegram.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use super::{grant, publish, read};
use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams};

/// One implementation and one message with one telegram in it.
#[derive(Deserialize)]
struct Peer {
    name: String,
    version: String,
    create_ms: f64,
    read_ms: f64,
    bytes: f64,
}

/// A grant (no readers) or a rotation for so many.
#[derive(Deserialize)]
struct Keys {
    readers: usize,
    create_ms: f64,
    bytes: f64,
}

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let node = match Node::ready() {
        Ok(node) => node,
        Err(reason) => {
            println!("  Left out: {reason:#}.");
            return Ok(Vec::new());
        }
    };
    let mut figures = Vec::new();
    let ours = publish::one_lane(telegrams)?;
    let read_ms = milliseconds(read::one_block(telegrams)?);
    for peer in node.run::<Peer>("channel.js", &[], &telegrams.first()?)? {
        let is = |what: &str| format!("{} {} needs, for {what},", peer.name, peer.version);
        let create_ms = milliseconds(ours.total());
        let minute = MINUTE as f64;
        let figure = |what: &str, sentence: &str, value, unit| {
            Figure::new(format!("peers_{}_{what}", peer.name), sentence, value, unit)
        };
        figures.extend([
            figure(
                "create_message_ms",
                "Making a block of 60 telegrams takes",
                create_ms,
                "ms",
            )
            .beside(is("a message of one"), peer.create_ms),
            figure(
                "create_telegram_ms",
                "  for each telegram",
                create_ms / minute,
                "ms",
            )
            .beside(is("each"), peer.create_ms),
            figure("read_message_ms", "Reading it back takes", read_ms, "ms")
                .beside(is("a message of one"), peer.read_ms),
            figure(
                "read_telegram_ms",
                "  for each telegram",
                read_ms / minute,
                "ms",
            )
            .beside(is("each"), peer.read_ms),
            figure(
                "telegram_bytes",
                "On the ledger a telegram takes",
                ours.bytes_per_telegram(),
                "bytes",
            )
            .beside(is("each"), peer.bytes),
        ]);
    }
    let numbers = grant::READERS.map(|readers| readers.to_string());
    for keys in node.run::<Keys>("keys.js", &numbers, &[])? {
        figures.extend(beside_keys(&keys)?);
    }
    Ok(figures)
}

fn beside_keys(theirs: &Keys) -> anyhow::Result<Vec<Figure>> {
    let name = |what: &str| format!("peers_{what}_{}", theirs.readers);
    if theirs.readers == 0 {
        let bytes = grant::grant_bytes()?;
        let figure = Figure::new(
            "peers_grant_bytes",
            "A grant takes, on the ledger,",
            bytes,
            "bytes",
        );
        return Ok(vec![figure.beside("the original's takes", theirs.bytes)]);
    }
    let ours = grant::Rotation::measured(theirs.readers)?;
    let sentence = format!("Turning the keys for {} who stay takes", theirs.readers);
    Ok(vec![
        Figure::new(
            name("rotation_ms"),
            sentence,
            milliseconds(ours.turning),
            "ms",
        )
        .beside("the original's takes, without its NTRU,", theirs.create_ms),
        Figure::new(
            name("rotation_bytes"),
            "  and, on the ledger,",
            ours.bytes(),
            "bytes",
        )
        .beside("the original's takes", theirs.bytes),
    ])
}

fn milliseconds(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Node with the packages of `peers/` installed.
struct Node {
    folder: PathBuf,
}

impl Node {
    fn ready() -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        for program in ["node", "npm"] {
            let version = Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .status();
            version.with_context(|| {
                format!("{program} is not installed, and the building blocks of the original run on Node (on Debian: apt install nodejs npm)")
            })?;
        }
        let node = Self { folder };
        if !node.is_installed() {
            node.install()?;
        }
        Ok(node)
    }

    /// npm writes this file last, and newer than the list it installed from.
    fn is_installed(&self) -> bool {
        let changed = |file: &str| {
            self.folder
                .join(file)
                .metadata()
                .and_then(|data| data.modified())
                .ok()
        };
        changed("node_modules/.package-lock.json") > changed("package-lock.json")
    }

    /// No package's own scripts are run.
    fn install(&self) -> anyhow::Result<()> {
        println!(
            "  Installing the packages of {} with npm.",
            self.folder.display()
        );
        let status = Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--silent",
            ])
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .status()
            .context("npm does not start")?;
        ensure!(
            status.success(),
            "npm ended with {status} in {}; is the registry within reach?",
            self.folder.display()
        );
        Ok(())
    }

    /// What the script prints, a JSON object a line.
    fn run<T: for<'de> Deserialize<'de>>(
        &self,
        script: &str,
        arguments: &[String],
        input: &[u8],
    ) -> anyhow::Result<Vec<T>> {
        let mut child = Command::new("node")
            .arg(script)
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node does not start")?;
        child
            .stdin
            .take()
            .context("node takes no input")?
            .write_all(input)?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("{script} ended with {}", output.status);
        }
        let text = String::from_utf8(output.stdout)?;
        let lines = text.lines().map(|line| {
            serde_json::from_str(line).with_context(|| format!("{script} printed {line:?}"))
        });
        lines.collect()
    }
}
