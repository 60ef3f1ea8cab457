//! The power goes, in every state and on each side, and pairing works the next time.

use anyhow::ensure;
use std::time::Duration;

use crate::house::House;
use crate::stack::Stack;
use crate::stranger::{Stranger, answer, claim};

pub(super) async fn the_pi_loses_power_in_every_state() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;

    // While half a claim has come.
    house.pi.start().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    let frames = stranger.frames(claim(&code)?.message())?;
    if let Some(first) = frames.first() {
        stranger.write(first).await?;
    }
    house.pi.cut_power();
    stranger.leave().await;
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "none", "a window survived");

    // While it waits for the answer to its challenge.
    house.pi.open_window().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    stranger.claim(&code).await?;
    ensure!(house.pi.owner().await? == "claimed");
    house.pi.cut_power();
    stranger.leave().await;
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "none", "a session survived");

    // When it has taken an owner who has not added it yet.
    house.pi.open_window().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    let (claim, challenge) = stranger.claim(&code).await?;
    stranger.send(&answer(&claim, &challenge)?).await?;
    house.pi.owner_becomes("pending").await?;
    house.pi.cut_power();
    stranger.leave().await;
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "pending", "it forgot its owner");

    // The person opens the window again, and it pairs; and that survives too.
    house.pi.open_window().await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    house.pi.cut_power();
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "paired", "it forgot its owner");
    Ok(String::new())
}

pub(super) async fn the_phone_loses_power_in_every_state() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.pi.is_on_the_air().await?;
    // Killed when it has just begun, and then when it was recognised: bluetoothd keeps the connection of a program that died,
    // and the next program talks on the same one.
    for moment in ["is nearby", "It is the one of this code"] {
        let wallet = house.phone.begin_to_pair(&code)?;
        wallet.says(moment, 1, Duration::from_secs(60)).await?;
        drop(wallet);
        house.pi.owner_becomes("window-open").await?;
    }
    // The device has taken it when it dies: the person opens the window again.
    let wallet = house.phone.begin_to_pair(&code)?;
    wallet
        .says("It takes you as its owner", 1, Duration::from_secs(60))
        .await?;
    drop(wallet);
    let owner = house.pi.owner().await?;
    if owner == "pending" {
        house.pi.open_window().await?;
        house.phone.pairs(&code).await?;
    }
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}
