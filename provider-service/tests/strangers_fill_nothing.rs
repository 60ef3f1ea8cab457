//! Requests that nobody means: they keep nobody else from asking, and do not stay.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::sync::Arc;

use consent::ConsentState;
use data_dir::random;
use household::{Household, NOON, provider, record, settle};
use provider_service::offer::Wish;
use provider_service::provider::{MOST_OPEN_REQUESTS, MOST_OPEN_TO_VISITORS, ProviderError};
use tangle::InMemory;

const WEEK: u64 = 7 * 86_400;

#[tokio::test]
async fn strangers_fill_their_share_and_no_more() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    settle(&provider, NOON).await;
    let visit = || provider.ask_for_visitor(Wish::default(), &random::bytes(), NOON);
    let ask = || provider.ask(Wish::default(), &random::bytes(), NOON);
    for _ in 0..MOST_OPEN_TO_VISITORS {
        visit().unwrap();
    }
    assert!(matches!(visit(), Err(ProviderError::TooManyRequests)));
    for _ in MOST_OPEN_TO_VISITORS..MOST_OPEN_REQUESTS {
        ask().unwrap();
    }
    assert!(matches!(ask(), Err(ProviderError::TooManyRequests)));
    assert!(matches!(visit(), Err(ProviderError::TooManyRequests)));
}

#[tokio::test]
async fn a_request_that_came_to_nothing_is_forgotten_after_a_week_and_a_consent_is_not() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (kept, _household) = Household::connected(&provider, &tangle, 1, NOON).await;
    let (lapses, _) = household::ask(&provider, 2, NOON).await;
    let (declined, link) = household::ask(&provider, 3, NOON).await;
    let household = Household::open(&tangle, &link, NOON).await;
    household.say_no(NOON + 5).await;
    settle(&provider, NOON + 660).await;
    let known = || provider.store().consents().unwrap().len();
    assert_eq!(record(&provider, &lapses).state, ConsentState::Lapsed);
    assert_eq!(record(&provider, &declined).state, ConsentState::Declined);

    settle(&provider, NOON + WEEK - 1).await;
    assert_eq!(known(), 3);
    settle(&provider, NOON + WEEK + 7_200).await;
    assert_eq!(known(), 1);
    assert_eq!(record(&provider, &kept).state, ConsentState::Active);
    for forgotten in [&lapses, &declined] {
        assert!(provider.store().secrets(forgotten).unwrap().is_empty());
    }
}
