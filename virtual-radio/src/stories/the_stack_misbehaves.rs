//! bluetoothd and the adapter come and go.

use anyhow::ensure;

use crate::house::House;
use crate::stack::{PulledOut, Stack, block_the_pi, unblocked_by_the_package};

pub(super) async fn bluetoothd_comes_late_is_restarted_and_switched_off() -> anyhow::Result<String>
{
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    house.pi.start().await?;
    house.pi.says("bluetoothd does not run").await?;

    let stack = Stack::start().await?;
    house.pi.is_on_the_air().await?;
    drop(stack);
    house.pi.says_times("bluetoothd does not run", 2).await?;
    let stack = Stack::start().await?;
    house
        .pi
        .says_times("can be found over Bluetooth", 2)
        .await?;
    // So quickly that it is never missed, only what it was told.
    drop(stack);
    let _stack = Stack::start().await?;
    house
        .pi
        .says_times("can be found over Bluetooth", 3)
        .await?;

    block_the_pi(true).await?;
    house.pi.says("rfkill unblock bluetooth").await?;
    block_the_pi(false).await?;
    house.pi.open_window().await?;
    house.phone.pairs(&code).await?;
    Ok(String::new())
}

/// What is missing is said by every command that somebody types who wonders, and is used as soon as it is there.
pub(super) async fn an_adapter_that_is_not_there_or_blocked_is_said_and_used_once_it_is()
-> anyhow::Result<String> {
    let mut house = House::new().await?;
    let code = house.pi.code().await?;
    let pulled_out = PulledOut::now().await?;
    let stack = Stack::start_without_controllers()?;
    house.pi.start().await?;
    house.pi.says("there is no Bluetooth adapter here").await?;
    has(
        house.pi.opens_window_in_vain().await?,
        "no Bluetooth adapter here",
    )?;
    drop(pulled_out);
    stack.has_controllers().await?;
    house.pi.is_on_the_air().await?;
    let trouble = house.pi.radio_trouble().await?;
    ensure!(trouble.is_none(), "{trouble:?}");

    house.pi.cut_power();
    house.pi.start_on("hci7").await?;
    let trouble = house.pi.opens_window_in_vain().await?;
    has(trouble, "no Bluetooth adapter hci7, only hci0, hci1, hci2")?;
    house.pi.says("no Bluetooth adapter hci7").await?;

    house.pi.cut_power();
    block_the_pi(true).await?;
    house.pi.start().await?;
    has(
        house.pi.opens_window_in_vain().await?,
        "sudo rfkill unblock",
    )?;
    let trouble = house.pi.radio_trouble().await?;
    has(trouble.unwrap_or_default(), "sudo rfkill unblock")?;
    let setup = house.pi.setup().await?;
    for missing in [
        "Mind: Bluetooth is switched off by software",
        "Mind: no serial device is plugged in",
        // The machine's bluetoothd keeps its default, with which old ones mix up notifications.
        "/etc/bluetooth/main.conf, from which bluetoothd runs, does not say Channels = 1 in [GATT]",
    ] {
        ensure!(setup.contains(missing), "not said: {missing}: {setup}");
    }
    has(
        house.pi.says_to_a_stranger("pair").await?,
        "belongs to the user pi-daemon. Type: sudo -u pi-daemon",
    )?;
    has(unblocked_by_the_package().await?, "and is on now")?;
    house.pi.is_on_the_air().await?;
    house.phone.pairs(&code).await?;
    Ok(String::new())
}

fn has(said: String, what: &str) -> anyhow::Result<()> {
    ensure!(said.contains(what), "not said: {what}: {said}");
    Ok(())
}
