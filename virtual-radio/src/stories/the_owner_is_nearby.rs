//! A Pi without screen, keyboard or network, and its owner beside it.

use std::time::Duration;

use anyhow::ensure;
use pairing::bluetooth::{Condition, OWNERS_NAME};
use pairing::near::{NearCall, NearKey};

use crate::house::{House, NODE, says};
use crate::stack::Stack;
use crate::stranger::{Stranger, around};

pub(super) async fn a_pi_without_a_network_is_paired_and_given_its_node() -> anyhow::Result<String>
{
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start_without_network().await?;
    let said = house.phone.pairs(&code).await?;
    says(&said, "does not reach its node yet")?;
    house.pi.owner_becomes("paired").await?;

    let said = house.phone.beside(&["near", "--node", NODE]).await?;
    says(&said, "It reaches its node")?;
    says(&said, "The house")?;
    house.pi.says("the node serves the network").await?;
    // It has a node now, and is needed no more.
    house.pi.says("nothing is on the air any more").await?;

    house.pi.cut_power();
    house.pi.start_without_network().await?;
    house.pi.says("the owner chose the node").await?;
    house.pi.says("the node serves the network").await?;
    Ok(String::new())
}

pub(super) async fn the_owner_calls_after_a_start_and_nobody_else_is_answered()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.phone.pairs(&code).await?;
    house.pi.owner_becomes("paired").await?;
    house.pi.says("nothing is on the air any more").await?;

    house.pi.cut_power();
    house.pi.start().await?;
    house.pi.is_on_the_air().await?;
    let heard = around("hci2", Duration::from_secs(3)).await?;
    let names: Vec<&str> = heard.iter().map(|device| device.name.as_str()).collect();
    ensure!(names == [OWNERS_NAME], "it says who it is: {names:?}");
    ensure!(
        house.phone.nearby().await?.is_empty(),
        "it seems to want to pair"
    );

    let mut stranger = Stranger::connect("hci2").await?;
    let info = stranger.info().await?;
    ensure!(info.condition == Condition::Near && info.serial.0 == [0; 4]);
    let guess = NearKey::new(&[1; 32], &[2; 32]);
    let call = NearCall::start(&guess, &mut data_dir::random::generator())?;
    stranger.send(call.message()).await?;
    stranger.hears_nothing().await?;
    // Who has the code is told why it is worth nothing.
    let paired = stranger.is_refused(&code).await?;
    ensure!(
        paired.starts_with("the device is paired already"),
        "{paired}"
    );
    stranger.leave().await;

    house.pi.listens_to_its_owner().await?;
    let said = house.phone.beside(&["near", "--seconds", "3"]).await?;
    says(&said, "It reaches its node")?;
    ensure!(
        said.words.matches("The house").count() == 3,
        "not every second: {}",
        said.words
    );
    let said = house.phone.beside(&["wifi"]).await?;
    ensure!(!said.succeeded, "there is no Wi-Fi in the machine");
    says(&said, "NetworkManager does not run on it")?;
    Ok(String::new())
}
