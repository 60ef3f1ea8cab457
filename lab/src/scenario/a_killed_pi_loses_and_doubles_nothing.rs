//! The Pi is killed at random instants while it publishes and while it turns keys.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use consent::ConsentState;
use readings::Lane;
use scenarios::{LIVE, PHASES, Service, Shared};
use wallet::Wallet;

use super::in_real_time;
use crate::Lab;
use crate::figures::Figures;
use crate::real::{Disk, RealHouse, SLOT, now};
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A Pi that is killed at random instants, while it publishes and while it turns keys, loses nothing that its store had acknowledged, publishes nothing twice with different bytes, and locks nobody out who may read.";

/// How often the Pi is killed.
const KILLS: u64 = 1_000;
/// Every so often the disk is looked at after a kill.
const LOOK_EVERY: u64 = 3;
/// On average the owner leaves somebody out, or lets them in again, once in so many lives.
const TURN_EVERY: u64 = 4;
/// A life that may end before anything was published, and one that lasts for several slots.
const SHORT_LIFE: Duration = Duration::from_millis(300);
const LONG_LIFE: Duration = Duration::from_millis(2_400);
/// Once in so many lives the node is away, so that ended slots wait on the disk.
const ALONE_EVERY: u64 = 5;
/// How long the Pi may take to make up for everything in the end.
const PATIENCE: u64 = 60;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    in_real_time(kill_it(lab))
}

async fn kill_it(lab: Lab) -> anyhow::Result<Figures> {
    let mut story = Story::begin(lab.seed).await?;
    let kills = lab.share_of(KILLS);
    for kill in 0..kills {
        story
            .one_life()
            .await
            .with_context(|| format!("life {kill}"))?;
        if kill % LOOK_EVERY == 0 {
            story.look_at_the_disk()?;
        }
    }
    story.look_at_the_disk()?;
    story.let_it_live().await?;
    let figures = Figures::default().with("kills", kills);
    story.judge(figures)
}

struct Story {
    house: RealHouse,
    wallet: Wallet,
    stays: (Service, Shared),
    comes_and_goes: (Service, Shared),
    paused: bool,
    turned: u64,
    seeded: Seeded,
    disk: Disk,
}

impl Story {
    async fn begin(seed: u64) -> anyhow::Result<Self> {
        let house = RealHouse::new(seed)?;
        let wallet = house.owner().await?;
        let (one, two) = (
            house.service("Netwerk Noord")?,
            house.service("Wattt Insights")?,
        );
        let pi = house.start_pi()?;
        let stays = house.share(&wallet, &one, &[LIVE, PHASES]).await?;
        let comes_and_goes = house.share(&wallet, &two, &[LIVE]).await?;
        drop(pi);
        Ok(Self {
            house,
            wallet,
            stays: (one, stays),
            comes_and_goes: (two, comes_and_goes),
            paused: false,
            turned: 0,
            seeded: Seeded::new(seed),
            disk: Disk::default(),
        })
    }

    /// The Pi starts, the owner perhaps decides something, and the Pi is killed.
    async fn one_life(&mut self) -> anyhow::Result<()> {
        let pi = match self.seeded.once_in(ALONE_EVERY) {
            false => self.house.start_pi()?,
            true => self.house.start_pi_alone()?,
        };
        let longest = if self.seeded.once_in(3) {
            LONG_LIFE
        } else {
            SHORT_LIFE
        };
        let dies_in = self.seeded.instant(longest);
        let decides = self.seeded.once_in(TURN_EVERY);
        let dies = tokio::task::spawn_blocking(move || {
            std::thread::sleep(dies_in);
            pi.kill()
        });
        if decides {
            self.turn().await?;
        }
        for (service, _) in [&self.stays, &self.comes_and_goes] {
            service.catch_up(now()).await;
        }
        dies.await?
    }

    /// Leaves the second service out, or lets it in again: either way keys turn or are granted anew.
    async fn turn(&mut self) -> anyhow::Result<()> {
        let consent = self.comes_and_goes.1.consent;
        let delivery = match self.paused {
            false => self.wallet.pause(consent).await?,
            true => self.wallet.resume(consent).await?,
        };
        ensure!(
            matches!(delivery, wallet::Delivery::Sent),
            "the owner's word did not go out: {delivery:?}"
        );
        self.paused = !self.paused;
        self.turned += 1;
        Ok(())
    }

    fn look_at_the_disk(&mut self) -> anyhow::Result<()> {
        self.disk
            .note(&self.house.pi_dir(), &self.house.dir("scratch"))
    }

    /// Everybody may live on until everything has arrived.
    async fn let_it_live(&mut self) -> anyhow::Result<()> {
        let _pi = self.house.start_pi()?;
        if self.paused {
            self.turn().await?;
        }
        let until = now() + PATIENCE;
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            for (service, _) in [&self.stays, &self.comes_and_goes] {
                service.catch_up(now()).await;
            }
            if self.all_arrived()? {
                return Ok(());
            }
            ensure!(
                now() < until,
                "it does not make up for it: {}",
                self.complaint()?
            );
        }
    }

    fn all_arrived(&self) -> anyhow::Result<bool> {
        let reads_on = |(service, shared): &(Service, Shared)| {
            let record = service.record(&shared.id);
            let fresh = |last: Option<u64>| last.is_some_and(|last| last + 5 * SLOT >= now());
            record.state == ConsentState::Active
                && record.lanes.iter().all(|lane| fresh(lane.last_slot))
        };
        Ok(reads_on(&self.stays) && reads_on(&self.comes_and_goes) && self.lost()?.is_empty())
    }

    /// Acknowledged readings that never arrived.
    fn lost(&self) -> anyhow::Result<Vec<(Lane, i64)>> {
        let arrived: BTreeSet<(Lane, i64)> = self.arrived().into_iter().collect();
        let first = arrived
            .iter()
            .map(|(_, at)| *at)
            .min()
            .context("nothing arrived")?;
        let lanes = [LIVE.parse()?, PHASES.parse()?];
        let owed = self
            .disk
            .acknowledged
            .iter()
            .filter(|(lane, at)| lanes.contains(lane) && *at > first);
        Ok(owed
            .filter(|second| !arrived.contains(second))
            .copied()
            .collect())
    }

    fn arrived(&self) -> Vec<(Lane, i64)> {
        let (service, shared) = &self.stays;
        let batches = service.batches(&shared.id).into_iter();
        let seconds = batches.flat_map(|(lane, batch)| match batch {
            readings::Batch::Readings(rows) => rows.iter().map(|row| (lane, row.at.0)).collect(),
            readings::Batch::Intervals(_) => Vec::new(),
        });
        seconds.collect()
    }

    fn judge(&self, figures: Figures) -> anyhow::Result<Figures> {
        let ledger = self.house.whole_ledger()?;
        ensure!(
            ledger.contradictions() == 0,
            "{} places hold two different blocks",
            ledger.contradictions()
        );
        let unsent = self
            .disk
            .sealed
            .iter()
            .filter(|(tag, data)| !ledger.holds(tag, data))
            .count();
        ensure!(
            unsent == 0,
            "{unsent} blocks that were sealed never reached the ledger"
        );

        let arrived = self.arrived();
        let once: BTreeSet<_> = arrived.iter().collect();
        ensure!(
            once.len() == arrived.len(),
            "{} readings arrived twice",
            arrived.len() - once.len()
        );
        let record = self.stays.0.record(&self.stays.1.id);
        for lane in &record.lanes {
            ensure!(
                (lane.gaps, lane.forks, lane.rejected) == (0, 0, 0),
                "{lane:?}"
            );
        }
        let mut disk = Disk::default();
        disk.note(&self.house.pi_dir(), &self.house.dir("scratch"))?;
        let forgotten = self.disk.kept.difference(&disk.kept).count();
        ensure!(forgotten == 0, "{forgotten} rows of the store are gone");
        Ok(figures
            .with("decisions_that_turn_keys", self.turned)
            .with(
                "readings_acknowledged_at_a_kill",
                self.disk.acknowledged.len(),
            )
            .with("blocks_sealed_at_a_kill", self.disk.sealed.len())
            .with("readings_arrived", arrived.len())
            .with("readings_lost", 0)
            .with("readings_twice", 0)
            .with("places_on_the_ledger", ledger.places())
            .with("places_with_two_different_blocks", 0)
            .with("blocks_sent_again_with_the_same_bytes", ledger.copies()))
    }

    fn complaint(&self) -> anyhow::Result<String> {
        let lost = self.lost()?;
        let records =
            [&self.stays, &self.comes_and_goes].map(|(service, shared)| service.record(&shared.id));
        Ok(format!(
            "{} readings are missing, the first {:?}; {records:?}",
            lost.len(),
            lost.first()
        ))
    }
}
