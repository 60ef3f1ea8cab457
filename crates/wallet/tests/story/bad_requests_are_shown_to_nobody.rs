//! A request that is not what its link was made for, too late, for elsewhere, or answered: each is said by name.

use consent::{Fact, Language, OpenError};
use wallet::{NoSites, WalletError};

use crate::house::{House, grant};

#[tokio::test]
async fn an_expired_request_is_refused_and_noted() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let provider = house.provider("Wattt Insights");
    provider.post_request().await;
    house.time.pass(601);
    let error = wallet
        .open_request(&provider.link, &NoSites)
        .await
        .unwrap_err();
    assert!(
        matches!(error, WalletError::Request(OpenError::Expired { .. })),
        "{error}"
    );
    assert!(matches!(
        wallet.activity().last().unwrap().fact,
        Fact::RequestRefused { .. }
    ));
}

#[tokio::test]
async fn a_request_that_was_changed_is_refused() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let (honest, other) = (
        house.provider("Wattt Insights"),
        house.provider("Somebody Else"),
    );
    let mut link = honest.link.clone();
    link.secret = other.link.secret.clone();
    other.post_request().await;
    let error = wallet.open_request(&link, &NoSites).await.unwrap_err();
    assert!(
        matches!(error, WalletError::Request(OpenError::Altered)),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_for_another_network_is_refused() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let provider = house.provider("Wattt Insights");
    let mut link = provider.link.clone();
    link.network = "elsewhere".into();
    let error = wallet.open_request(&link, &NoSites).await.unwrap_err();
    assert!(
        matches!(error, WalletError::Request(OpenError::OtherNetwork { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_link_to_nothing_is_said_to_be_so() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let provider = house.provider("Wattt Insights");
    let error = wallet
        .open_request(&provider.link, &NoSites)
        .await
        .unwrap_err();
    assert!(matches!(error, WalletError::RequestMissing), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_once() {
    let house = House::new();
    let (wallet, _, _device) = house.with_device().await;
    let mut provider = house.provider("Wattt Insights");
    provider.post_request().await;
    let open = wallet.open_request(&provider.link, &NoSites).await.unwrap();
    let again = wallet.open_request(&provider.link, &NoSites).await.unwrap();
    assert_eq!(
        again.consent, open.consent,
        "until it is answered it can be looked at again"
    );

    wallet.decline(open.consent, Language::En).await.unwrap();
    provider.until(consent::ConsentState::Declined).await;
    let error = wallet
        .open_request(&provider.link, &NoSites)
        .await
        .unwrap_err();
    assert!(matches!(error, WalletError::RequestUsed), "{error}");
    assert!(matches!(
        grant(&wallet, &open).await,
        Err(WalletError::RequestUsed)
    ));
    assert!(wallet.consents().is_empty());
}

#[tokio::test]
async fn a_request_that_nobody_answers_lapses() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let provider = house.provider("Wattt Insights");
    provider.post_request().await;
    wallet.open_request(&provider.link, &NoSites).await.unwrap();
    assert_eq!(wallet.waiting_requests().unwrap().len(), 1);
    house.time.pass(601);
    wallet.sync().await.unwrap();
    assert!(wallet.waiting_requests().unwrap().is_empty());
    assert!(matches!(
        wallet.activity().last().unwrap().fact,
        Fact::RequestLapsed { .. }
    ));
}
