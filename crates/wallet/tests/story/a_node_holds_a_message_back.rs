//! A node that leaves one message of a device out: nothing after it is believed, and the owner is told that something is missing.

use consent::{Alert, Fact, StatusMessage};
use wallet::Wallet;

use crate::house::House;

const TEN_MINUTES: u64 = 600;

fn reports(wallet: &Wallet) -> usize {
    let lines = wallet.activity();
    let reported = lines
        .iter()
        .filter(|line| matches!(line.fact, Fact::DeviceReported { .. }));
    reported.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_said_and_a_node_withholds_is_said_to_be_missing() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let id = wallet.devices()[0].id;
    let alert = StatusMessage::Alert {
        at: house.time.now(),
        alert: Alert::MeterBack,
    };
    // It has said by itself what it says when it is added.
    device.repeat(&alert, 1).await;
    wallet.sync().await.unwrap();
    let before = reports(&wallet);
    let withheld = device.next_words().await;
    house.tangle.withhold(withheld);
    device.repeat(&alert, 1).await;
    wallet.sync().await.unwrap();
    house.time.pass(TEN_MINUTES);
    wallet.sync().await.unwrap();
    assert_eq!(wallet.missing_from(id), None, "it may have said nothing");

    device.repeat(&alert, 1).await;
    wallet.sync().await.unwrap();
    assert_eq!(wallet.missing_from(id), None, "it may be on its way");
    let since = house.time.now();
    house.time.pass(TEN_MINUTES);
    wallet.sync().await.unwrap();
    let missing = wallet.missing_from(id).unwrap();
    assert!(missing.abs_diff(since) < TEN_MINUTES, "{missing}, {since}");
    assert_eq!(reports(&wallet), before, "the later one waits");

    house.tangle.give(withheld);
    wallet.sync().await.unwrap();
    assert_eq!(wallet.missing_from(id), None);
    assert_eq!(reports(&wallet), before + 2);
}
