//! `provider-service` is killed while keys are granted, while access ends, and while it erases.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use consent::{Choices, ConsentId, ConsentState, Expression, Language};
use provider_service::consents::ConsentRecord;
use provider_service::store::sqlite::SqliteStore;
use provider_service::store::{BatchPlace, Span, Store as _};
use scenarios::{LIVE, copy_dir};
use serde_json::Value;
use wallet::{NoSites, Wallet};

use super::{in_houses, in_real_time};
use crate::Lab;
use crate::figures::Figures;
use crate::real::{RealHouse, ServiceProgram, measured, now, until};
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A service that is killed at random instants while keys are granted, turned and taken away, and while it erases, finishes what it began when it is started again: it stores each reading once, misses none while it may read, says that it stopped and that it erased, and then holds neither keys nor readings.";

/// How often the service is killed.
const KILLS: u64 = 1_000;
/// Lives of one phase.
const LIVES: u64 = 8;
/// The longest of them.
const LIFE: Duration = Duration::from_millis(700);
/// Once in so many lives it is killed at any instant; in the others after it has written so often to its store, and a moment later.
const ANY_INSTANT_EVERY: u64 = 2;
const WRITES: u64 = 8;
const A_MOMENT: Duration = Duration::from_millis(10);
/// Where SQLite writes first.
const WRITE_AHEAD_LOG: &str = "provider.sqlite-wal";
/// Of the kills, so many in a hundred have to end a life that had stored something, or this shows little.
const LEAST_AT_WORK: u64 = 10;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    in_houses(lab, KILLS, |lab, kills| in_real_time(kill_it(lab, kills)))
}

async fn kill_it(lab: Lab, kills: u64) -> anyhow::Result<Figures> {
    let house = RealHouse::new(lab.seed)?;
    let wallet = house.owner().await?;
    let service = ServiceProgram::new(&house.dir("service"), house.url())?;
    let _pi = house.start_pi()?;
    let mut story = Story {
        house,
        wallet,
        service,
        seeded: Seeded::new(lab.seed),
        kills: 0,
        at_work: 0,
        halfway: 0,
        consents: 0,
        together: 0,
        readings: 0,
    };
    while story.kills < kills {
        // Every other house begins with an end that the service sleeps through.
        let asleep = (lab.seed + story.consents).is_multiple_of(2);
        story
            .one_consent(asleep)
            .await
            .with_context(|| format!("consent {}", story.consents))?;
    }
    let shown = story.at_work * 100 / story.kills;
    ensure!(
        shown >= LEAST_AT_WORK,
        "only {shown} kills in a hundred ended a life that had stored anything"
    );
    let ledger = story.house.whole_ledger()?;
    ensure!(
        ledger.contradictions() == 0,
        "{} places hold two different blocks",
        ledger.contradictions()
    );
    Ok(Figures::default()
        .with("kills", story.kills)
        .with("kills_of_a_life_that_had_stored_something", story.at_work)
        .with("kills_in_the_middle_of_a_step", story.halfway)
        .with("consents_from_question_to_erasure", story.consents)
        .with("ends_and_erasures_heard_at_once", story.together)
        .with("readings_stored", story.readings)
        .with("readings_missed_or_twice", 0)
        .with("places_with_two_different_blocks", 0)
        .with("blocks_sent_again_with_the_same_bytes", ledger.copies()))
}

struct Story {
    house: RealHouse,
    wallet: Wallet,
    service: ServiceProgram,
    seeded: Seeded,
    kills: u64,
    /// Kills of a life in which something was stored.
    at_work: u64,
    /// Those of them after which it had not followed yet, or not said what it had stored.
    halfway: u64,
    consents: u64,
    together: u64,
    readings: usize,
}

/// What a killed service has left on its disk of one consent.
#[derive(PartialEq)]
struct Left {
    state: ConsentState,
    secrets: Vec<Vec<u8>>,
    unsaid: usize,
}

impl Story {
    async fn one_consent(&mut self, asleep: bool) -> anyhow::Result<()> {
        let (id, consent) = self.say_yes().await?;
        self.die_often(&id, ConsentState::Active).await?;
        self.comes_to(&id, ConsentState::Active).await?;
        self.die_often(&id, ConsentState::Active).await?;
        self.wallet.pause(consent).await?;
        self.die_often(&id, ConsentState::Paused).await?;
        self.comes_to(&id, ConsentState::Paused).await?;
        self.wallet.resume(consent).await?;
        self.die_often(&id, ConsentState::Active).await?;
        self.comes_to(&id, ConsentState::Active).await?;
        // At least one slot more, so that the check below has something to look at.
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.die_often(&id, ConsentState::Active).await?;
        self.reads_everything(&id).await?;
        if asleep {
            self.end_it_while_nobody_listens(consent).await?;
        } else {
            self.wallet.revoke(consent, Duration::ZERO, |_| {}).await?;
            self.die_often(&id, ConsentState::Revoked).await?;
            self.comes_to(&id, ConsentState::Revoked).await?;
        }
        self.wallet
            .ask_erasure(consent, Duration::ZERO, |_| {})
            .await?;
        self.die_often(&id, ConsentState::Erased).await?;
        self.erases(&id, consent).await?;
        self.consents += 1;
        Ok(())
    }

    /// The Pi answers each word of the owner, while the service is off: it will hear all of them, and the wish to erase, at once.
    async fn end_it_while_nobody_listens(&mut self, consent: ConsentId) -> anyhow::Result<()> {
        self.wallet.pause(consent).await?;
        self.the_pi_confirms(consent).await?;
        self.wallet.resume(consent).await?;
        self.the_pi_confirms(consent).await?;
        self.wallet.revoke(consent, Duration::ZERO, |_| {}).await?;
        self.the_pi_confirms(consent).await?;
        self.together += 1;
        Ok(())
    }

    async fn the_pi_confirms(&mut self, consent: ConsentId) -> anyhow::Result<()> {
        until("the Pi confirms", async || {
            self.wallet.sync().await?;
            Ok(self.wallet.consent(consent)?.delivery.device_at.is_some())
        })
        .await
    }

    /// The service is killed just after it asked, so that the question waits on its disk; then the owner says yes.
    async fn say_yes(&mut self) -> anyhow::Result<(String, ConsentId)> {
        let process = self.service.started().await?;
        let asked = self.service.ask(&[LIVE]).await?;
        process.kill()?;
        self.kills += 1;
        let text = |name: &str| {
            asked
                .get(name)
                .and_then(Value::as_str)
                .context("an answer without it")
        };
        let (id, link) = (text("id")?.to_owned(), text("link")?.parse()?);
        let _process = self.service.start()?;
        let mut opened = None;
        until("the question is there", async || {
            opened = self.wallet.open_request(&link, &NoSites).await.ok();
            Ok(opened.is_some())
        })
        .await?;
        let opened = opened.context("it was there")?;
        let choices = Choices::as_asked(opened.signed.request());
        let device = self.wallet.find_device(None)?;
        let (language, act) = (Language::En, Expression::CommandLine);
        self.wallet
            .grant(opened.consent, device, &choices, language, act)
            .await?;
        Ok((id, opened.consent))
    }

    /// Lives in which it should come to a state, if it had the time.
    async fn die_often(&mut self, id: &str, state: ConsentState) -> anyhow::Result<()> {
        let mut before = self.left(id)?;
        for _ in 0..LIVES {
            let process = self.service.start()?;
            if self.seeded.once_in(ANY_INSTANT_EVERY) {
                tokio::time::sleep(self.seeded.instant(LIFE)).await;
                process.kill()?;
            } else {
                let log = self.service.dir().join(WRITE_AHEAD_LOG);
                let writes = 1 + self.seeded.below(WRITES);
                let then = self.seeded.instant(A_MOMENT);
                let dies = move || process.kill_at_work(&log, writes, then, LIFE);
                tokio::task::spawn_blocking(dies).await??;
            }
            self.kills += 1;
            let left = self.left(id)?;
            if left != before {
                self.at_work += 1;
                self.halfway += u64::from(left.state != state || left.unsaid > 0);
            }
            before = left;
        }
        Ok(())
    }

    async fn comes_to(&mut self, id: &str, state: ConsentState) -> anyhow::Result<()> {
        let state = state.name();
        let process = self.service.start()?;
        let there = until("the service follows", async || {
            Ok(self.service.state(id).is_ok_and(|now| now == state))
        });
        there
            .await
            .with_context(|| format!("{state}: {:?}", self.service.consent(id)))?;
        process.kill()?;
        self.kills += 1;
        Ok(())
    }

    /// Every second since it was let in again is there once, and no gap is left.
    async fn reads_everything(&mut self, id: &str) -> anyhow::Result<()> {
        let process = self.service.start()?;
        let up_to_date = |consent: &Value| {
            let lane = consent.pointer("/lanes/0");
            let number = |name: &str| lane.and_then(|lane| lane.get(name)?.as_u64());
            number("gaps") == Some(0) && number("last_slot").is_some_and(|last| last + 3 >= now())
        };
        let there = until("the service has read everything", async || {
            Ok(self
                .service
                .consent(id)
                .is_ok_and(|consent| up_to_date(&consent)))
        });
        there
            .await
            .with_context(|| format!("{:?}", self.service.consent(id)))?;
        process.kill()?;
        self.kills += 1;
        let seconds = self.stored(id)?;
        self.readings += seconds.len();
        let mut once = seconds.clone();
        once.sort_unstable();
        once.dedup();
        ensure!(
            once.len() == seconds.len(),
            "{} readings twice",
            seconds.len() - once.len()
        );
        ensure!(!seconds.is_empty(), "it has no readings");
        Ok(())
    }

    /// Both sides know that it erased, and nothing is left on its disk.
    async fn erases(&mut self, id: &str, consent: ConsentId) -> anyhow::Result<()> {
        self.comes_to(id, ConsentState::Erased).await?;
        let _process = self.service.start()?;
        until("the owner hears of it", async || {
            self.wallet.sync().await?;
            Ok(self.wallet.consent(consent)?.purged.is_some())
        })
        .await?;
        ensure!(self.stored(id)?.is_empty(), "readings are left");
        Ok(())
    }

    /// What it has left of a consent.
    fn left(&self, id: &str) -> anyhow::Result<Left> {
        self.on_disk(|store| {
            let record = record(store, id)?;
            let secrets = store.secrets(&record.id)?;
            Ok(Left {
                state: record.state,
                secrets: secrets
                    .into_iter()
                    .map(|(_, body)| body.0.to_vec())
                    .collect(),
                unsaid: store.outgoing(u32::MAX)?.len(),
            })
        })
    }

    /// The times of all readings that it holds.
    fn stored(&self, id: &str) -> anyhow::Result<Vec<i64>> {
        self.on_disk(|store| {
            let record = record(store, id)?;
            let all = Span {
                from: 0,
                to: i64::MAX,
            };
            let batches = store.batches(&record.id, all, BatchPlace::START, u32::MAX)?;
            let mut times = Vec::new();
            for (_, batch) in &batches {
                if let (_, readings::Batch::Readings(rows)) = readings::codec::decode(&batch.body)?
                {
                    times.extend(rows.iter().map(measured));
                }
            }
            let keys = store.secrets(&record.id)?.len();
            if record.erased_at.is_some() {
                ensure!(keys <= 1, "{keys} secrets are left");
            }
            Ok(times)
        })
    }

    /// Looks into a copy of its disk, so that it finds its own as it left it.
    fn on_disk<T>(
        &self,
        look: impl FnOnce(&SqliteStore) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let copy = self.house.dir("copy-of-the-service");
        copy_dir(self.service.dir(), &copy);
        let store = SqliteStore::open(&copy.join("provider.sqlite"))?;
        let found = look(&store);
        drop(store);
        std::fs::remove_dir_all(&copy)?;
        found
    }
}

fn record(store: &SqliteStore, id: &str) -> anyhow::Result<ConsentRecord> {
    let records = store.consents()?;
    let record = records.into_iter().find(|record| record.id.as_str() == id);
    record.context("the service has forgotten the consent")
}
