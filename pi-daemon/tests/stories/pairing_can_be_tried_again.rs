//! A wallet that gives up while it is pairing is in nobody's way, however often.

use crate::house::{House, Wallet};
use channel::seal_unsigned;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use pairing::post::{Place, cancel};
use pairing::{PairingCode, WalletPairing};
use pi_daemon::socket::{Answer, Request};

#[tokio::test]
async fn a_code_outlives_forty_attempts_that_were_given_up_and_the_next_one_succeeds_at_once() {
    let mut house = House::new();
    let Answer::Code { code, .. } = house.ask(Request::Pair { new_secret: false }).await else {
        panic!("no code")
    };
    let code: PairingCode = code.parse().unwrap();
    // More messages in all than a device reads of one place.
    for attempt in 0..40 {
        let claim = WalletPairing::start(&code, house.now(), &mut UnwrapErr(SysRng)).unwrap();
        post(&house, &code, claim.message()).await;
        house.second().await;
        assert_eq!(house.report().owner.state, "claimed", "attempt {attempt}");

        post(&house, &code, &cancel(&[claim.claim()])).await;
        house.second().await;
        assert_eq!(house.report().owner.state, "window-open");
    }
    let began = house.now();
    Wallet::pair(&mut house).await;
    assert!(house.now() - began < 10);
}

async fn post(house: &House, code: &PairingCode, message: &[u8]) {
    let key = code.secret().message_key(Place::claims(house.now()));
    house
        .publish(&seal_unsigned(&key, message, &mut UnwrapErr(SysRng)).unwrap())
        .await;
}
