//! A second Pi runs from a copy of the first one's card.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use pi_daemon::meter::MeterEvent;
use pi_daemon::{Clock, Daemon, Options};
use scenarios::{House, LIVE, Service, Shared, copy_dir};
use simulated_meter::Household;

use super::story;
use crate::Lab;
use crate::figures::Figures;
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "When a cloned Pi runs beside the original, every reader sees the fork within one slot after both have published.";

/// How often a Pi is cloned.
const CLONES: u64 = 20;
/// Seconds of a live slot.
const SLOT: u64 = 10;
/// Services that read the lane.
const READERS: [&str; 3] = ["Wattt Insights", "Netwerk Noord", "Buurtbatterij"];

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(clone_it(lab))
}

async fn clone_it(lab: Lab) -> anyhow::Result<Figures> {
    let mut seeded = Seeded::new(lab.seed);
    let clones = lab.share_of(CLONES);
    let mut slowest = 0;
    for clone in 0..clones {
        let seen = one_clone(&mut seeded)
            .await
            .with_context(|| format!("clone {clone}"))?;
        slowest = slowest.max(seen);
    }
    ensure!(slowest <= SLOT, "the slowest reader needed {slowest} s");
    Ok(Figures::default()
        .with("clones", clones)
        .with("readers_of_each", READERS.len())
        .with("slowest_reader_after_both_published_s", slowest)
        .with("a_slot_s", SLOT))
}

/// Seconds from when both had published for one slot until the last reader knew.
async fn one_clone(seeded: &mut Seeded) -> anyhow::Result<u64> {
    let mut house = House::new().await;
    let mut readers: Vec<(Arc<Service>, Shared)> = Vec::new();
    for name in READERS {
        let service = house.service(name);
        let shared = house.share(&service, &[LIVE]).await;
        readers.push((service, shared));
    }
    house.seconds(10 + seeded.below(20)).await;
    let clone = Clone::start(&house, seeded.below(1_000) + 100).await?;
    let mut both_at = None;
    for _ in 0..20 * SLOT {
        house.pi_second().await;
        clone.second(&house).await?;
        for (service, _) in &readers {
            service.catch_up(house.now()).await;
        }
        both_at = both_at.or_else(|| both_published(&house).then(|| house.now()));
        let forks = readers
            .iter()
            .map(|(service, shared)| forks(service, shared));
        if let Some(both_at) = both_at
            && forks.into_iter().all(|forks| forks > 0)
        {
            return Ok(house.now() - both_at);
        }
    }
    anyhow::bail!(
        "not every reader sees it; both published at {both_at:?}, now {}",
        house.now()
    )
}

fn forks(service: &Service, shared: &Shared) -> u64 {
    let record = service.record(&shared.id);
    record.lanes.iter().map(|lane| lane.forks).sum()
}

/// Whether some place holds a block of each.
fn both_published(house: &House) -> bool {
    let clones = house.ledger.published_by("clone");
    let first = house.ledger.published_by("pi");
    clones.iter().any(|block| {
        first
            .iter()
            .any(|other| other.tag == block.tag && other.data != block.data)
    })
}

/// The second Pi, with a meter of its own.
struct Clone {
    daemon: Daemon,
    meter: std::cell::RefCell<Household>,
}

impl Clone {
    /// From the card as it is now, before the first Pi publishes anything else.
    async fn start(house: &House, meter: u64) -> anyhow::Result<Self> {
        let copy = house.dir.path().join("cloned-card");
        copy_dir(&house.pi_dir(), &copy);
        let daemon = Daemon::open(Options {
            data_dir: copy,
            tangle: house.ledger.handle("clone"),
            node: "in memory".to_owned(),
            clock: Arc::clone(&house.clock) as Arc<dyn Clock>,
            live_slot: Some(10),
            raw_days: 7,
        })?;
        daemon.listen().await?;
        Ok(Self {
            daemon,
            meter: Household::new(meter).into(),
        })
    }

    async fn second(&self, house: &House) -> anyhow::Result<()> {
        let telegram = self
            .meter
            .borrow_mut()
            .telegram_at(house.now().cast_signed());
        self.daemon.hear(MeterEvent::Telegram(telegram));
        self.daemon.tick()?;
        self.daemon.listen().await?;
        Ok(self.daemon.deliver().await?)
    }
}
