//! The Pi's clock jumps back an hour and forward a day, starts an hour ahead, and an hour of October happens twice.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use consent::Fact;
use pi_daemon::meter::MeterEvent;
use scenarios::{House, LIVE, QUARTER, Service, Shared};

use super::story;
use crate::Lab;
use crate::figures::Figures;

pub(crate) const CLAIM: &str = "A Pi whose clock jumps back an hour or forward a day publishes nothing for a time that it has published before, keeps its readings in order, and reads on when the clock is right again; the hour that happens twice in October is there twice, complete.";

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const QUARTER_HOUR: u64 = 900;
/// 2026-10-25 01:00:00 UTC: a clock on a Dutch wall shows 3 o'clock, and then 2 o'clock again.
const TURN: u64 = 1_792_890_000;
/// How long before and after that is lived through; in a short run some minutes of the hour come twice, in a long run all of them.
const AROUND: (u64, u64) = (1_950, 4_200);
/// The jump lasts for so long, in a short run and in a long one.
const JUMP: (u64, u64) = (150, 600);
/// One jump is one trouble.
const MOST_ALERTS: usize = 4;
/// By then the Pi has to publish again.
const PATIENCE: u64 = 300;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(jumps(lab))
}

async fn jumps(lab: Lab) -> anyhow::Result<Figures> {
    let lasts = if lab.quick { JUMP.0 } else { JUMP.1 };
    let (hour, day) = (-HOUR.cast_signed(), DAY.cast_signed());
    let back = jump(hour, lasts, While::ItRuns).await;
    let back = back.context("back an hour")?;
    let forward = jump(day, lasts, While::ItRuns).await;
    let forward = forward.context("forward a day")?;
    let begun = jump(-hour, lasts, While::ItIsOff).await;
    let begun = begun.context("begun an hour ahead")?;
    let (live, quarters) = october(lab).await.context("the hour that happens twice")?;
    Ok(Figures::default()
        .with("back_an_hour_seconds_without_readings", back.missing)
        .with("back_an_hour_silent_for_s", back.silent)
        .with("forward_a_day_seconds_without_readings", forward.missing)
        .with(
            "forward_a_day_silent_after_it_was_right_again_s",
            forward.silent,
        )
        .with(
            "begun_an_hour_ahead_seconds_without_readings",
            begun.missing,
        )
        .with(
            "begun_an_hour_ahead_silent_after_it_was_right_again_s",
            begun.silent,
        )
        .with("october_live_readings", live)
        .with("october_quarter_hours", quarters)
        .with("readings_twice_or_out_of_order", 0)
        .with("places_with_two_different_blocks", 0))
}

/// When the clock jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum While {
    /// The Pi can compare it with the time that has passed.
    ItRuns,
    /// The Pi has nothing to compare it with but the meter's.
    ItIsOff,
}

struct Jumped {
    /// Seconds of which no reading arrived, of all that passed.
    missing: u64,
    /// From when the clock was right again until a block of a time that passed was read.
    silent: u64,
}

struct Story {
    house: House,
    service: Arc<Service>,
    shared: Shared,
    /// The time as it is.
    true_time: u64,
    /// What the Pi's clock adds to it.
    wrong_by: i64,
}

impl Story {
    async fn begin() -> Self {
        let mut house = House::new().await;
        let service = house.service("Wattt Insights");
        let shared = house.share(&service, &[LIVE]).await;
        house.next_slot().await;
        Self {
            true_time: house.now(),
            house,
            service,
            shared,
            wrong_by: 0,
        }
    }

    /// Seconds in which the meter is right and the Pi's clock may not be.
    async fn seconds(&mut self, count: u64) -> anyhow::Result<()> {
        for _ in 0..count {
            self.true_time += 1;
            let telegram = self.house.meter.telegram_at(self.true_time.cast_signed());
            self.house.set_wrong_time(self.true_time, self.wrong_by);
            let daemon = self.house.daemon();
            daemon.hear(MeterEvent::Telegram(telegram));
            daemon.tick()?;
            daemon.listen().await?;
            daemon.tick()?;
            daemon.deliver().await?;
            self.house.set_time(self.true_time);
            self.service.catch_up(self.true_time).await;
        }
        Ok(())
    }

    fn last_slot(&self) -> u64 {
        let record = self.service.record(&self.shared.id);
        record
            .lanes
            .first()
            .and_then(|lane| lane.last_slot)
            .unwrap_or_default()
    }
}

async fn jump(by: i64, lasts: u64, when: While) -> anyhow::Result<Jumped> {
    let mut story = Story::begin().await;
    let begin = story.true_time;
    story.seconds(60).await?;
    story.wrong_by = by;
    if when == While::ItIsOff {
        story.house.cut_power();
        story.house.set_wrong_time(story.true_time, by);
        story.house.switch_on();
    }
    story.seconds(lasts).await?;
    story.wrong_by = 0;
    let mut silent = 0;
    let right_again = story.true_time;
    while story.last_slot() * 10 < right_again || story.last_slot() * 10 > story.true_time {
        ensure!(
            silent < PATIENCE,
            "{silent} s after the clock was right again nothing was published; {:?}",
            story.house.report()
        );
        story.seconds(1).await?;
        silent += 1;
    }
    story.seconds(60).await?;
    let told = alerts(&story.house).await?;
    ensure!(told <= MOST_ALERTS, "the owner was told {told} times");
    let seconds = story.service.seconds(&story.shared.id);
    ensure!(
        seconds.is_sorted_by(|a, b| a < b),
        "readings are out of order or twice"
    );
    let record = story.service.record(&story.shared.id);
    let lane = record.lanes.first().context("no lane")?;
    ensure!(
        (lane.gaps, lane.forks, lane.rejected) == (0, 0, 0),
        "{lane:?}"
    );
    no_place_twice(&story.house)?;
    let last = story.true_time - story.true_time % 10;
    let missing = (begin..last)
        .filter(|second| seconds.binary_search(second).is_err())
        .count();
    Ok(Jumped {
        missing: missing as u64,
        silent,
    })
}

/// How often the owner was told something about the device.
async fn alerts(house: &House) -> anyhow::Result<usize> {
    let wallet = house.wallet();
    wallet.sync().await?;
    let reported = |fact: &Fact| matches!(fact, Fact::DeviceReported { .. });
    let told = wallet.activity();
    Ok(told.iter().filter(|line| reported(&line.fact)).count())
}

async fn october(lab: Lab) -> anyhow::Result<(usize, usize)> {
    let mut house = House::new().await;
    let around = if lab.quick { AROUND.0 } else { AROUND.1 };
    // The Pi is off until then, or it would make up for every slot since the story's beginning.
    house.cut_power();
    house.set_time(TURN - around);
    house.switch_on();
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE, QUARTER]).await;
    house.next_slot().await;
    house.seconds(2 * around).await;
    let seconds = service.seconds(&shared.id);
    let first = *seconds.first().context("nothing arrived")?;
    let every: Vec<u64> = (first..house.now() - house.now() % 10).collect();
    ensure!(
        seconds == every,
        "{} seconds of {}",
        seconds.len(),
        every.len()
    );
    let quarters = service.intervals(&shared.id);
    let in_a_row = quarters.windows(2).all(|pair| match pair {
        [one, next] => one.end == next.start && one.end.0 - one.start.0 == 900,
        _ => true,
    });
    ensure!(in_a_row, "the quarter-hours do not follow each other");
    ensure!(
        quarters.len() as u64 + 2 >= 2 * around / QUARTER_HOUR,
        "{} quarter-hours",
        quarters.len()
    );
    no_place_twice(&house)?;
    Ok((seconds.len(), quarters.len()))
}

fn no_place_twice(house: &House) -> anyhow::Result<()> {
    let mut places = std::collections::BTreeMap::new();
    for block in house.ledger.published_by("pi") {
        let data = block.data.clone();
        let before = places.insert(block.tag, block.data);
        ensure!(
            before.is_none_or(|before| before == data),
            "a place holds two different blocks"
        );
    }
    Ok(())
}
