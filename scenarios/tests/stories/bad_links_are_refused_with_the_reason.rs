//! Claim: a link that is used, too old, altered, cut off or for another network, or that leads to a request with a wrong
//! signature, shares nothing and says what is wrong with it, and the activity remembers.

use channel::seal_unsigned;
use consent::{
    Choices, ConsentLink, ConsentState, Expression, Fact, Language, OpenError, RequestError,
    RequestHash, RequestSecret, SignedRequest,
};
use scenarios::{House, LIVE, random, wish};
use tangle::Tag;
use wallet::{NoSites, WalletError};

async fn post(house: &House, secret: &RequestSecret, bytes: &[u8]) {
    let fragments = seal_unsigned(&secret.request_key(), bytes, &mut random()).unwrap();
    for fragment in &fragments {
        let tag = Tag(fragment.tag.into());
        house.ledger.inject(tag, fragment.data.as_slice()).await;
    }
}

fn refusals(house: &House) -> usize {
    let activity = house.wallet().activity();
    let refused = activity
        .iter()
        .filter(|line| matches!(line.fact, Fact::RequestRefused { .. }));
    refused.count()
}

#[tokio::test(start_paused = true)]
async fn a_link_works_once() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (id, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    let choices = Choices::as_asked(opened.signed.request());
    let (device, by) = (house.device(), Expression::CommandLine);
    wallet
        .grant(opened.consent, device, &choices, Language::En, by)
        .await
        .unwrap();
    house.seconds(3).await;
    assert_eq!(service.record(&id).state, ConsentState::Active);

    for again in [wallet.open_request(&link, &NoSites).await.unwrap_err(), {
        let again = wallet.grant(opened.consent, device, &choices, Language::En, by);
        again.await.unwrap_err()
    }] {
        assert!(matches!(again, WalletError::RequestUsed), "{again}");
        assert!(again.to_string().contains("answered already"));
    }
    assert_eq!(wallet.consents().len(), 1);
    assert_eq!(house.report().consents, 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_is_good_for_ten_minutes() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (id, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let (_, shown) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();
    let opened = wallet.open_request(&shown, &NoSites).await.unwrap();
    house.set_time(house.now() + 601);
    house.second().await;

    let refused = wallet.open_request(&link, &NoSites).await.unwrap_err();
    assert!(
        matches!(refused, WalletError::Request(OpenError::Expired { .. })),
        "{refused}"
    );
    assert_eq!(refusals(&house), 1);
    // Also one that was shown in time is answered too late.
    let choices = Choices::as_asked(opened.signed.request());
    let by = Expression::CommandLine;
    let late = wallet
        .grant(opened.consent, house.device(), &choices, Language::En, by)
        .await;
    assert!(late.is_err(), "{late:?}");
    house.set_time(house.now() + 120);
    house.second().await;
    assert_eq!(service.record(&id).state, ConsentState::Lapsed);
    assert!(wallet.consents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_altered_link_opens_nothing() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (_, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();

    // Another hash: what lies there is not what the link was made for.
    let mut other_hash = link.clone();
    other_hash.hash = RequestHash::of(b"another request");
    let refused = wallet
        .open_request(&other_hash, &NoSites)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, WalletError::Request(OpenError::Altered)),
        "{refused}"
    );
    assert_eq!(refusals(&house), 1);

    // Another secret: nothing lies there.
    let mut other_secret = link.clone();
    other_secret.secret = RequestSecret([7; 32]);
    let refused = wallet
        .open_request(&other_secret, &NoSites)
        .await
        .unwrap_err();
    assert!(matches!(refused, WalletError::RequestMissing), "{refused}");

    // Cut off, or damaged on the way: it is no link any more.
    let text = link.to_string();
    for damaged in [
        &text[..text.len() - 5],
        &text.replace("&r=", "&q="),
        "https://wattt.example",
        "",
    ] {
        let error = damaged.parse::<ConsentLink>().unwrap_err();
        assert!(error.to_string().contains("link"), "{error}");
    }
    // The right one still works.
    assert!(wallet.open_request(&link, &NoSites).await.is_ok());
    assert!(wallet.consents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_link_for_another_network_is_not_followed() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (_, mut link) = service.ask(wish(&[LIVE]), house.now()).await;
    link.network = "shimmer".to_owned();
    let before = house.ledger.asked_by("wallet");
    let refused = house
        .wallet()
        .open_request(&link, &NoSites)
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            WalletError::Request(OpenError::OtherNetwork { .. })
        ),
        "{refused}"
    );
    let sentence = refused.to_string();
    assert!(
        sentence.contains("shimmer") && sentence.contains("in-memory"),
        "{sentence}"
    );
    let after = house.ledger.asked_by("wallet");
    let request = Tag(link.secret.request_key().tag(0).into());
    assert!(
        before.is_subset(&after) && !after.contains(&request),
        "nothing was asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_wrong_signature_is_not_shown() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (_, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();
    let honest = wallet.open_request(&link, &NoSites).await.unwrap().signed;

    // Somebody changes the name and makes a link that fits; the signature stays.
    let name = b"Wattt Insights";
    let mut bytes = honest.as_bytes().to_vec();
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap();
    bytes[at..at + name.len()].copy_from_slice(b"Wattt lnsights");
    assert!(SignedRequest::open(&bytes).is_err());
    let forged = ConsentLink {
        network: link.network.clone(),
        secret: RequestSecret([9; 32]),
        hash: RequestHash::of(&bytes),
    };
    post(&house, &forged.secret, &bytes).await;
    let refused = wallet.open_request(&forged, &NoSites).await.unwrap_err();
    let WalletError::Request(OpenError::Request(RequestError::Signed(error))) = &refused else {
        panic!("{refused:?}")
    };
    assert!(error.to_string().contains("signature"), "{error}");
    assert_eq!(refusals(&house), 1);
    assert!(
        wallet.request(forged.consent()).is_err(),
        "there is nothing to answer"
    );
}
