//! Strangers and a current reader put junk and forgeries under the tags of live slots, before the Pi writes there.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use scenarios::attack::forge;
use scenarios::hoard::{HandKey, Hoard, LaneSecrets, Plain};
use scenarios::{LIVE, copy_dir};
use serde_json::Value;
use tangle::{Tag, Tangle};
use wallet::{NoSites, Wallet};

use super::in_real_time;
use crate::Lab;
use crate::figures::Figures;
use crate::real::{Process, RealHouse, SLOT, ServiceProgram, now, until};
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "With 100,000 junk blocks under live tags and 10,000 that a current reader forged, all of them before the honest block, every honest reading arrives at the other readers, soon, and the memory of node, Pi and service stays bounded.";

/// Random bytes under a live tag.
const JUNK: u64 = 100_000;
/// Blocks that open with the keys of the lane, and were not signed by the Pi.
const FORGED: u64 = 10_000;
/// Slots that are crowded, one after another.
const SLOTS: u64 = 50;
/// Blocks on their way to the node at a time.
const AT_A_TIME: usize = 32;
/// Seconds that a crowd gets to gather in any case.
const AHEAD: u64 = 4;
/// How late a crowded slot may be read, on a machine that does everything at once.
const LATEST: f64 = 20.0;
/// What each program may hold at most: what it needs without a crowd, and some pages of it. The crowd itself is 450 MB.
const SERVICE_MB: f64 = 200.0;
const PI_MB: f64 = 200.0;
const NODE_MB: f64 = 250.0;
const BLOCK: usize = 4_096;
const SIGNATURE: usize = 2_420;
/// Parts of a slot for which `LaneSecrets` gives keys.
const PARTS: usize = 4;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    in_real_time(flood(lab))
}

async fn flood(lab: Lab) -> anyhow::Result<Figures> {
    let house = RealHouse::new(lab.seed)?;
    let wallet = house.owner().await?;
    let pi = house.start_pi()?;
    let insider = house.service("Netwerk Noord")?;
    house.share(&wallet, &insider, &[LIVE]).await?;
    let victim = ServiceProgram::new(&house.dir("victim"), house.url())?;
    let process = victim.started().await?;
    let id = share(&wallet, &victim).await?;
    let calm = process.peak_memory_mb();

    let crowd = Crowd::of(&house, insider.dir(), lab.seed).await?;
    let slots = lab.share_of(SLOTS);
    let (junk, forged) = (lab.share_of(JUNK) / slots, lab.share_of(FORGED) / slots);
    let (mut latest, mut put, mut lead, mut crowded) = (0.0_f64, 0, AHEAD, 0);
    for _ in 0..2 * slots {
        let slot = now() / SLOT + lead;
        let start = Instant::now();
        put += crowd.gather(&*house.tangle()?, slot, junk, forged).await?;
        lead = start.elapsed().as_secs() * 5 / 4 + AHEAD;
        // A machine that was busy with something else gathers a crowd too late; then it is no crowd.
        crowded += u64::from(now() / SLOT <= slot);
        latest = latest.max(lateness(&victim, &id, slot).await?);
        if crowded == slots {
            break;
        }
    }
    ensure!(
        crowded == slots,
        "only {crowded} slots were crowded in time"
    );
    let there = up_to_date(&victim, &id).await;
    there.with_context(|| format!("{:?}", victim.consent(&id)))?;
    ensure!(
        latest <= LATEST,
        "a crowded slot was read {latest:.1} s after it ended"
    );
    let memory = bounded("the service", &process, SERVICE_MB)?;
    let memory_of_pi = bounded("the Pi", &pi, PI_MB)?;
    let memory_of_node = bounded("the node", &house.node, NODE_MB)?;
    Ok(Figures::default()
        .with("junk_blocks", junk * slots)
        .with("forged_blocks", forged * slots)
        .with("blocks_put_there", put)
        .with("crowded_slots", crowded)
        .with("blocks_before_the_honest_one", junk + forged)
        .with("gaps_left", 0)
        .with_tenths("latest_reading_after_its_slot_s", latest)
        .with("memory_of_the_service_before_mb", calm.round())
        .with("memory_of_the_service_at_most_mb", memory.round())
        .with("memory_of_the_pi_at_most_mb", memory_of_pi.round())
        .with("memory_of_the_node_at_most_mb", memory_of_node.round()))
}

/// The most that a program has held, in MB; it runs, and that is not too much.
fn bounded(name: &str, process: &Process, most: f64) -> anyhow::Result<f64> {
    let memory = process.peak_memory_mb();
    ensure!(memory > 0.0, "{name} does not run any more");
    ensure!(memory <= most, "{name} held {memory:.0} MB");
    Ok(memory)
}

async fn share(wallet: &Wallet, victim: &ServiceProgram) -> anyhow::Result<String> {
    let asked = victim.ask(&[LIVE]).await?;
    let text = |name: &str| {
        asked
            .get(name)
            .and_then(Value::as_str)
            .context("an answer without it")
    };
    let (id, link) = (text("id")?.to_owned(), text("link")?.parse()?);
    let mut opened = None;
    until("the question is there", async || {
        opened = wallet.open_request(&link, &NoSites).await.ok();
        Ok(opened.is_some())
    })
    .await?;
    let opened = opened.context("it was there")?;
    let choices = consent::Choices::as_asked(opened.signed.request());
    let device = wallet.find_device(None)?;
    let (language, act) = (consent::Language::En, consent::Expression::CommandLine);
    wallet
        .grant(opened.consent, device, &choices, language, act)
        .await?;
    until("the service reads", async || {
        Ok(victim.state(&id)? == "active")
    })
    .await?;
    Ok(id)
}

/// Seconds from the end of a slot until the service has read it and misses nothing before it.
async fn lateness(victim: &ServiceProgram, id: &str, slot: u64) -> anyhow::Result<f64> {
    let mut late = 0.0;
    let read = until("the crowded slot is read", async || {
        let consent = victim.consent(id)?;
        let number = |name: &str| consent.pointer("/lanes/0")?.get(name)?.as_u64();
        late = now_precisely() - ((slot + 1) * SLOT) as f64;
        Ok(number("gaps") == Some(0) && number("last_slot").is_some_and(|last| last >= slot))
    });
    read.await
        .with_context(|| format!("slot {slot}: {:?}", victim.consent(id)))?;
    Ok(late)
}

async fn up_to_date(victim: &ServiceProgram, id: &str) -> anyhow::Result<()> {
    until("the service is up to date", async || {
        let consent = victim.consent(id)?;
        let number = |name: &str| consent.pointer("/lanes/0")?.get(name)?.as_u64();
        let fresh = number("last_slot").is_some_and(|last| last * SLOT + 5 >= now());
        Ok(fresh && number("gaps") == Some(0) && number("forks") == Some(0))
    })
    .await
}

fn now_precisely() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

/// Somebody who may read the lane, and puts things where the Pi will write.
struct Crowd {
    secrets: LaneSecrets,
    honest: Plain,
    seed: u64,
}

impl Crowd {
    async fn of(house: &RealHouse, insider: &std::path::Path, seed: u64) -> anyhow::Result<Self> {
        let stolen = house.dir("stolen");
        copy_dir(insider, &stolen);
        let hoard = Hoard::open(&stolen)?;
        let reader = hoard.consents.iter().flat_map(|held| &held.readers).next();
        let secrets = LaneSecrets::of(reader.context("the insider holds no keys")?)?;
        let secrets = secrets
            .into_iter()
            .next_back()
            .context("the reader has no epoch")?;
        let mut honest = None;
        until("the insider can read something", async || {
            let ledger = house.whole_ledger()?;
            let keys = secrets.keys_until(now());
            honest = keys.iter().find_map(|key| ledger.opened_by(key));
            Ok(honest.is_some())
        })
        .await?;
        Ok(Self {
            secrets,
            honest: honest.context("it was there")?,
            seed,
        })
    }

    /// Fills the tag of a slot that is to come; says with how many blocks.
    async fn gather(
        &self,
        tangle: &dyn Tangle,
        slot: u64,
        junk: u64,
        forged: u64,
    ) -> anyhow::Result<usize> {
        let keys = self.secrets.keys_until((slot + 1) * SLOT);
        let place = usize::try_from(slot - self.secrets.slot)?;
        let key = keys
            .get(PARTS * (place + 1))
            .context("the slot is before the grant")?;
        let tag = Tag(key.tag.into());
        let mut seeded = Seeded::new(self.seed ^ slot);
        let ten_to_one = junk / forged.max(1);
        let blocks = (0..junk + forged).map(|n| match n % (ten_to_one + 1) {
            0 => self.forgery(key, slot, n),
            _ => Ok(seeded.bytes(BLOCK)),
        });
        let blocks = blocks.collect::<anyhow::Result<Vec<_>>>()?;
        let sent = futures::stream::iter(&blocks)
            .map(|block| tangle.publish(tag, block))
            .buffer_unordered(AT_A_TIME);
        let sent: Vec<_> = sent.collect().await;
        let sent: Result<Vec<_>, _> = sent.into_iter().collect();
        Ok(sent?.len())
    }

    /// Opens like a block of the Pi; only its signature is made up.
    fn forgery(&self, key: &HandKey, slot: u64, n: u64) -> anyhow::Result<Vec<u8>> {
        let ahead = slot - self.honest.slot();
        let body = n.to_le_bytes();
        let plain = forge(&self.honest, &body, &[0x5A; SIGNATURE], ahead);
        let mut nonce = [7; 24];
        nonce.iter_mut().zip(body).for_each(|(to, from)| *to = from);
        key.seal(&plain, nonce).context("it cannot be sealed")
    }
}
