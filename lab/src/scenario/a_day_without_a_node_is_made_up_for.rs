//! The node is away for a day of readings.

use anyhow::{Context as _, ensure};
use scenarios::{House, LIVE, PHASES, QUARTER};

use super::story;
use crate::Lab;
use crate::figures::{Figures, peak_memory_mb, processor_seconds};

pub(crate) const CLAIM: &str = "After a node was away for a day of readings, everything arrives in order, once and without a gap, and the Pi and its readers make up for it much faster than the day took.";

/// How long the node is away.
const DAY: u64 = 86_400;
/// The least factor by which this is faster than real time, by processor time of one core in a build without full optimisation.
/// A Raspberry Pi is some twenty times slower, and has to stay far ahead of its meter all the same.
const LEAST: f64 = 200.0;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(away(lab))
}

async fn away(lab: Lab) -> anyhow::Result<Figures> {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE, PHASES, QUARTER]).await;
    house.next_slot().await;
    house.silence(&service);
    let (away, from) = (lab.share_of(DAY), house.ledger.published().len());
    house.ledger.set_reachable(false);
    for _ in 0..away {
        house.pi_second().await;
    }
    let waiting = house.report().outbox;
    house.ledger.set_reachable(true);

    let start = processor_seconds();
    house.pi_second().await;
    let published = processor_seconds() - start;
    let report = house.report().outbox;
    ensure!(
        report.slots_waiting + report.unsent == 0,
        "something still waits: {report:?}"
    );
    let blocks = house.ledger.published().len() - from;
    let start = processor_seconds();
    service.catch_up(house.now()).await;
    let read = processor_seconds() - start;

    let record = service.record(&shared.id);
    for lane in &record.lanes {
        ensure!(
            (lane.gaps, lane.forks, lane.rejected) == (0, 0, 0),
            "{lane:?}"
        );
    }
    let seconds = service.seconds(&shared.id);
    let first = *seconds.first().context("nothing arrived")?;
    let every = (first..house.now() - house.now() % 10).flat_map(|second| [second; 2]);
    let mut in_order = seconds.clone();
    in_order.sort_unstable();
    ensure!(
        in_order == every.collect::<Vec<_>>(),
        "not every second of both live lanes arrived once"
    );
    let factor = |took: f64| away as f64 / took;
    let (pi, reader) = (factor(published), factor(read));
    ensure!(
        pi > LEAST && reader > LEAST,
        "the Pi is {pi:.0} times, the reader {reader:.0} times faster than real time"
    );
    Ok(Figures::default()
        .with("seconds_without_a_node", away)
        .with("slots_that_waited", waiting.slots_waiting + waiting.unsent)
        .with("blocks_published_afterwards", blocks)
        .with_tenths("the_pi_took_processor_s", published)
        .with("the_pi_is_faster_than_real_time_by", pi.round())
        .with_tenths("a_reader_took_processor_s", read)
        .with("a_reader_is_faster_than_real_time_by", reader.round())
        .with(
            "peak_memory_of_pi_reader_and_ledger_mb",
            peak_memory_mb().round(),
        ))
}
