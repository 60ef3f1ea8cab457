//! The live lane is the owner's only while somebody looks at it.

use consent::Lanes;

use crate::house::provider::LIVE;
use crate::house::{House, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_lane_arrives_and_an_unwatched_one_does_not() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let own = wallet.devices()[0].id;
    wallet.sync().await.unwrap();
    let live = |wallet: &wallet::Wallet| wallet.own_data(own, LIVE, 0, u64::MAX).unwrap().len();
    assert_eq!(live(&wallet), 0, "nobody looks");

    let lanes = Lanes::new([LIVE]);
    wallet
        .watch(own, &lanes, house.time.now() + 300)
        .await
        .unwrap();
    until(&wallet, "keys of the live lane", |wallet| {
        wallet.watches(own, LIVE).unwrap()
    })
    .await;
    device.measure(LIVE, house.time.now() / 10 * 10 + 10).await;
    house.time.pass(30);
    until(&wallet, "a live reading", |wallet| live(wallet) == 1).await;

    let entries = wallet.check_journal().await.unwrap().entries;
    wallet
        .watch(own, &lanes, house.time.now() + 300)
        .await
        .unwrap();
    assert_eq!(
        wallet.check_journal().await.unwrap().entries,
        entries,
        "looking is no decision"
    );
    let gone = wallet.remove_device(own).await;
    assert!(gone.is_ok());
    assert!(matches!(
        wallet.watch(own, &lanes, house.time.now() + 300).await,
        Err(wallet::WalletError::UnknownDevice(_))
    ));
}
