//! Who gives up is told what is true of the device: nothing was added, or it waits, or it was added after all.

use std::sync::Arc;

use pairing::Status;
use tokio::sync::Notify;
use wallet::{NearbyError, PairStep, PairedDevice, Wallet, WalletError};

use crate::house::air::{Air, Pi};
use crate::house::device::Device;
use crate::house::{House, START};

/// The kinds of messages on the air.
const CLAIM_DEVICE: u8 = 1;
const ANSWER_CHALLENGE: u8 = 3;
const CALL: u8 = 6;

/// Gives up as soon as the device does not answer.
async fn pair(wallet: &Wallet, pi: &Arc<Pi>) -> Result<PairedDevice, WalletError> {
    let air = Air(vec![Arc::clone(pi)]);
    let silent = Arc::clone(&pi.state().fell_silent);
    wallet
        .pair_nearby(Ok(&air), &pi.code(), None, None, |_| {}, silent.notified())
        .await
}

fn status(pi: &Pi) -> Status {
    pi.state().pairing.status(START)
}

#[tokio::test(start_paused = true)]
async fn before_the_answer_the_device_is_free_at_once() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let pi = Pi::new(1);
    pi.state().does_not_answer = Some(CLAIM_DEVICE);
    let given_up = pair(&wallet, &pi).await;
    assert!(
        matches!(given_up, Err(WalletError::GivenUp)),
        "{given_up:?}"
    );
    assert!(matches!(status(&pi), Status::Advertising { .. }));
    pi.state().does_not_answer = None;
    pair(&wallet, &pi).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_the_answer_it_is_said_that_the_device_may_wait_and_pulling_its_plug_helps() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let pi = Pi::new(1);
    pi.state().does_not_answer = Some(ANSWER_CHALLENGE);
    let unfinished = pair(&wallet, &pi).await;
    let Err(WalletError::Nearby(why @ NearbyError::Unfinished)) = unfinished else {
        panic!("{unfinished:?}");
    };
    assert!(why.to_string().contains("pull the plug"), "{why}");
    assert_eq!(status(&pi), Status::PairedPending);
    assert!(wallet.devices().is_empty());
    pi.starts_anew();
    pair(&wallet, &pi).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_in_the_journal_is_added_to_the_end() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let pi = Pi::new(1);
    pi.state().does_not_answer = Some(CALL);
    let added = pair(&wallet, &pi).await.unwrap();
    let known = wallet.devices();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].id, added.device);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_tangle_too() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let device = Device::start(&house);
    let accepted = Notify::new();
    let gives_up = |step| {
        if step == PairStep::Accepted {
            accepted.notify_one();
        }
    };
    let added = wallet
        .pair_unless(&device.code(), None, gives_up, accepted.notified())
        .await;
    let added = added.unwrap().device;
    assert!(wallet.devices().iter().any(|known| known.id == added));
}
