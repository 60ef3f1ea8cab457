//! A connection ends in the middle, and pairing works the next time. Every state is tested without a radio
//! (`crates/pairing/tests`).

use anyhow::ensure;

use crate::house::House;
use crate::stack::Stack;
use crate::stranger::Stranger;

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
