//! What is offered ends when a day ends where the person lives, and never later than what was asked for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::words::Speaker;
use consent::{Agreement, Choices, ConsentRequest, End, Language};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use support::{DAY, NOW, request};

fn amsterdam() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn unix(time: &str) -> u64 {
    let time: Timestamp = time.parse().unwrap();
    time.as_second().try_into().unwrap()
}

/// A request of this time, until then.
fn asked(from: u64, until: u64) -> ConsentRequest {
    ConsentRequest {
        from,
        until,
        ..request("Wattt Insights")
    }
}

/// What is offered, in words, with what each length is called.
fn offered(request: &ConsentRequest, now: u64) -> Vec<(String, u16)> {
    let speaker = Speaker::new(Language::En, amsterdam());
    let ends = End::offered(request, now, &amsterdam());
    for end in &ends {
        let choices = Choices::as_asked(request).until(end.until);
        let answered = now.min(request.expires_at - 1);
        assert!(Agreement::reach(request, &choices, answered).is_ok());
    }
    let said = ends.iter().map(|end| (speaker.until(end.until), end.days));
    said.collect()
}

fn names(days: u64) -> Vec<u16> {
    let request = asked(NOW, NOW + days * DAY);
    let offered = offered(&request, NOW + 60);
    offered.into_iter().map(|(_, days)| days).collect()
}

fn said(ends: &[(&str, u16)]) -> Vec<(String, u16)> {
    let said = ends.iter().map(|(end, days)| ((*end).to_owned(), *days));
    said.collect()
}

#[test]
fn every_end_on_offer_is_the_end_of_a_day() {
    let expected = [
        ("up to and including 19 July 2026", 30),
        ("up to and including 18 September 2026", 91),
        ("up to and including 19 June 2027", 365),
        ("up to and including 17 June 2028", 730),
    ];
    assert_eq!(
        offered(&asked(NOW, NOW + 730 * DAY), NOW + 60),
        said(&expected)
    );
}

#[test]
fn days_of_23_and_25_hours_move_no_end() {
    for (now, month, quarter) in [
        (
            "2026-10-20T22:30:00Z",
            "up to and including 20 November 2026",
            "up to and including 17 January 2027",
        ),
        (
            "2027-03-20T22:30:00Z",
            "up to and including 19 April 2027",
            "up to and including 18 June 2027",
        ),
    ] {
        let now = unix(now);
        assert_eq!(
            offered(&asked(now, now + 90 * DAY), now),
            said(&[(month, 30), (quarter, 91)])
        );
    }
}

#[test]
fn a_length_has_its_name_whatever_it_comes_to_in_days() {
    for (days, expected) in [
        (1, vec![1]),
        (28, vec![28]),
        (29, vec![30]),
        (30, vec![30]),
        (31, vec![30]),
        (32, vec![30, 32]),
        (88, vec![30, 88]),
        (89, vec![30, 91]),
        (90, vec![30, 91]),
        (92, vec![30, 91]),
        (93, vec![30, 91, 93]),
        (363, vec![30, 91, 363]),
        (364, vec![30, 91, 365]),
        (365, vec![30, 91, 365]),
        (366, vec![30, 91, 365]),
        (367, vec![30, 91, 365, 367]),
    ] {
        assert_eq!(names(days), expected, "{days}");
    }
}

#[test]
fn what_is_short_ends_when_it_was_asked_to() {
    // 14:00 there.
    let until = |seconds: u64| offered(&asked(NOW, NOW + seconds), NOW);
    assert_eq!(until(6 * 3600), said(&[("until 19 June 2026, 20:00", 1)]));
    let evening = [("up to and including 19 June 2026", 1)];
    assert_eq!(until(10 * 3600), said(&evening));
    assert_eq!(until(11 * 3600), said(&[("until 20 June 2026, 01:00", 1)]));
    assert_eq!(until(DAY), said(&[("until 20 June 2026, 14:00", 1)]));
    assert_eq!(until(DAY + 1), said(&[("until 20 June 2026, 14:00", 2)]));
    // The midnight before is less than a week on, and exactly a week, and more.
    assert_eq!(until(7 * DAY), said(&[("until 26 June 2026, 14:00", 7)]));
    let midnight = NOW + 10 * 3600;
    let at_midnight = |from| offered(&asked(from, midnight + 8 * DAY + 60), from);
    let week = [("up to and including 27 June 2026", 7)];
    assert_eq!(at_midnight(midnight + DAY), said(&week));
    let less = [("until 28 June 2026, 00:01", 7)];
    assert_eq!(at_midnight(midnight + DAY + 61), said(&less));
    // It begins at midnight, which is no end.
    let morning = asked(midnight, midnight + 10 * 3600);
    assert_eq!(
        offered(&morning, NOW),
        said(&[("until 20 June 2026, 10:00", 1)])
    );
}

#[test]
fn a_month_is_counted_from_the_beginning() {
    let later = asked(NOW + 40 * DAY, NOW + 400 * DAY);
    assert_eq!(
        offered(&later, NOW)[0],
        ("up to and including 28 August 2026".into(), 30)
    );
    let zone = amsterdam();
    let least = End::least(&later, NOW, &zone);
    assert_eq!(least, End::offered(&later, NOW, &zone)[0]);
    assert_eq!(Choices::least(&later, NOW, &zone).until, least.until);
    let older = asked(NOW, NOW + 400 * DAY);
    assert_eq!(
        offered(&older, NOW + 2 * DAY)[0],
        ("up to and including 21 July 2026".into(), 30)
    );
}

#[test]
fn so_many_days_are_no_more_than_was_asked_for() {
    let request = asked(NOW, NOW + 90 * DAY);
    let zone = amsterdam();
    let within = |days| End::within(days, &request, NOW, &zone);
    let asked = End::asked(&request, NOW, &zone);
    assert_eq!(within(0).until, unix("2026-06-19T22:00:00Z"));
    assert_eq!(within(10).until, unix("2026-06-29T22:00:00Z"));
    assert_eq!(within(10).days, 11);
    assert_eq!(asked.until, unix("2026-09-16T22:00:00Z"));
    assert_eq!([within(90), within(91), within(u16::MAX)], [asked; 3]);
}

#[test]
fn a_time_beyond_every_calendar_stays_what_was_asked_for() {
    let request = asked(NOW, u64::MAX);
    let end = End::asked(&request, NOW, &amsterdam());
    assert_eq!(end.until, u64::MAX);
}
