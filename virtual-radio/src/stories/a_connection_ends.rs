//! A connection ends in the middle, and pairing works the next time. Every state is tested without a radio
//! (`crates/pairing/tests`).

use std::time::Duration;

use anyhow::ensure;

use crate::house::{House, says};
use crate::repeated::AnotherAdvertisement;
use crate::stack::{Stack, block_the_pi};
use crate::stranger::{Stranger, answer};

/// What bluetoothd agrees on with whoever can do as much (`ExchangeMTU` in its settings).
const LARGEST_MTU: u16 = 517;
/// How long `my-home pair` may take to say one thing.
const SOON: Duration = Duration::from_secs(90);

pub(super) async fn a_wallet_that_goes_away_after_its_claim_is_in_nobodys_way()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    let mtu = stranger.mtu();
    ensure!(mtu == LARGEST_MTU, "the MTU is {mtu}");
    stranger.claim(&code).await?;
    ensure!(house.pi.owner().await? == "claimed");
    let busy = stranger.is_refused(&code).await?;
    ensure!(
        busy.starts_with(
            "the device is being paired by another wallet at this moment; try again in "
        ),
        "{busy}"
    );
    stranger.leave().await;
    house.pi.owner_becomes("window-open").await?;
    house.phone.pairs(&code).await?;
    Ok(String::new())
}

/// Nobody ends the connection of a program that was killed: the next one finds it as it was left.
pub(super) async fn a_wallet_that_is_killed_at_any_step_pairs_the_next_time()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    for step in ["is nearby", "Calling", "It is the one of this code"] {
        let pairing = house.phone.begins_to_pair(&code)?;
        let repeated = AnotherAdvertisement::begin().await;
        pairing.says(step, 1, SOON).await?;
        drop((pairing, repeated));
        // Whoever stands before it opens its window again, whatever it was doing.
        house.pi.open_window().await?;
    }
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}

/// Its journal has the device, which has not heard of it: whenever the wallet runs again, it says what it had to say.
pub(super) async fn a_wallet_that_is_killed_before_it_told_the_device_is_its_owner_all_the_same()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let pairing = house.phone.begins_to_pair(&code)?;
    let repeated = AnotherAdvertisement::begin().await;
    pairing.says("It is the one of this code", 1, SOON).await?;
    house.node_is_paused(true)?;
    pairing.says("It takes you as its owner", 1, SOON).await?;
    // What it asks there, it asks when everything is written.
    house.pi.says("the owner is nearby and asks").await?;
    drop((pairing, repeated));
    house.node_is_paused(false)?;
    ensure!(house.pi.owner().await? == "pending");

    let said = house.phone.pair(&code).await?;
    says(&said, "This device is in this wallet already")?;
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}

pub(super) async fn a_pi_that_loses_its_power_in_any_state_pairs_when_it_is_back()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    for state in ["window-open", "claimed", "pending"] {
        house.pi.start().await?;
        house.pi.open_window().await?;
        house.pi.is_on_the_air().await?;
        let mut gone = None;
        if state != "window-open" {
            let mut stranger = Stranger::connect("hci2").await?;
            let (claim, challenge) = stranger.claim(&code).await?;
            if state == "pending" {
                stranger.send(&answer(&claim, &challenge)?).await?;
                stranger.hear().await?;
            }
            gone = Some(stranger);
        }
        let now = house.pi.owner().await?;
        ensure!(now == state, "its owner is {now}, not {state}");
        house.pi.cut_power();
        // Its radio goes with it. A virtual one tells nobody, where a real one is missed after a second.
        block_the_pi(true).await?;
        if let Some(stranger) = gone {
            stranger.leave().await;
        }
        block_the_pi(false).await?;
    }
    house.pi.start().await?;
    // Who answered is still waited for, and whoever pulled its plug may pair: no command is needed.
    house.pi.owner_becomes("window-open").await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}
