//! When a device can be paired by radio, and what strangers can do to it there; without a radio.

use ::pairing::bluetooth::Condition;
use ::pairing::near::Response;
use ::pairing::{Refusal, WalletPairing};
use data_dir::random;
use rusqlite::Connection;
use tokio::time::timeout;

use crate::daemon::without_a_radio::{LIMIT, NOON, Pi, added, owned, owner, state};
use crate::device::{DATABASE, Heard};

const YEAR: i64 = 365 * 86_400;

#[tokio::test]
async fn whoever_pulls_the_plug_of_a_device_without_an_owner_may_pair_with_it() {
    let mut pi = Pi::new();
    for _ in 0..3 {
        pi.starts_anew();
        assert_eq!(state(&pi), "\"window-open\"");
        timeout(LIMIT, pi.daemon().listen()).await.unwrap().unwrap();
        pi.daemon().can_be_found();
        pi.seconds_pass(120);
        assert_eq!(pi.daemon().on_the_air(), None, "nobody came");
    }
    pi.starts_anew();
    pi.pairs_at_once(&owner());
}

#[tokio::test]
async fn a_start_opens_nothing_on_a_device_with_an_owner() {
    let (mut pi, _) = owned().await;
    pi.starts_anew();
    assert_eq!(pi.daemon().radio_info().condition, Condition::Near);
    let claim = WalletPairing::start(&pi.code(), NOON, &mut random::generator()).unwrap();
    let refused = pi.answers(claim.message());
    let error = claim.challenge(NOON, &refused).unwrap_err();
    assert_eq!(error.to_string(), Refusal::AlreadyPaired.to_string());
}

#[tokio::test]
async fn the_two_minutes_are_counted_from_when_the_device_can_be_reached() {
    let mut pi = Pi::new();
    pi.starts_anew();
    // The radio is late, and there is no network yet.
    pi.seconds_pass(300);
    assert!(pi.daemon().on_the_air().is_some());
    pi.daemon().can_be_found();
    pi.seconds_pass(100);
    // The node answers now, so a wallet may come on that way too.
    timeout(LIMIT, pi.daemon().listen()).await.unwrap().unwrap();
    pi.seconds_pass(119);
    // Neither is counted anew when it comes back.
    pi.daemon().can_be_found();
    timeout(LIMIT, pi.daemon().listen()).await.unwrap().unwrap();
    assert!(pi.daemon().on_the_air().is_some());
    pi.second_passes();
    assert_eq!(pi.daemon().on_the_air(), None);
}

#[tokio::test]
async fn a_lock_is_not_opened_by_pulling_the_plug() {
    let mut pi = Pi::new();
    pi.starts_anew();
    let stranger = Pi::new().code();
    for _ in 0..5 {
        let claim = WalletPairing::start(&stranger, NOON, &mut random::generator()).unwrap();
        assert!(matches!(pi.hears(claim.message()), Heard::Nothing));
    }
    assert_eq!(state(&pi), "\"locked\"");
    pi.starts_anew();
    assert_eq!(state(&pi), "\"locked\"");
    assert_eq!(pi.daemon().on_the_air(), None);
    pi.seconds_pass(600);
    pi.starts_anew();
    assert_eq!(state(&pi), "\"window-open\"");
}

#[tokio::test]
async fn a_time_that_a_network_brings_closes_no_window() {
    for ahead in [-YEAR, YEAR] {
        let mut pi = Pi::new();
        pi.starts_anew();
        pi.daemon().can_be_found();
        pi.seconds_pass(60);
        pi.clock.is_set_wrong(ahead);
        pi.seconds_pass(59);
        assert_eq!(state(&pi), "\"window-open\"");
        pi.second_passes();
        assert_eq!(state(&pi), "\"none\"");
    }
}

/// A Pi without a battery behind its clock: it starts where it likes.
#[tokio::test]
async fn the_owner_is_waited_for_over_a_power_cut_whatever_the_clock_says_after_it() {
    for ahead in [-YEAR, YEAR] {
        let mut pi = Pi::new();
        let paired = pi.pairs(&owner());
        pi.clock.is_set_wrong(ahead);
        pi.starts_anew();
        pi.daemon().can_be_found();
        pi.seconds_pass(100);
        assert_eq!(state(&pi), "\"window-open\"", "for another wallet too");
        let mut talk = pi.takes_call(&paired.near_key());
        let taken = pi.does(&mut talk, &added(&paired, &owner())).await;
        assert_eq!(taken, Response::Taken);
        assert_eq!(state(&pi), "\"paired\"");
    }
}

#[tokio::test]
async fn who_takes_the_place_of_a_wallet_that_is_gone_may_call_at_once() {
    let mut pi = Pi::new();
    let gone = pi.pairs(&owner());
    pi.starts_anew();
    assert!(pi.daemon().radio_name().starts_with("Meterkast "));
    let paired = pi.pairs_at_once(&owner());
    let hint = pi.daemon().radio_info().hint.unwrap();
    assert!(paired.near_key().recognises(hint) && !gone.near_key().recognises(hint));
    // For as long as who pairs with a device that nobody waits for.
    pi.seconds_pass(300);
    let mut talk = pi.takes_call(&paired.near_key());
    pi.does(&mut talk, &added(&paired, &owner())).await;
    assert_eq!(state(&pi), "\"paired\"");
}

#[test]
fn what_strangers_say_by_radio_is_not_written_to_the_card() {
    let mut pi = Pi::new();
    pi.starts_anew();
    let database = pi.dir.path().join("device").join(DATABASE);
    let beside = Connection::open(database).unwrap();
    // Whoever writes meanwhile waits for this in vain, and that is an error.
    beside.execute_batch("BEGIN IMMEDIATE").unwrap();
    for kind in 0..=u8::MAX {
        assert!(matches!(pi.hears(&[1, kind, 7]), Heard::Nothing));
    }
    beside.execute_batch("ROLLBACK").unwrap();
    // Another number as soon as another connection has written something.
    let version = || -> i64 {
        let asked = beside.query_row("PRAGMA data_version", [], |row| row.get(0));
        asked.unwrap()
    };
    let before = version();
    let stranger = Pi::new().code();
    let claim = WalletPairing::start(&stranger, NOON, &mut random::generator()).unwrap();
    pi.hears(claim.message());
    assert_ne!(version(), before, "a wrong code counts across restarts");
}
