//! Claim: who changes their mind while the wallet is pairing, and then changes it back, does not wait for the first attempt.

use pi_daemon::socket::{Answer, Request};
use scenarios::House;
use tokio::sync::Notify;
use wallet::{PairStep, WalletError};

#[tokio::test(start_paused = true)]
async fn the_attempt_after_one_that_was_given_up_succeeds_at_once() {
    let mut house = House::new().await;
    let wallet = house.wallet();
    wallet.remove_device(house.device()).await.unwrap();
    house.seconds(3).await;
    let Answer::Code { code, .. } = house.daemon().answer(Request::Pair { new_secret: false })
    else {
        panic!("the Pi gives no pairing code");
    };
    let code = code.parse().unwrap();

    for step in [PairStep::Calling, PairStep::Recognised] {
        let reached = Notify::new();
        let said = |now| {
            if now == step {
                reached.notify_one();
            }
        };
        let given_up = house
            .meanwhile(wallet.pair_unless(&code, None, said, reached.notified()))
            .await;
        assert!(
            matches!(given_up, Err(WalletError::GivenUp)),
            "{given_up:?}"
        );
    }

    let began = house.now();
    let again = house.meanwhile(wallet.pair(&code, None, |_| {})).await;
    again.unwrap();
    assert!(house.now() - began < 15, "{} s", house.now() - began);
}
