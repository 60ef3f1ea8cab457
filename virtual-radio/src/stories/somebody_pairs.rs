//! It goes as it should.

use std::time::{Duration, Instant};

use anyhow::ensure;
use pairing::bluetooth::{Condition, frame_len, local_name};

use crate::house::House;
use crate::stack::Stack;
use crate::stranger::{Stranger, around};

pub(super) async fn a_wallet_that_is_held_near_pairs_and_the_window_closes()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.pi.is_on_the_air().await?;

    let name = code.serial().map(local_name).unwrap_or_default();
    let nearby = house.phone.nearby().await?;
    ensure!(nearby == [name.clone()], "{name} is not alone: {nearby:?}");

    let start = Instant::now();
    let said = house.phone.pairs(&code).await?;
    let whole = start.elapsed().as_secs_f64();
    for line in ["is nearby", "It is the one of this code", "Done."] {
        ensure!(
            said.words.contains(line),
            "not said: {line}: {}",
            said.words
        );
    }
    house.pi.owner_becomes("paired").await?;
    house.pi.says("nothing is on the air any more").await?;
    let heard = around("hci2", Duration::from_secs(3)).await?;
    ensure!(heard.is_empty(), "an owned device advertises: {heard:?}");
    Ok(format!(" (my-home pair: {whole:.1} s)"))
}

pub(super) async fn it_pairs_again_after_it_let_go_of_its_owner() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    let refused = house.pi.open_window().await;
    ensure!(refused.is_err(), "the window of an owned device opened");

    house.pi.let_go_of_its_owner().await?;
    house.phone.forget_everything().await?;
    // A code that was photographed finds nobody while no window is open.
    let nearby = house.phone.nearby().await?;
    ensure!(nearby.is_empty(), "its window is closed: {nearby:?}");
    house.pi.open_window().await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}

pub(super) async fn frames_of_an_iphone_are_enough() -> anyhow::Result<String> {
    let _stack = Stack::start_with_mtu(185).await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let start = Instant::now();
    let mut stranger = Stranger::connect("hci2").await?;
    let connected = start.elapsed().as_secs_f64();
    let mtu = stranger.mtu();
    ensure!(mtu <= 185, "the MTU is {mtu}");
    ensure!(stranger.info().await?.condition == Condition::Listening);
    let start = Instant::now();
    let (claim, challenge) = stranger.claim(&code).await?;
    ensure!(challenge.len() > 7000, "no CHALLENGE: {challenge:?}");
    let frames = challenge.len().div_ceil(frame_len(mtu) - 3);
    let answered = start.elapsed().as_secs_f64();
    crate::stranger::answer(&claim, &challenge)?;
    stranger.leave().await;
    house.phone.pairs(&code).await?;
    Ok(format!(
        " (MTU {mtu}: found and connected {connected:.1} s, CHALLENGE of {frames} frames {answered:.1} s)"
    ))
}

pub(super) async fn without_bluetooth_it_pairs_over_the_tangle_and_says_so()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start_on("off").await?;
    let said = house.phone.pair(&code).await?;
    ensure!(said.succeeded, "{}", said.words);
    for line in ["was found nearby", "tried over the Tangle", "Done."] {
        ensure!(
            said.words.contains(line),
            "not said: {line}: {}",
            said.words
        );
    }
    house.pi.owner_becomes("paired").await?;
    Ok(String::new())
}
