//! The Pi is killed at random instants while it publishes and while it turns keys.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use consent::ConsentState;
use readings::Lane;
use scenarios::{LIVE, PHASES, Service, Shared};
use wallet::Wallet;

use super::{in_houses, in_real_time};
use crate::Lab;
use crate::figures::Figures;
use crate::real::{CutShort, Disk, Process, RealHouse, SLOT, WRITE_AHEAD_LOG, measured, now};
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A Pi that is killed at random instants, while it publishes and while it turns keys, loses nothing that its store had acknowledged, publishes nothing twice with different bytes, and locks nobody out who may read.";

/// How often the Pi is killed.
const KILLS: u64 = 1_000;
/// On average the owner leaves somebody out, or lets them in again, once in so many lives.
const TURN_EVERY: u64 = 3;
/// Once in so many lives the Pi is killed at any instant, also before it has begun; in the others at one in which it works.
const ANY_INSTANT_EVERY: u64 = 4;
const ANY_INSTANT: Duration = Duration::from_millis(2_500);
/// It is killed after it has written so often to its store, and a moment later.
const WRITES: u64 = 12;
const A_MOMENT: Duration = Duration::from_millis(30);
/// A Pi that writes nothing for so long is killed as well.
const LONGEST_LIFE: Duration = Duration::from_secs(3);
/// Once in so many lives an outage of the node begins, which lasts for several; ended slots wait on the disk meanwhile, and are
/// all sealed and published at once when it is over.
const OUTAGE_EVERY: u64 = 6;
const LONGEST_OUTAGE: u64 = 3;
/// Of the kills, so many in a hundred have to cut something short, or this shows little.
const LEAST_AT_WORK: u64 = 30;
/// How long the Pi may take to make up for everything in the end.
const PATIENCE: u64 = 180;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    in_houses(lab, KILLS, |lab, kills| in_real_time(kill_it(lab, kills)))
}

async fn kill_it(lab: Lab, kills: u64) -> anyhow::Result<Figures> {
    let mut story = Story::begin(lab.seed).await?;
    for kill in 0..kills {
        let life = story.one_life().await;
        life.with_context(|| format!("life {kill}"))?;
        story.look_at_the_disk()?;
    }
    let shown = story.cut_short.at_work * 100 / kills;
    ensure!(
        shown >= LEAST_AT_WORK,
        "only {shown} kills in a hundred cut anything short"
    );
    story.let_it_live().await?;
    let figures = story.cut_short.figures(kills);
    story.judge(figures)
}

struct Story {
    house: RealHouse,
    wallet: Wallet,
    stays: (Service, Shared),
    comes_and_goes: (Service, Shared),
    paused: bool,
    turned: u64,
    /// Lives that the outage still lasts for.
    outage: u64,
    seeded: Seeded,
    disk: Disk,
    cut_short: Tally,
}

/// What the kills cut short, all in all.
#[derive(Default)]
struct Tally {
    at_work: u64,
    before_sealing: u64,
    before_publishing: u64,
    in_a_rotation: u64,
    slots: u64,
    blocks: u64,
}

impl Tally {
    fn add(&mut self, kill: CutShort) {
        self.at_work += u64::from(!kill.is_nothing());
        self.before_sealing += u64::from(kill.slots_to_seal > 0);
        self.before_publishing += u64::from(kill.blocks_to_publish > 0);
        self.in_a_rotation += u64::from(kill.of_a_rotation > 0);
        self.slots += kill.slots_to_seal;
        self.blocks += kill.blocks_to_publish;
    }

    fn figures(&self, kills: u64) -> Figures {
        Figures::default()
            .with("kills", kills)
            .with("kills_that_cut_something_short", self.at_work)
            .with("kills_with_ended_slots_unsealed", self.before_sealing)
            .with(
                "kills_with_sealed_blocks_unpublished",
                self.before_publishing,
            )
            .with("kills_with_a_key_rotation_unpublished", self.in_a_rotation)
            .with("unsealed_slots_found_after_kills", self.slots)
            .with("unpublished_blocks_found_after_kills", self.blocks)
    }
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
            outage: 0,
            seeded: Seeded::new(seed),
            disk: Disk::default(),
            cut_short: Tally::default(),
        })
    }

    /// The owner perhaps decides something, the Pi starts, and is killed.
    async fn one_life(&mut self) -> anyhow::Result<()> {
        let decides = self.seeded.once_in(TURN_EVERY);
        let beforehand = self.seeded.once_in(2);
        if decides && beforehand {
            self.turn().await?;
        }
        let pi = self.begin_a_life()?;
        let dies = self.death_of(pi);
        if decides && !beforehand {
            self.turn().await?;
        }
        for (service, _) in [&self.stays, &self.comes_and_goes] {
            service.catch_up(now()).await;
        }
        dies.await?
    }

    fn begin_a_life(&mut self) -> anyhow::Result<Process> {
        if self.outage == 0 && self.seeded.once_in(OUTAGE_EVERY) {
            self.outage = 1 + self.seeded.below(LONGEST_OUTAGE);
        }
        if self.outage == 0 {
            return self.house.start_pi();
        }
        self.outage -= 1;
        self.house.start_pi_alone()
    }

    fn death_of(&mut self, pi: Process) -> tokio::task::JoinHandle<anyhow::Result<()>> {
        let store = self.house.pi_dir().join(WRITE_AHEAD_LOG);
        let at_any = self.seeded.once_in(ANY_INSTANT_EVERY);
        let instant = self
            .seeded
            .instant(if at_any { ANY_INSTANT } else { A_MOMENT });
        let writes = if at_any {
            0
        } else {
            1 + self.seeded.below(WRITES)
        };
        tokio::task::spawn_blocking(move || pi.kill_at_work(&store, writes, instant, LONGEST_LIFE))
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
        let (pi, scratch) = (self.house.pi_dir(), self.house.dir("scratch"));
        self.cut_short.add(self.disk.note(&pi, &scratch)?);
        Ok(())
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
            readings::Batch::Readings(rows) => {
                rows.iter().map(|row| (lane, measured(row))).collect()
            }
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
        // Whoever is left out and let in again may miss what was not for it, and sees no second writer either.
        let forks = |(service, shared): &(Service, Shared)| {
            let lanes = service.record(&shared.id).lanes.into_iter();
            lanes.map(|lane| lane.forks).sum::<u64>()
        };
        let false_alarms = forks(&self.comes_and_goes);
        ensure!(
            false_alarms == 0,
            "a reader that comes and goes saw {false_alarms} forks where there is one Pi"
        );
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
