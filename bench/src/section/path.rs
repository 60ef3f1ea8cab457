//! The whole path with the real programs as processes: meter, Pi, Tangle, service and wallet on this machine.
//!
//! Unlike the other figures, these are seconds on a clock, so a busy machine makes them longer.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use programs::{Built, House, Profile, number, text};

use super::resources::Usage;
use crate::figure::Figure;

/// Length of a live slot, in seconds.
const SLOT: u32 = 10;
/// How many slots are watched arriving.
const SLOTS: usize = 6;
/// How many consents are ended.
const ENDED: usize = 3;
const METER: &str = "simulated:7";

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    println!("  Building the programs as they are shipped (many minutes the first time).");
    let built = Built::now(Profile::Release)?;
    programs::end_with_this_program()?;
    let folder = std::env::temp_dir().join(format!("meterkast-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let measured = in_folder(built, &folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn in_folder(built: Built, folder: &Path) -> anyhow::Result<Vec<Figure>> {
    println!("  Watching a Pi for {} s.", SLOTS as u32 * SLOT);
    let mut house = House::start(built, folder)?;
    move_in(&mut house)?;
    let watched = grant(&mut house)?;
    let pi = house.pi.process_id().context("the Pi does not run")?;
    let before = Usage::of(pi)?;
    let delays = slots_arrive(&mut house, &watched)?;
    let used = Usage::of(pi)?.since(&before);
    let mut figures = said_of_delays(&delays)?;
    figures.extend(withdrawals(&mut house)?);
    figures.extend([
        Figure::new(
            "pi_memory_mb",
            "pi-daemon's memory was at most",
            used.peak_mb,
            "MB",
        )
        .at_most(50.0),
        Figure::new(
            "pi_cpu_percent",
            "At a telegram a second it uses",
            used.percent,
            "% of a core",
        )
        .at_most(2.0),
    ]);
    Ok(figures)
}

fn move_in(house: &mut House) -> anyhow::Result<()> {
    let code = house.pi.set_up()?;
    let tangle = house.node.url.clone();
    house.pi.start(METER, &tangle, SLOT)?;
    house.home.ask(&["init"])?;
    house.home.ask(&["pair", &code])?;
    house.open_service("Wattt Insights", 8080)?;
    Ok(())
}

/// The id of a consent that was asked for and given.
fn grant(house: &mut House) -> anyhow::Result<String> {
    let request = house.wait_for(30, "the service to ask", |house| {
        house.service(0)?.request().map(Some)
    })?;
    let opened = house.home.ask(&["open", &text(&request, "/link")])?;
    let given = house.home.ask(&["grant", &text(&opened, "/id")])?;
    Ok(text(&given, "/id"))
}

/// How long after a slot's end its last reading was at the service's API.
fn slots_arrive(house: &mut House, consent: &str) -> anyhow::Result<Vec<Duration>> {
    let mut newest = first_readings(house, consent)?;
    let mut delays = Vec::new();
    while delays.len() < SLOTS {
        let found = newest_reading(house, consent)?;
        if found > newest {
            newest = found;
            delays.push(now()?.saturating_sub(end_of_slot(newest)));
        }
        house.all_well()?;
        sleep(Duration::from_millis(5));
    }
    Ok(delays)
}

fn first_readings(house: &mut House, consent: &str) -> anyhow::Result<u64> {
    house.wait_for(60, "the first readings", |house| {
        Ok(Some(newest_reading(house, consent)?).filter(|&at| at > 0))
    })
}

/// The unix second of the newest reading that the service has; 0 before the first.
fn newest_reading(house: &House, consent: &str) -> anyhow::Result<u64> {
    let known = house.service(0)?.consent(consent)?;
    Ok(number(&known, "/last_reading_at").unwrap_or_default())
}

fn end_of_slot(at: u64) -> Duration {
    let slot = u64::from(SLOT);
    Duration::from_secs((at / slot + 1) * slot)
}

fn now() -> anyhow::Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

fn said_of_delays(delays: &[Duration]) -> anyhow::Result<Vec<Figure>> {
    let mut sorted = delays.to_vec();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).context("no slot arrived")?;
    let worst = sorted.last().context("no slot arrived")?;
    let figure = |name: &str, sentence: &str, delay: &Duration| {
        Figure::new(name, sentence, delay.as_secs_f64(), "s").at_most(1.0)
    };
    Ok(vec![
        figure(
            "to_graph_s",
            "From the end of a slot until its readings are at the service's graph:",
            median,
        ),
        figure("to_graph_worst_s", "  the slowest of six:", worst),
    ])
}

fn withdrawals(house: &mut House) -> anyhow::Result<Vec<Figure>> {
    let mut took = Vec::new();
    for _ in 0..ENDED {
        let consent = grant(house)?;
        first_readings(house, &consent)?;
        took.push(withdraw(house, &consent)?);
    }
    took.sort_unstable();
    let worst = took.last().context("nothing was ended")?;
    let goal = f64::from(SLOT) + 2.0;
    Ok(vec![
        Figure::new(
            "revoke_s",
            "From *revoke* to the last readable slot closed and acknowledged, the slowest of three:",
            worst.as_secs_f64(),
            "s",
        )
        .at_most(goal),
    ])
}

/// Until the device's proof is there *and* the last readable slot has ended.
fn withdraw(house: &House, consent: &str) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let proof = house.home.ask(&["revoke", consent])?;
    let acknowledged = start.elapsed();
    let last = number(&proof, "/last_readable").context("no proof of when access ended")?;
    let left = Duration::from_secs(last).saturating_sub(now()?);
    ensure!(
        left <= Duration::from_secs(u64::from(SLOT)),
        "the service can read for another {} s",
        left.as_secs()
    );
    Ok(acknowledged + left)
}
