//! The node goes away between reading a request and answering it: the answer is kept, nothing is shared, and whoever thinks
//! again takes it back.

use consent::{ConsentState, Fact, Language};
use wallet::{Delivery, NoSites, OpenRequest, Wallet, WalletError};

use crate::house::provider::Provider;
use crate::house::{House, grant, until};

async fn asked(house: &House, wallet: &Wallet) -> (Provider, OpenRequest) {
    let provider = house.provider("Wattt Insights");
    provider.post_request().await;
    let open = wallet.open_request(&provider.link, &NoSites).await.unwrap();
    (provider, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_without_a_node_is_kept_and_said_to_be() {
    let house = House::new();
    let (wallet, _, _device) = house.with_device().await;
    let (mut provider, open) = asked(&house, &wallet).await;

    house.tangle.set_reachable(false);
    let granted = grant(&wallet, &open).await.unwrap();
    assert!(matches!(granted.delivery, Delivery::Waiting(_)));
    assert!(wallet.consents().is_empty(), "nothing is shared yet");
    assert!(wallet.waiting_requests().unwrap().is_empty());
    let kept = wallet.kept_answers().unwrap();
    assert!(kept.len() == 1 && kept[0].yes && kept[0].may_take_back);
    let again = wallet.request(open.consent).unwrap();
    assert_eq!(again.kept, Some(kept[0].clone()));

    // A no on top of it would be lost without a word.
    let no = wallet.decline(open.consent, Language::En).await;
    assert!(matches!(no, Err(WalletError::AnswerKept)), "{no:?}");
    let yes = grant(&wallet, &open).await;
    assert!(matches!(yes, Err(WalletError::AnswerKept)));

    house.tangle.set_reachable(true);
    wallet.sync().await.unwrap();
    provider.until(ConsentState::Active).await;
    assert!(wallet.kept_answers().unwrap().is_empty());
    let used = wallet.request(open.consent);
    assert!(matches!(used, Err(WalletError::RequestUsed)));
    let late = wallet.take_back_answer(open.consent).await;
    assert!(matches!(late, Err(WalletError::AnswerOut)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_yes_is_taken_back_and_a_no_goes_out_instead() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let (mut provider, open) = asked(&house, &wallet).await;

    house.tangle.set_reachable(false);
    grant(&wallet, &open).await.unwrap();
    drop(wallet);
    // Also after a restart, and also while the node is away.
    let wallet = house.open("wallet").unwrap();
    wallet.take_back_answer(open.consent).await.unwrap();
    assert!(wallet.kept_answers().unwrap().is_empty());
    assert_eq!(wallet.waiting_requests().unwrap().len(), 1);
    wallet.decline(open.consent, Language::En).await.unwrap();
    assert!(!wallet.kept_answers().unwrap()[0].yes);

    house.tangle.set_reachable(true);
    wallet.sync().await.unwrap();
    provider.until(ConsentState::Declined).await;
    let said = |wanted: fn(&Fact) -> bool| wallet.activity().iter().any(|line| wanted(&line.fact));
    assert!(said(|fact| matches!(fact, Fact::Declined { .. })));
    assert!(!said(|fact| matches!(fact, Fact::Authorised { .. })));
    let obeyed = device.with(|device| device.obeyed.clone()).await;
    let yes = |message: &consent::ControlMessage| {
        matches!(message, consent::ControlMessage::Authorized(_))
    };
    assert!(!obeyed.iter().any(yes), "the Pi never heard of the yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_that_may_be_on_its_way_is_not_taken_back_but_stopped() {
    let house = House::new();
    let (wallet, _, _device) = house.with_device().await;
    let (_provider, open) = asked(&house, &wallet).await;

    // The node takes the first block of the yes and is gone.
    house.tangle.fail_after(1);
    grant(&wallet, &open).await.unwrap();
    let kept = wallet.kept_answer(open.consent).unwrap().unwrap();
    assert!(kept.yes && !kept.may_take_back);
    let late = wallet.take_back_answer(open.consent).await;
    assert!(matches!(late, Err(WalletError::AnswerOut)), "{late:?}");

    house.tangle.set_reachable(true);
    until(&wallet, "shared", |wallet| wallet.consents().len() == 1).await;
    wallet
        .revoke(open.consent, std::time::Duration::ZERO, |_| {})
        .await
        .unwrap();
    assert!(wallet.consents()[0].was_revoked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_in_time_is_still_kept_when_the_time_for_an_answer_is_over() {
    let house = House::new();
    let (wallet, _, _device) = house.with_device().await;
    let (_provider, open) = asked(&house, &wallet).await;
    house.tangle.set_reachable(false);
    grant(&wallet, &open).await.unwrap();

    let expires = open.signed.request().expires_at;
    house.time.pass(expires - house.time.now() + 60);
    assert!(wallet.request(open.consent).unwrap().kept.is_some());
    wallet.take_back_answer(open.consent).await.unwrap();
    let over = wallet.request(open.consent);
    assert!(matches!(over, Err(WalletError::Request(_))), "{over:?}");
}
