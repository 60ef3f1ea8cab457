//! bluetoothd and the adapter come and go.

use crate::house::House;
use crate::stack::{Stack, block_the_pi};

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
