//! `my-home` is killed in the middle of saying yes, pausing, stopping, and asking to erase.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use consent::ConsentState;
use provider_service::consents::Id;
use scenarios::{LIVE, Service, wish};
use serde_json::Value;

use super::{in_houses, in_real_time};
use crate::Lab;
use crate::figures::Figures;
use crate::real::{MyHome, RealHouse, now, until};
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A wallet that is killed at random instants while it says yes, pauses, resumes, stops and asks to erase finishes what it began when it is started again: each decision takes effect once, wallet, Pi and service agree on it, and the journal stays whole.";

/// How often the wallet is killed.
const KILLS: u64 = 1_000;
/// Kills of one command at most, before it is let be.
const KILLS_A_COMMAND: u64 = 12;
/// What the owner decides about each consent, as the activity calls it.
const DECISIONS: [&str; 5] = [
    "authorised",
    "paused",
    "resumed",
    "stopped",
    "erasure-requested",
];

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    in_houses(lab, KILLS, |lab, kills| in_real_time(kill_it(lab, kills)))
}

async fn kill_it(lab: Lab, kills: u64) -> anyhow::Result<Figures> {
    let mut story = Story::begin(lab.seed).await?;
    while story.kills < kills {
        story
            .one_consent()
            .await
            .with_context(|| format!("consent {}", story.consents))?;
    }
    story.judge().await
}

struct Story {
    house: RealHouse,
    home: MyHome,
    service: Arc<Service>,
    seeded: Seeded,
    kills: u64,
    /// Commands whose decision a killed one had taken, and not all of which it had done.
    half_done: u64,
    consents: u64,
    _pi: crate::real::Process,
    _reads: tokio::task::JoinHandle<()>,
}

impl Story {
    async fn begin(seed: u64) -> anyhow::Result<Self> {
        let house = RealHouse::new(seed)?;
        let mut home = MyHome::new(&house.dir("my-home"), house.url())?;
        let code = house.pairing_code()?;
        let pi = house.start_pi()?;
        home.ask(&["pair", &code, "--name", "Meterkast"])?;
        let service = Arc::new(house.service("Wattt Insights")?);
        let reader = Arc::clone(&service);
        let reads = tokio::spawn(async move {
            loop {
                reader.catch_up(now()).await;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        // What pairing took is no measure for the other commands.
        home.longest = Duration::ZERO;
        home.ask(&["devices"])?;
        Ok(Self {
            house,
            home,
            service,
            seeded: Seeded::new(seed),
            kills: 0,
            half_done: 0,
            consents: 0,
            _pi: pi,
            _reads: reads,
        })
    }

    /// From the question to the erasure, each step killed several times and then finished.
    async fn one_consent(&mut self) -> anyhow::Result<()> {
        let (id, link) = self.service.ask(wish(&[LIVE]), now()).await;
        let (link, name) = (link.to_string(), id.as_str().to_owned());
        self.until_it_is_done(&["open", &link, "--no-site-check"])
            .await?;
        self.until_it_is_done(&["grant", &name]).await?;
        self.comes_to(&id, ConsentState::Active).await?;
        self.until_it_is_done(&["pause", &name]).await?;
        self.comes_to(&id, ConsentState::Paused).await?;
        self.until_it_is_done(&["resume", &name]).await?;
        self.comes_to(&id, ConsentState::Active).await?;
        self.until_it_is_done(&["revoke", &name, "--wait", "5"])
            .await?;
        self.comes_to(&id, ConsentState::Revoked).await?;
        self.until_it_is_done(&["ask-erasure", &name, "--wait", "5"])
            .await?;
        self.comes_to(&id, ConsentState::Erased).await?;
        self.consents += 1;
        Ok(())
    }

    /// Kills a command at random instants, and lets it be in the end. A predecessor may have done its work before it was killed;
    /// then the last one only has to send what waits.
    async fn until_it_is_done(&mut self, words: &[&str]) -> anyhow::Result<()> {
        let times = 1 + self.seeded.below(KILLS_A_COMMAND);
        for _ in 0..times {
            let instant = self.seeded.instant(self.home.longest);
            self.kills += u64::from(self.home.killed(words, instant)?);
            tokio::task::yield_now().await;
        }
        if let Err(error) = self.home.ask(words) {
            let sentence = error.to_string();
            let was_done = sentence.contains("\"consent\"") || sentence.contains("\"request\"");
            ensure!(was_done, "{sentence}");
            self.half_done += 1;
            self.home.ask(&["sync"])?;
        }
        Ok(())
    }

    async fn comes_to(&mut self, id: &Id, state: ConsentState) -> anyhow::Result<()> {
        let service = Arc::clone(&self.service);
        let there = until("the service follows", async || {
            Ok(service.record(id).state == state)
        });
        there
            .await
            .with_context(|| format!("{state}: {:?}", self.service.record(id)))
    }

    async fn judge(&mut self) -> anyhow::Result<Figures> {
        self.home.ask(&["sync"])?;
        let activity = self.home.ask(&["activity"])?;
        ensure!(
            activity.get("whole").and_then(Value::as_bool) == Some(true),
            "the journal is not whole: {:?}",
            activity.get("checked")
        );
        let decided = decisions(&activity);
        let other = decided.values().filter(|times| **times != 1).count();
        let missing = (DECISIONS.len() as u64 * self.consents).saturating_sub(decided.len() as u64);
        ensure!(
            (other, missing) == (0, 0),
            "{other} decisions were taken more than once, {missing} not at all"
        );
        self.everything_is_erased()?;
        ensure!(
            self.half_done > 0,
            "no kill left anything half done, so this shows little"
        );
        let ledger = self.house.whole_ledger()?;
        let contradictions = ledger.contradictions();
        ensure!(
            contradictions == 0,
            "{contradictions} places hold two different blocks"
        );
        Ok(Figures::default()
            .with("kills", self.kills)
            .with("decisions_that_a_kill_left_half_done", self.half_done)
            .with("consents_from_question_to_erasure", self.consents)
            .with("decisions", decided.len())
            .with("decisions_taken_twice_or_lost", other as u64 + missing)
            .with("places_with_two_different_blocks", contradictions)
            .with("blocks_sent_again_with_the_same_bytes", ledger.copies()))
    }

    /// The wallet, too, knows of each consent that it came to its end.
    fn everything_is_erased(&mut self) -> anyhow::Result<()> {
        let consents = self.home.ask(&["consents"])?;
        let consents = consents.get("consents").and_then(Value::as_array);
        let consents = consents.context("no consents")?;
        ensure!(
            consents.len() as u64 == self.consents,
            "{} consents of {}",
            consents.len(),
            self.consents
        );
        for consent in consents {
            let state = consent.get("state").and_then(Value::as_str);
            ensure!(state == Some("erased"), "{consent}");
        }
        Ok(())
    }
}

/// How often each decision was taken about each consent.
fn decisions(activity: &Value) -> BTreeMap<(&str, &str), u64> {
    let lines = activity.get("activity").and_then(Value::as_array);
    let mut decided = BTreeMap::new();
    for line in lines.into_iter().flatten() {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let (Some(fact), Some(consent)) = (text("fact"), text("consent")) else {
            continue;
        };
        if DECISIONS.contains(&fact) {
            *decided.entry((consent, fact)).or_default() += 1;
        }
    }
    decided
}
