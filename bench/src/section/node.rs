//! `tangle-node` as it is shipped, under load: seconds on a clock, with the clients on the same machine.

mod connection;
mod load;
mod past;
mod watchers;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use programs::{Built, Process, Profile, free_port};

use self::connection::Connection;
use super::resources::Usage;
use crate::figure::Figure;

/// Clients that publish at the same time.
const CLIENTS: usize = 16;
/// Blocks that are stored when tags are looked up.
const PAST: u64 = 10_000_000;
/// Tags in one question.
const TAGS: usize = 1_000;
/// Who waits for a block of theirs.
const WATCHERS: usize = 1_000;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    println!("  Building tangle-node as it is shipped (minutes the first time).");
    let built = Built::only(Profile::Release, &["tangle-node"])?;
    programs::end_with_this_program()?;
    let folder = std::env::temp_dir().join(format!("meterkast-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    println!("  Files are in {}.", folder.display());
    let measured = in_folder(&built, &folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn in_folder(built: &Built, folder: &Path) -> anyhow::Result<Vec<Figure>> {
    let program = built.program("tangle-node")?;
    let mut figures = Vec::new();
    {
        let node = Node::start(&program, folder, "load.db")?;
        let syncs = load::syncs_per_second(folder)?;
        let before = node.usage()?;
        let load = load::publish(&node.address, CLIENTS)?;
        let worked = node.usage()?.since(&before).processor;
        figures.extend(said_of_load(&load, syncs, worked));
        let watched = watchers::wait_for_blocks(&node.address, WATCHERS, CLIENTS)?;
        figures.extend(said_of_watchers(&watched));
    }
    println!(
        "  Storing {PAST} small blocks without the node: the look-up reads an index, not the blocks beside it."
    );
    drop(Node::start(&program, folder, "past.db")?);
    past::store(&folder.join("past.db"), PAST)?;
    let begin = Instant::now();
    let node = Node::start(&program, folder, "past.db")?;
    let started = begin.elapsed();
    let before = node.usage()?;
    let looked_up = past::look_up(&node.address, PAST, TAGS)?;
    let worked = node.usage()?.since(&before).processor;
    figures.extend([
        Figure::new(
            "node_start_ms",
            "With ten million blocks in its file it answers after",
            started.as_secs_f64() * 1e3,
            "ms",
        )
        .at_most(1_000.0),
        Figure::new(
            "node_look_up_ms",
            "A look-up of 1,000 tags with a block each among them takes (median)",
            looked_up.at(0.5) * 1e3,
            "ms",
        )
        .at_most(20.0),
        Figure::new(
            "node_look_up_slow_ms",
            "  and one in a hundred",
            looked_up.at(0.99) * 1e3,
            "ms or more",
        ),
        Figure::milliseconds(
            "node_look_up_cpu_ms",
            "  of the node's processor time, which a busy machine does not change much,",
            worked / looked_up.len().max(1) as u32,
        ),
    ]);
    Ok(figures)
}

fn said_of_load(load: &load::Load, syncs: f64, worked: Duration) -> Vec<Figure> {
    vec![
        Figure::new(
            "node_blocks_per_second",
            format!(
                "{CLIENTS} clients publish blocks of 4 kB, each on disk before it is acknowledged:"
            ),
            load.per_second,
            "blocks a second",
        )
        .at_least(2_000.0)
        .beside("the disk alone syncs a second", syncs),
        Figure::milliseconds(
            "node_publish_cpu_ms",
            "  Of the node's processor time, a block takes",
            worked / load.published.max(1) as u32,
        ),
        Figure::new(
            "node_publish_ms",
            "  A block is acknowledged after (median)",
            load.latencies.at(0.5) * 1e3,
            "ms",
        ),
        Figure::new(
            "node_publish_slow_ms",
            "  and one in a hundred after",
            load.latencies.at(0.99) * 1e3,
            "ms or more",
        ),
    ]
}

fn said_of_watchers(watched: &watchers::Watched) -> Vec<Figure> {
    vec![
        Figure::new(
            "node_watchers_served",
            format!("Of {WATCHERS} who wait for a block each, so many got it:"),
            watched.delays.len() as f64,
            "watchers",
        )
        .at_least(WATCHERS as f64),
        Figure::new(
            "node_feed_ms",
            "  From posting to the answer in their hands, with all blocks posted at once (median):",
            watched.delays.at(0.5) * 1e3,
            "ms",
        ),
        Figure::new(
            "node_feed_slow_ms",
            "  and one in a hundred",
            watched.delays.at(0.99) * 1e3,
            "ms or more",
        ),
    ]
}

/// A running node.
struct Node {
    address: String,
    process: Process,
}

impl Node {
    fn start(program: &Path, folder: &Path, file: &str) -> anyhow::Result<Self> {
        let address = format!("127.0.0.1:{}", free_port(0)?);
        let data = folder.join(file).display().to_string();
        let arguments = ["--listen", &address, "--data", &data, "--log", "warn"];
        let mut process = Process::start("tangle-node", program, &arguments, folder)?;
        process.wait_until_ready(|| {
            Connection::open(&address).is_ok_and(|mut node| node.get("/health").is_ok())
        })?;
        Ok(Self { address, process })
    }

    fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(self.process.id())
    }
}

/// Times in seconds, in order.
pub(super) struct Times(Vec<f64>);

impl Times {
    fn new(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self(seconds)
    }

    fn at(&self, share: f64) -> f64 {
        let place = (self.0.len().saturating_sub(1) as f64 * share) as usize;
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
