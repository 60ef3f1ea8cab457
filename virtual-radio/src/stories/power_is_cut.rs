//! The power goes, and pairing works the next time. What happens in every state is tested without a radio
//! (`crates/pairing/tests`); here it is whole programs that die.

use anyhow::ensure;

use crate::house::House;
use crate::stack::Stack;
use crate::stranger::Stranger;

pub(super) async fn the_pi_loses_power_and_knows_what_it_must() -> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;

    // While it listens.
    house.pi.start().await?;
    house.pi.is_on_the_air().await?;
    house.pi.cut_power();
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "none", "a window survived");

    // The person opens the window again, and it pairs; and that survives too.
    house.pi.open_window().await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    house.pi.cut_power();
    house.pi.start().await?;
    ensure!(house.pi.owner().await? == "paired", "it forgot its owner");
    Ok(String::new())
}

pub(super) async fn a_wallet_that_goes_away_after_its_claim_is_in_nobodys_way()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    let mut stranger = Stranger::connect("hci2").await?;
    stranger.claim(&code).await?;
    ensure!(house.pi.owner().await? == "claimed");
    stranger.leave().await;
    house.pi.owner_becomes("window-open").await?;
    house.phone.pairs(&code).await?;
    Ok(String::new())
}
