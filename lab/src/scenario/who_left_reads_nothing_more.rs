//! Services that were left out, with every key they ever held and the whole archive.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use scenarios::hoard::Hoard;
use scenarios::{House, LIVE, Service, Shared, attack, copy_dir};

use super::story;
use crate::Lab;
use crate::figures::Figures;
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A service that was revoked, whose time is over or that is paused opens nothing from the stated slot on, and nobody opens anything from before their grant, although they kept every key, hold the whole archive and every rotation, and try each key on each block.";

/// How many services come and go.
const SERVICES: u64 = 30;
const SLOT: i64 = 10;
const NINETY_DAYS: u64 = 90 * 86_400;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(come_and_go(lab))
}

/// How a service is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Revoked,
    Expired,
    Paused,
}

/// A service that is gone, and when it could read.
struct Gone {
    hoard: PathBuf,
    from: i64,
    until: i64,
    /// When it was let in again.
    again: i64,
}

async fn come_and_go(lab: Lab) -> anyhow::Result<Figures> {
    let mut seeded = Seeded::new(lab.seed);
    let mut house = House::new().await;
    let stays = house.service("Netwerk Noord");
    let own = house.share(&stays, &[LIVE]).await;
    let services = lab.share_of(SERVICES).max(3);
    let mut gone = Vec::new();
    for n in 0..services {
        let leaving = [Leaving::Revoked, Leaving::Expired, Leaving::Paused];
        let leaving = leaving
            .get((n % 3) as usize)
            .copied()
            .context("three ways")?;
        gone.push(
            one(&mut house, &mut seeded, n, leaving)
                .await
                .with_context(|| format!("service {n}"))?,
        );
    }
    house.seconds(60).await;
    let seconds = stays.seconds(&own.id);
    let first = *seconds.first().context("nothing arrived")?;
    let every: Vec<u64> = (first..house.now() - house.now() % 10).collect();
    ensure!(seconds == every, "who stays misses something");

    let archive = house.ledger.published_by("pi");
    let (mut keys, mut opened, mut tries) = (0, 0, 0);
    for (n, gone) in gone.iter().enumerate() {
        let hoard = Hoard::open(&gone.hoard)?;
        let held = attack::keys(&hoard, house.now()).len();
        (keys, tries) = (keys + held, tries + held * archive.len());
        let slots = attack::try_everything(&hoard, &archive, house.now());
        let starts: Vec<i64> = slots
            .iter()
            .filter(|block| block.plain.kind() != 2)
            .map(|block| block.plain.slot().cast_signed() * SLOT)
            .collect();
        ensure!(
            starts.iter().any(|at| (gone.from..gone.until).contains(at)),
            "service {n}: its keys never opened anything, which proves nothing"
        );
        let wrong = |at: &&i64| **at < gone.from || (gone.until..gone.again).contains(*at);
        ensure!(
            starts.iter().find(wrong).is_none(),
            "service {n} opens {:?}, and might read from {} to {}",
            starts.iter().find(wrong),
            gone.from,
            gone.until
        );
        let ledger = house.ledger.handle("hoarder");
        let loot = hoard.open_all(&*ledger, house.now()).await?;
        ensure!(
            loot.before(gone.from) == 0,
            "service {n} reads what was before its grant"
        );
        ensure!(
            loot.from(gone.until) == loot.from(gone.again),
            "service {n} reads {:?}",
            loot.last()
        );
        opened += slots.len();
    }
    Ok(Figures::default()
        .with("services_that_left", services)
        .with("rotations_and_blocks_in_the_archive", archive.len())
        .with("keys_kept", keys)
        .with("keys_tried_on_blocks", tries)
        .with("blocks_opened_within_their_time", opened)
        .with("blocks_opened_outside_it", 0))
}

/// A service comes, its keys are copied, and it is left out.
async fn one(
    house: &mut House,
    seeded: &mut Seeded,
    n: u64,
    leaving: Leaving,
) -> anyhow::Result<Gone> {
    let service = house.service(&format!("Service {n}"));
    house.seconds(seeded.below(20)).await;
    let time = match leaving {
        Leaving::Expired => 60 + seeded.below(30),
        Leaving::Revoked | Leaving::Paused => NINETY_DAYS,
    };
    let until = house.now() + time;
    let asked_at = house.now().cast_signed();
    let shared = house.share_until(&service, &[LIVE], until).await;
    house.seconds(15 + seeded.below(10)).await;
    let hoard = house.dir.path().join(format!("hoard-{n}"));
    copy_dir(service.dir(), &hoard);
    // The slot that is under way turns keys at once with those who leave in it: it has to end first, or the copied keys would
    // open nothing in any case.
    house.next_slot().await;
    let (ends, again) = leave(house, &service, &shared, leaving, until).await?;
    house.silence(&service);
    // The grant opens the slot after the one in which it was made.
    let from = asked_at - asked_at % SLOT + SLOT;
    Ok(Gone {
        hoard,
        from,
        until: ends,
        again,
    })
}

/// From when on it reads nothing, and until when.
async fn leave(
    house: &mut House,
    service: &Arc<Service>,
    shared: &Shared,
    leaving: Leaving,
    until: u64,
) -> anyhow::Result<(i64, i64)> {
    match leaving {
        Leaving::Revoked => {
            ensure!(
                house.revoke(shared).await.complete,
                "the end was not confirmed"
            );
        }
        Leaving::Expired => {
            house
                .seconds((until + 20).saturating_sub(house.now()))
                .await
        }
        Leaving::Paused => {
            let wallet = house.wallet();
            house.meanwhile(wallet.pause(shared.consent)).await?;
            house.seconds(32).await;
            house.meanwhile(wallet.sync()).await?;
            let paused = wallet.consent(shared.consent)?.last_readable();
            let paused = paused.context("no slot was stated")?.cast_signed();
            let resumed = house.now().cast_signed() / SLOT * SLOT;
            house.meanwhile(wallet.resume(shared.consent)).await?;
            house.seconds(30).await;
            return Ok((paused, resumed));
        }
    }
    let stated = service.record(&shared.id).last_readable;
    Ok((stated.context("no slot was stated")?, i64::MAX))
}
