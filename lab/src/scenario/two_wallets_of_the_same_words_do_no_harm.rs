//! The words of a wallet on a second computer, while the first one goes on.

use std::sync::Arc;

use anyhow::ensure;
use consent::ConsentState;
use scenarios::{House, LIVE, Service, Shared};
use wallet::Wallet;

use super::story;
use crate::Lab;
use crate::figures::Figures;
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "Twenty-four words on a new machine give the same devices, consents, receipts and activity; and a second wallet of the same words beside the first, both deciding at the same time, does no harm: both end with the same view, the Pi does what was decided, and nobody reads what they may not.";

/// Decisions, by either wallet.
const DECISIONS: u64 = 120;
const SERVICES: [&str; 3] = ["Wattt Insights", "Netwerk Noord", "Buurtbatterij"];

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(two(lab))
}

async fn two(lab: Lab) -> anyhow::Result<Figures> {
    let mut seeded = Seeded::new(lab.seed);
    let mut house = House::new().await;
    let mut shared: Vec<(Arc<Service>, Shared)> = Vec::new();
    for name in SERVICES {
        let service = house.service(name);
        let consent = house.share(&service, &[LIVE]).await;
        shared.push((service, consent));
    }
    house.wallet().sync().await?;
    let first = house.wallet();
    let second = house.restore_wallet("second-computer");
    second.recover(|_, _| {}).await?;
    same_view(&first, &second)?;

    let decisions = lab.share_of(DECISIONS);
    let (mut together, mut refused) = (0, 0);
    for _ in 0..decisions {
        let pick = |seeded: &mut Seeded| {
            shared
                .get(seeded.below(3) as usize)
                .map(|(_, shared)| shared.consent)
        };
        let (Some(one), Some(other)) = (pick(&mut seeded), pick(&mut seeded)) else {
            continue;
        };
        let at_once = seeded.once_in(2);
        together += u64::from(at_once);
        let both = async {
            let a = turn(&first, one);
            let b = async {
                if at_once {
                    turn(&second, other).await
                } else {
                    true
                }
            };
            let (a, b) = both_of(a, b).await;
            u64::from(!a) + u64::from(!b)
        };
        refused += house.meanwhile(both).await;
        house.seconds(seeded.below(12)).await;
    }
    settle(&mut house, &first, &second).await?;
    same_view(&first, &second)?;
    ensure!(
        first.check_journal().await?.is_whole() && second.check_journal().await?.is_whole(),
        "the journal is not whole"
    );
    for (service, shared) in &shared {
        agree_on(&first, service, shared)?;
    }
    // Both stop everything, at the same time.
    for (_, shared) in &shared {
        let patience = std::time::Duration::from_secs(60);
        let (a, b) = (
            first.revoke(shared.consent, patience, |_| {}),
            second.revoke(shared.consent, patience, |_| {}),
        );
        let ended = house.meanwhile(both_of(a, b)).await;
        ensure!(
            ended.0.is_ok() || ended.1.is_ok(),
            "neither could stop it: {ended:?}"
        );
    }
    settle(&mut house, &first, &second).await?;
    same_view(&first, &second)?;
    for (service, shared) in &shared {
        ensure!(
            service.record(&shared.id).state == ConsentState::Revoked,
            "it reads on: {:?}",
            service.record(&shared.id)
        );
        ensure!(
            service.record(&shared.id).end_confirmed_at.is_some(),
            "the Pi never confirmed"
        );
    }
    Ok(Figures::default()
        .with("rounds_of_decisions", decisions)
        .with("of_which_both_at_the_same_time", together)
        .with("decisions_that_the_other_had_overtaken", refused)
        .with("lines_of_activity_the_same_in_both", first.activity().len()))
}

/// Pauses what runs, resumes what is paused; false if the other wallet was faster.
async fn turn(wallet: &Wallet, consent: consent::ConsentId) -> bool {
    let paused = wallet
        .consent(consent)
        .is_ok_and(|view| view.state == ConsentState::Paused);
    let done = match paused {
        true => wallet.resume(consent).await,
        false => wallet.pause(consent).await,
    };
    done.is_ok()
}

async fn settle(house: &mut House, first: &Wallet, second: &Wallet) -> anyhow::Result<()> {
    for _ in 0..4 {
        house.seconds(5).await;
        first.sync().await?;
        second.sync().await?;
    }
    Ok(())
}

fn same_view(first: &Wallet, second: &Wallet) -> anyhow::Result<()> {
    ensure!(
        first.devices() == second.devices(),
        "they know different devices"
    );
    ensure!(
        first.consents() == second.consents(),
        "they know different consents"
    );
    ensure!(
        first.activity() == second.activity(),
        "their activity differs"
    );
    Ok(())
}

fn agree_on(wallet: &Wallet, service: &Service, shared: &Shared) -> anyhow::Result<()> {
    let (here, there) = (
        wallet.consent(shared.consent)?.state,
        service.record(&shared.id).state,
    );
    ensure!(here == there, "the wallet says {here}, the service {there}");
    Ok(())
}

async fn both_of<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    tokio::join!(a, b)
}
