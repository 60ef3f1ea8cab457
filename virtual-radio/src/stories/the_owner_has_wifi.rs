//! A Pi whose only way to its node is the Wi-Fi of its owner, with a real NetworkManager and a router.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::house::{House, Said, says};
use crate::stack::Stack;
use crate::wifi::{GUESTS, HOME, NEW, NODE, NetworkManager, PASSWORD, Router};

const WRONG: &str = "wrong horse battery";
/// How long NetworkManager may take to go back to a network that it knows.
const BACK: Duration = Duration::from_secs(90);

pub(super) async fn a_pi_without_a_network_is_put_on_the_wifi_of_its_owner()
-> anyhow::Result<String> {
    let _stack = Stack::start().await?;
    let router = Router::start().await?;
    let manager = NetworkManager::start().await?;
    let mut house = House::with_node_and_phone(router.place()).await?;
    let code = house.pi.code().await?;
    house.pi.start_with_node(NODE).await?;
    let said = house.phone.pairs(&code).await?;
    says(&said, "does not reach its node yet")?;
    house.pi.owner_becomes("paired").await?;

    let said = house.phone.beside(&["wifi"]).await?;
    says(&said, &format!("{HOME}  password"))?;
    says(&said, &format!("{NEW}  password"))?;
    says(&said, &format!("{GUESTS}  open"))?;

    is_refused(&house, HOME).await?;
    ensure!(manager.known(HOME)? == 0, "it keeps what did not work");
    let start = Instant::now();
    is_joined(&house, &manager, HOME).await?;
    let joined = start.elapsed().as_secs_f64();
    house.pi.says("the node serves the network").await?;
    house.pi.listens_to_its_owner().await?;
    let said = house.phone.beside(&["near"]).await?;
    says(&said, "It reaches its node")?;

    is_joined(&house, &manager, HOME).await?;
    is_refused(&house, NEW).await?;
    goes_back_to(&house, HOME).await?;
    is_joined(&house, &manager, NEW).await?;
    house.pi.listens_to_its_owner().await?;
    let said = house.phone.beside(&["wifi", GUESTS]).await?;
    says(&said, "gave it no address")?;
    ensure!(manager.known(GUESTS)? == 0, "it keeps what did not work");
    goes_back_to(&house, NEW).await?;
    a_missing_permission_is_said(&house, &manager).await?;
    Ok(format!(", joined in {joined:.1} s"))
}

/// With its password, and is known once however often it was joined.
async fn is_joined(house: &House, manager: &NetworkManager, network: &str) -> anyhow::Result<()> {
    let said = joins(house, network, PASSWORD).await?;
    says(&said, &format!("is on {network}, and stays with it"))?;
    let known = manager.known(network)?;
    ensure!(known == 1, "{network} is known {known} times");
    Ok(())
}

async fn is_refused(house: &House, network: &str) -> anyhow::Result<()> {
    let said = joins(house, network, WRONG).await?;
    ensure!(
        !said.succeeded,
        "{network} was joined with a wrong password"
    );
    says(&said, "does not take this password")
}

/// What worked before is joined again.
async fn goes_back_to(house: &House, network: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    let here = format!("{network}  password  (it is on this one)");
    loop {
        house.pi.listens_to_its_owner().await?;
        let said = house.phone.beside(&["wifi"]).await?;
        if said.words.lines().any(|line| line.ends_with(&here)) {
            return Ok(());
        }
        ensure!(
            start.elapsed() < BACK,
            "it did not go back to {network}: {}",
            said.words
        );
    }
}

/// Without the rule of pi-daemon's package its system says no, and so does the Pi.
async fn a_missing_permission_is_said(
    house: &House,
    manager: &NetworkManager,
) -> anyhow::Result<()> {
    let said = house.pi.setup().await?;
    ensure!(!said.contains("NetworkManager"), "missing: {said}");
    manager.forbid()?;
    let said = joins(house, HOME, PASSWORD).await?;
    ensure!(!said.succeeded, "it joined without the permission");
    says(&said, "does not let pi-daemon set up Wi-Fi")?;
    let said = house.pi.setup().await?;
    ensure!(
        said.contains("NetworkManager does not let this user join Wi-Fi networks"),
        "not missing: {said}"
    );
    Ok(())
}

async fn joins(house: &House, network: &str, password: &str) -> anyhow::Result<Said> {
    house.pi.listens_to_its_owner().await?;
    house.phone.joins(network, password).await
}
