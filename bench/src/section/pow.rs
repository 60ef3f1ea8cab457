//! Proof of work: how fast it is found, and what a home pays for it in a year.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use channel::BLOCK_LEN;
use iota_client::pow::miner::MinerBuilder;
use nix::time::{ClockId, clock_gettime};
use tangle::pow::{Miner, required_zeros};
use tangle::{Block, BlockId};

use crate::figure::Figure;

/// Asks for eleven zero trits of a block of ours: about 180,000 hashes.
const SCORE: u32 = 40;
const BLOCKS: u8 = 8;

/// Slot lengths of a lane, in seconds, and what people call them.
const SLOTS: [(u32, &str); 4] = [
    (10, "10 s"),
    (60, "60 s"),
    (900, "quarter hour"),
    (86_400, "day"),
];
/// What networks ask for: nothing, a curb on spam, what public networks asked for.
const SCORES: [u32; 4] = [0, 1, 1_500, 4_000];
const YEAR: f64 = 365.25 * 86_400.0;

/// What a core is reckoned to draw at full load beyond idling, as a server's does: an assumption, not measured here.
const WATTS_A_CORE: f64 = 5.0;
/// What proof of work in the home was reckoned at before it was measured, in kWh a year.
const ONCE_RECKONED: f64 = 500.0;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let blocks: Vec<_> = (1..=BLOCKS).map(head).collect::<anyhow::Result<_>>()?;
    let one = Race::of(&blocks)?;
    let (cores, busy) = all_cores(&blocks)?;
    let rate = one.rate();
    let mut figures = vec![
        Figure::milliseconds(
            "pow_block_ms",
            format!("The proof of work of a block at score {SCORE} takes one core"),
            one.ours / BLOCKS.into(),
        )
        .beside(
            "iota-client's own, on the same blocks,",
            milliseconds(one.theirs / BLOCKS.into()),
        )
        .at_most(milliseconds(one.theirs / BLOCKS.into())),
        Figure::new("pow_khs_core", "That is, on one core,", rate / 1e3, "kH/s").beside(
            "iota-client's own finds",
            one.hashes / one.theirs.as_secs_f64() / 1e3,
        ),
        Figure::new(
            "pow_cores_busy",
            format!("Given {cores} cores, it keeps busy"),
            busy,
            "of them",
        ),
        Figure::new("pow_khs_all", "  which makes", busy * rate / 1e3, "kH/s"),
    ];
    for (seconds, slot) in SLOTS {
        for score in SCORES {
            figures.extend(year(seconds, slot, score, rate)?);
        }
    }
    Ok(figures)
}

/// A year of one lane's blocks.
fn year(seconds: u32, slot: &str, score: u32, rate: f64) -> anyhow::Result<[Figure; 2]> {
    let zeros = required_zeros(head(1)?.len() + 8, score);
    let hashes = if zeros == 0 {
        0.0
    } else {
        3f64.powi(zeros.try_into()?)
    };
    let core_hours = YEAR / f64::from(seconds) * hashes / rate / 3_600.0;
    let kwh = core_hours * WATTS_A_CORE / 1e3;
    let hours = Figure::new(
        format!("pow_year_{seconds}s_{score}_hours"),
        format!("A block every {slot} at score {score} costs, in a year,"),
        core_hours,
        "core-hours",
    );
    let energy = Figure::new(
        format!("pow_year_{seconds}s_{score}_kwh"),
        format!("  at {WATTS_A_CORE} W a core"),
        kwh,
        "kWh",
    );
    Ok([
        hours,
        if zeros == 0 {
            energy
        } else {
            energy.beside("it was once reckoned at", ONCE_RECKONED)
        },
    ])
}

/// One block of ours or another, without its nonce.
fn head(number: u8) -> anyhow::Result<Vec<u8>> {
    let (tag, data) = ([number; 32], [number; BLOCK_LEN]);
    let block = Block::tagged(vec![BlockId::GENESIS, BlockId(tag)], &tag, &data)?.to_bytes();
    let (head, _) = block
        .split_last_chunk::<8>()
        .context("a block has a nonce")?;
    Ok(head.to_vec())
}

/// Ours and theirs on the same blocks, one core each. Both search from nonce 0 upwards and stop at the same nonce.
struct Race {
    hashes: f64,
    ours: Duration,
    theirs: Duration,
}

impl Race {
    fn of(blocks: &[Vec<u8>]) -> anyhow::Result<Self> {
        let mut race = Self {
            hashes: 0.0,
            ours: Duration::ZERO,
            theirs: Duration::ZERO,
        };
        let miner = Miner::new(NonZeroUsize::MIN);
        for head in blocks {
            let before = processor_time()?;
            let ours = mined(&miner, head)?;
            let between = processor_time()?;
            let theirs = MinerBuilder::new()
                .with_num_workers(1)
                .finish()
                .nonce(head, SCORE);
            race.ours += between.saturating_sub(before);
            race.theirs += processor_time()?.saturating_sub(between);
            ensure!(
                theirs == Some(ours),
                "the two found different nonces: {ours}, {theirs:?}"
            );
            race.hashes += ours as f64 + 1.0;
        }
        Ok(race)
    }

    /// Hashes per second of processor time.
    fn rate(&self) -> f64 {
        self.hashes / self.ours.as_secs_f64()
    }
}

/// How many cores there are, and how many of them the search keeps busy.
fn all_cores(blocks: &[Vec<u8>]) -> anyhow::Result<(usize, f64)> {
    let miner = Miner::on_all_cores();
    let (begin, before) = (Instant::now(), processor_time()?);
    for head in blocks {
        mined(&miner, head)?;
    }
    let used = processor_time()?.saturating_sub(before);
    let busy = used.as_secs_f64() / begin.elapsed().as_secs_f64();
    Ok((available_parallelism()?.get(), busy))
}

fn mined(miner: &Miner, head: &[u8]) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async { Ok(miner.turn().await?.mine(head, SCORE).await?) })
}

/// Of all threads of this process.
fn processor_time() -> anyhow::Result<Duration> {
    Ok(Duration::from(clock_gettime(
        ClockId::CLOCK_PROCESS_CPUTIME_ID,
    )?))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
