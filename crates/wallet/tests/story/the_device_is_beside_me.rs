//! A device without a network gets its owner, its Wi-Fi and its node from who stands beside it.

use consent::ControlMessage;
use pairing::near::{NetworkName, No, Password};
use readings::Watt;
use tokio::sync::Notify;
use wallet::{NearbyError, NearbyStep, Wallet, WalletError};

use crate::house::House;
use crate::house::air::{Air, Pi, WIFI_PASSWORD};

/// A wallet with the device of this code, paired over the air.
async fn paired(house: &House, air: &Air, pi: &Pi) -> (Wallet, wallet::PairedDevice) {
    let (wallet, _) = house.create("wallet");
    let unless_never = std::future::pending();
    let by_radio = |step| {
        let on_the_tangle = matches!(step, NearbyStep::OverTheTangle(_));
        assert!(!on_the_tangle, "{step:?}");
    };
    let paired = wallet
        .pair_nearby(Ok(air), &pi.code(), None, None, by_radio, unless_never)
        .await
        .unwrap();
    (wallet, paired)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_a_network_is_paired_and_told_by_hand() {
    let house = House::new();
    let pi = Pi::new(1);
    let air = Air(vec![Pi::new(2), pi.clone()]);
    let (_, paired) = paired(&house, &air, &pi).await;
    assert_eq!(paired.no_node.as_deref(), Some("there is no network"));
    let state = pi.state();
    assert!(state.pairing.paired().is_some(), "it has an owner");
    let [ControlMessage::DeviceAdded { owner_lanes, .. }] = state.told.as_slice() else {
        panic!("{:?}", state.told);
    };
    assert_eq!(*owner_lanes, paired.owner_lanes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_it_bound_anybody_is_made_once_more() {
    let house = House::new();
    let pi = Pi::new(1);
    pi.state().breaks = 1;
    paired(&house, &Air(vec![pi.clone()]), &pi).await;
    assert!(pi.state().pairing.paired().is_some(), "it has an owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_breaks_again_leaves_it_to_the_tangle() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let pi = Pi::new(1);
    pi.state().breaks = 2;
    let (air, code) = (Air(vec![pi.clone()]), pi.code());
    let left_to_it = Notify::new();
    let step = |step| match step {
        NearbyStep::OverTheTangle(NearbyError::Broken(_)) => left_to_it.notify_one(),
        NearbyStep::OverTheTangle(why) => panic!("{why}"),
        _ => {}
    };
    let given_up = left_to_it.notified();
    let by_radio = wallet.pair_nearby(Ok(&air), &code, None, None, step, given_up);
    assert!(matches!(by_radio.await, Err(WalletError::GivenUp)));
    assert_eq!(pi.state().breaks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_in_this_wallet_already_is_not_looked_for() {
    let house = House::new();
    let pi = Pi::new(1);
    let (wallet, _) = paired(&house, &Air(vec![pi.clone()]), &pi).await;
    let (nobody_there, code) = (Air(Vec::new()), pi.code());
    let step = |step| panic!("{step:?}");
    let again = wallet.pair_nearby(
        Ok(&nobody_there),
        &code,
        None,
        None,
        step,
        std::future::pending(),
    );
    assert!(matches!(again.await, Err(WalletError::DeviceKnown)));
    let again = wallet.pair(&code, None, |step| panic!("{step:?}"));
    assert!(matches!(again.await, Err(WalletError::DeviceKnown)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_reaches_its_node_is_told_over_the_tangle() {
    let house = House::new();
    let pi = Pi::new(1);
    pi.state().wifi = Some("Thuis".into());
    let (_, paired) = paired(&house, &Air(vec![pi.clone()]), &pi).await;
    assert_eq!(paired.no_node, None);
    assert!(pi.state().told.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_puts_it_on_the_wifi_and_looks_at_the_meter() {
    let house = House::new();
    let pi = Pi::new(1);
    let (wallet, paired) = paired(&house, &Air(vec![pi.clone()]), &pi).await;

    // Beside others, one of which listens to its own owner too.
    let other = Pi::new(2);
    other
        .state()
        .calls
        .open(crate::house::START, 120, &mut crate::house::random());
    let air = Air(vec![Pi::new(3), other, pi.clone()]);
    pi.starts_anew();
    let mut device = wallet.call_nearby(&air, paired.device).await.unwrap();
    let networks = device.wifi().await.unwrap();
    let names: Vec<String> = networks.iter().map(|one| one.name.to_string()).collect();
    assert_eq!(names, ["Thuis", "Guests"]);

    let wrong = Some(Password::new("wrong horse"));
    let refused = device.join(NetworkName::new("Thuis"), wrong).await;
    assert!(
        matches!(
            refused,
            Err(WalletError::Near {
                why: No::Password,
                ..
            })
        ),
        "{refused:?}"
    );
    let right = Some(Password::new(WIFI_PASSWORD));
    device.join(NetworkName::new("Thuis"), right).await.unwrap();
    assert_eq!(pi.state().wifi.as_deref(), Some("Thuis"));

    let node = device.use_node("http://10.0.0.2:14265".into()).await;
    assert_eq!(node.unwrap().trouble, None);
    assert_eq!(pi.state().node, "http://10.0.0.2:14265");
    let reading = device.meter().await.unwrap();
    assert_eq!(reading.electricity.power_import, Some(Watt(377)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_was_restored_is_recognised_and_a_removed_device_is_not_called() {
    let house = House::new();
    let pi = Pi::new(1);
    let air = Air(vec![pi.clone()]);
    let (wallet, seed) = house.create("wallet");
    let unless_never = std::future::pending();
    let paired = wallet
        .pair_nearby(Ok(&air), &pi.code(), None, None, |_| {}, unless_never)
        .await
        .unwrap();
    let restored = house.restore("restored", &seed);
    restored.recover(|_, _| {}).await.unwrap();
    pi.starts_anew();
    let mut device = restored.call_nearby(&air, paired.device).await.unwrap();
    assert!(device.node().await.is_ok());
    drop(device);

    wallet.remove_device(paired.device).await.unwrap();
    let gone = wallet.call_nearby(&air, paired.device).await;
    assert!(matches!(gone, Err(WalletError::UnknownDevice(_))));
}
