//! `provider-service` is killed while keys are granted, while access ends, and while it erases.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use consent::{Choices, ConsentId, Expression, Language};
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
        consents: 0,
        readings: 0,
    };
    while story.kills < kills {
        story
            .one_consent()
            .await
            .with_context(|| format!("consent {}", story.consents))?;
    }
    let ledger = story.house.whole_ledger()?;
    ensure!(
        ledger.contradictions() == 0,
        "{} places hold two different blocks",
        ledger.contradictions()
    );
    Ok(Figures::default()
        .with("kills", story.kills)
        .with("consents_from_question_to_erasure", story.consents)
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
    consents: u64,
    readings: usize,
}

impl Story {
    async fn one_consent(&mut self) -> anyhow::Result<()> {
        let (id, consent) = self.say_yes().await?;
        self.die_often().await?;
        self.comes_to(&id, "active").await?;
        self.die_often().await?;
        self.wallet.pause(consent).await?;
        self.die_often().await?;
        self.comes_to(&id, "paused").await?;
        self.wallet.resume(consent).await?;
        self.die_often().await?;
        self.comes_to(&id, "active").await?;
        // At least one slot more, so that the check below has something to look at.
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.die_often().await?;
        self.reads_everything(&id).await?;
        self.wallet.revoke(consent, Duration::ZERO, |_| {}).await?;
        self.die_often().await?;
        self.comes_to(&id, "revoked").await?;
        self.wallet
            .ask_erasure(consent, Duration::ZERO, |_| {})
            .await?;
        self.die_often().await?;
        self.erases(&id, consent).await?;
        self.consents += 1;
        Ok(())
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

    async fn die_often(&mut self) -> anyhow::Result<()> {
        for _ in 0..LIVES {
            let process = self.service.start()?;
            tokio::time::sleep(self.seeded.instant(LIFE)).await;
            process.kill()?;
            self.kills += 1;
        }
        Ok(())
    }

    async fn comes_to(&mut self, id: &str, state: &str) -> anyhow::Result<()> {
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
        self.comes_to(id, "erased").await?;
        let _process = self.service.start()?;
        until("the owner hears of it", async || {
            self.wallet.sync().await?;
            Ok(self.wallet.consent(consent)?.purged.is_some())
        })
        .await?;
        ensure!(self.stored(id)?.is_empty(), "readings are left");
        Ok(())
    }

    /// The times of all readings that it holds, from a copy of its disk.
    fn stored(&self, id: &str) -> anyhow::Result<Vec<i64>> {
        let copy = self.house.dir("copy-of-the-service");
        copy_dir(self.service.dir(), &copy);
        let store = SqliteStore::open(&copy.join("provider.sqlite"))?;
        let records = store.consents()?;
        let record = records.iter().find(|record| record.id.as_str() == id);
        let record = record.context("the service has forgotten the consent")?;
        let all = Span {
            from: 0,
            to: i64::MAX,
        };
        let batches = store.batches(&record.id, all, BatchPlace::START, u32::MAX)?;
        let mut times = Vec::new();
        for (_, batch) in &batches {
            if let (_, readings::Batch::Readings(rows)) = readings::codec::decode(&batch.body)? {
                times.extend(rows.iter().map(measured));
            }
        }
        let keys = store.secrets(&record.id)?.len();
        if record.erased_at.is_some() {
            ensure!(keys <= 1, "{keys} secrets are left");
        }
        drop(store);
        std::fs::remove_dir_all(&copy)?;
        Ok(times)
    }
}
