//! Somebody without the code, somebody with an old one, and somebody who writes nonsense.

use std::time::{Duration, Instant};

use anyhow::ensure;
use pairing::WINDOW;

use crate::house::House;
use crate::stack::Stack;
use crate::stranger::{Stranger, claim, wrong_code};

pub(super) async fn a_wrong_secret_meets_silence_and_the_fifth_locks_across_a_restart()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    for _ in 0..4 {
        stranger.send(claim(&wrong_code(&code))?.message()).await?;
    }
    stranger.hears_nothing().await?;
    ensure!(house.pi.owner().await? == "window-open");
    stranger.send(claim(&wrong_code(&code))?.message()).await?;
    house.pi.owner_becomes("locked").await?;
    // Also to who has the right one.
    let locked = stranger.is_refused(&code).await?;
    ensure!(
        locked.starts_with("too many failed attempts; the device is locked for "),
        "{locked}"
    );
    stranger.leave().await;
    house.pi.cut_power();
    house.pi.start().await?;
    house.pi.owner_becomes("locked").await?;

    // A new code opens it at once.
    let new = house.pi.new_secret().await?;
    house.phone.pairs(&new).await?;
    Ok(String::new())
}

pub(super) async fn what_is_no_message_harms_nobody() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    // No frame at all.
    for frame in [&[][..], &[1], &[1, 2, 3]] {
        ensure!(stranger.write(frame).await.is_err(), "{frame:?} was taken");
    }
    // A message without an end: 16 KiB are taken, and not a byte more.
    let mut refused = None;
    for index in 0..60_u16 {
        let frame = [&[1], index.to_le_bytes().as_slice(), &[7; 400]].concat();
        if stranger.write(&frame).await.is_err() {
            refused = Some(index);
            break;
        }
    }
    ensure!(refused == Some(40), "refused at frame {refused:?}");
    // A message whose beginning is missing, and behind it a claim whose frames come twice and backwards.
    let numbers_that_were_used = [stranger.frames(&[0])?, stranger.frames(&[0])?];
    drop(numbers_that_were_used);
    for frame in stranger.frames(&[9; 3000])?.iter().skip(1) {
        stranger.write(frame).await?;
    }
    let honest = claim(&code)?;
    for frame in stranger.frames(honest.message())?.iter().rev() {
        stranger.write(frame).await?;
        stranger.write(frame).await?;
    }
    let challenge = stranger.hear().await?;
    ensure!(challenge.len() > 7000, "no CHALLENGE: {challenge:?}");
    stranger.leave().await;
    house.phone.pairs(&code).await?;
    Ok(String::new())
}

/// It has the Pi's only connection as long as it stays.
pub(super) async fn a_central_that_says_nothing_is_sent_away_and_a_wallet_pairs()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let start = Instant::now();
    let mut stranger = Stranger::connect("hci2").await?;
    stranger.info().await?;
    house.pi.says("said nothing was sent away").await?;
    let stayed = start.elapsed().as_secs_f64();
    stranger.leave().await;
    house.phone.pairs(&code).await?;
    Ok(format!(" (it stayed for {stayed:.1} s)"))
}

/// A start without an owner opens it, and nobody comes. Who photographed the sticker comes later.
pub(super) async fn a_window_that_nobody_came_to_closes_by_itself() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.pi.is_on_the_air().await?;
    let opened = Instant::now();
    tokio::time::sleep(Duration::from_secs(WINDOW - 30)).await;
    ensure!(house.pi.owner().await? == "window-open", "it closed early");
    house.pi.owner_becomes("none").await?;
    let open = opened.elapsed().as_secs_f64();
    house.pi.says("nothing is on the air any more").await?;
    let nearby = house.phone.nearby().await?;
    ensure!(nearby.is_empty(), "its window is closed: {nearby:?}");
    house.pi.open_window().await?;
    house.phone.pairs(&code).await?;
    Ok(format!(" (it was open for {open:.0} s)"))
}
