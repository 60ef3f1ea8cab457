//! Processor time.

use std::hint::black_box;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// The processor time that this thread has used so far.
pub(crate) fn processor_time() -> anyhow::Result<Duration> {
    Ok(Duration::from(clock_gettime(
        ClockId::CLOCK_THREAD_CPUTIME_ID,
    )?))
}

/// What `work` returned and the processor time it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> anyhow::Result<(T, Duration)> {
    let before = processor_time()?;
    let result = black_box(work());
    Ok((result, processor_time()?.saturating_sub(before)))
}

/// The median over so many runs of `work`, which is given the number of the run.
pub(crate) fn median<T>(
    runs: usize,
    mut work: impl FnMut(usize) -> anyhow::Result<T>,
) -> anyhow::Result<Duration> {
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let (result, time) = timed(|| work(run))?;
        result?;
        times.push(time);
    }
    median_of(times)
}

/// The shortest of so many runs: what the code takes where nothing else wants the caches and the core's other half.
pub(crate) fn best(
    runs: usize,
    mut work: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Duration> {
    let mut shortest = Duration::MAX;
    for _ in 0..runs {
        let (result, time) = timed(&mut work)?;
        result?;
        shortest = shortest.min(time);
    }
    Ok(shortest)
}

/// The middle one.
pub(crate) fn median_of(mut times: Vec<Duration>) -> anyhow::Result<Duration> {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied();
    middle.ok_or_else(|| anyhow::anyhow!("nothing was measured"))
}
