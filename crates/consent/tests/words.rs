//! What people read: complete in both languages, and in their words, not in the machine's.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::journal::Fault;
use consent::words::{self, Speaker};
use consent::{
    Acquaintance, Activity, Agreement, Alert, ChoiceError, Choices, ConsentId, ConsentState,
    DeviceId, Fact, Lanes, Language, LinkError, OpenError, Refusal, Topic, Writer,
};
use jiff::tz::TimeZone;
use readings::{Granularity, Kind, Lane};
use support::{DAY, NOW, lane, request};

/// Words that are never on a screen, and neither is anything unfinished.
const FORBIDDEN: [&str; 19] = [
    "ledger", "block", "channel", "token", "hash", "epoch", "lane ", "provider", "GDPR", "AVG",
    "Tangle", "!", "oops", "{}", "  ", " ,", "..", "unix", "grant",
];

fn speakers() -> [Speaker; 2] {
    [Language::En, Language::Nl].map(|language| Speaker::new(language, TimeZone::UTC))
}

fn check(text: &str) {
    assert!(!text.trim().is_empty());
    for word in FORBIDDEN {
        assert!(!text.contains(word), "“{word}” in “{text}”");
    }
}

/// What explains something is a sentence.
fn check_sentence(text: &str) {
    check(text);
    assert!(text.ends_with('.') && text.contains(' '), "{text}");
}

fn facts() -> Vec<Fact> {
    let (consent, device) = (ConsentId([1; 16]), DeviceId([2; 20]));
    let (service, name) = (|| "Wattt Insights".to_owned(), || "Home".to_owned());
    let lanes = Lanes::new([lane("day/electricity")]);
    let mut facts = vec![
        Fact::WalletCreated,
        Fact::DeviceAdded {
            device,
            name: name(),
        },
        Fact::DeviceRenamed {
            device,
            from: name(),
            to: "Cottage".into(),
        },
        Fact::DeviceDeleted {
            device,
            name: name(),
        },
        Fact::OwnerLanes {
            device,
            name: name(),
            lanes: lanes.clone(),
        },
        Fact::OwnerLanes {
            device,
            name: name(),
            lanes: Lanes::default(),
        },
        Fact::RequestOpened {
            consent,
            service: service(),
            site_checked: true,
        },
        Fact::RequestOpened {
            consent,
            service: service(),
            site_checked: false,
        },
        Fact::RequestLapsed {
            consent,
            service: service(),
        },
        Fact::Declined {
            consent,
            service: service(),
        },
        Fact::Authorised {
            consent,
            service: service(),
            lanes: lanes.clone(),
            until: NOW,
            history_days: None,
        },
        Fact::Authorised {
            consent,
            service: service(),
            lanes,
            until: NOW,
            history_days: Some(30),
        },
        Fact::Granted {
            consent,
            service: service(),
        },
        Fact::Accepted {
            consent,
            service: service(),
        },
        Fact::Paused {
            consent,
            service: service(),
        },
        Fact::PauseHolds {
            consent,
            service: service(),
            last_readable: Some(NOW),
        },
        Fact::Resumed {
            consent,
            service: service(),
        },
        Fact::ResumeHolds {
            consent,
            service: service(),
        },
        Fact::Stopped {
            consent,
            service: service(),
        },
        Fact::StopConfirmed {
            consent,
            service: service(),
        },
        Fact::Terminated {
            consent,
            service: service(),
        },
        Fact::ErasureRequested {
            consent,
            service: service(),
        },
        Fact::Purged {
            consent,
            service: service(),
            readings: 3,
        },
        Fact::LogForked {
            consent,
            service: service(),
            writer: Writer::Device,
        },
        Fact::Exported {
            what: "readings".into(),
        },
    ];
    for end in ConsentState::ALL {
        facts.push(Fact::Closed {
            consent,
            service: service(),
            end,
            last_readable: Some(NOW - DAY),
        });
        facts.push(Fact::Closed {
            consent,
            service: service(),
            end,
            last_readable: None,
        });
    }
    let alerts = [
        Alert::MeterSilent { since: NOW },
        Alert::MeterBack,
        Alert::MeterReplaced,
        Alert::OldStateRestored,
        Alert::ForkSeen {
            lane: lane("live/phases"),
        },
        Alert::ClockUntrusted,
        Alert::DiskNearlyFull { free: 5 },
    ];
    facts.extend(alerts.map(|alert| Fact::DeviceReported {
        device,
        name: name(),
        alert,
    }));
    for why in Refusal::ALL.into_iter().map(Some).chain([None]) {
        facts.push(Fact::DeviceRefused {
            device,
            name: name(),
            service: Some(service()),
            why,
        });
        facts.push(Fact::DeviceRefused {
            device,
            name: name(),
            service: None,
            why,
        });
    }
    let faults = [
        Fault::Altered,
        Fault::Expired,
        Fault::OtherNetwork,
        Fault::NotGenuine,
        Fault::Malformed,
        Fault::Used,
    ];
    for why in faults {
        facts.push(Fact::RequestRefused {
            consent,
            claimed_name: Some(service()),
            why,
        });
        facts.push(Fact::RequestRefused {
            consent,
            claimed_name: None,
            why,
        });
    }
    facts
}

#[test]
fn every_fact_is_said_in_both_languages() {
    for fact in facts() {
        let activity = Activity {
            number: 1,
            at: NOW,
            fact,
        };
        let [en, nl] = speakers().map(|speaker| speaker.activity(&activity));
        assert_ne!(en, nl, "{:?}", activity.fact);
        for sentence in [&en, &nl] {
            check(&sentence.headline);
            sentence.detail.iter().for_each(|detail| {
                check(detail);
                assert!(detail.ends_with('.'), "{detail}");
            });
        }
        let json = serde_json::to_value(&activity).unwrap();
        assert!(json["fact"].is_string() && json["at"] == NOW, "{json}");
    }
}

#[test]
fn an_export_is_said_in_the_readers_language_whatever_wallet_wrote_it() {
    let said = |what: &str| {
        let what = what.into();
        let fact = Fact::Exported { what };
        let activity = Activity {
            number: 1,
            at: NOW,
            fact,
        };
        speakers().map(|speaker| speaker.activity(&activity).headline)
    };
    let all = [
        "You exported your activity, receipts and readings",
        "Je hebt je activiteit, bewijzen en metingen geëxporteerd",
    ];
    assert_eq!(said(consent::EXPORTED_ALL), all);
    assert_eq!(said("activity, receipts, readings"), all);
    assert_eq!(said("one meter")[0], "You exported one meter");
}

#[test]
fn the_filter_knows_where_a_fact_belongs() {
    let did_not_work = facts().iter().filter(|fact| fact.did_not_work()).count();
    assert_eq!(did_not_work, 1 + 1 + 6 + 2 * 7 + 2 * 6);
    let meters = facts()
        .iter()
        .filter(|fact| fact.topic() == Topic::Meters)
        .count();
    assert_eq!(meters, 5 + 7 + 2 * 7);
    let exported = Fact::Exported {
        what: "everything".into(),
    };
    assert_eq!(exported.topic(), Topic::Wallet);
    assert_eq!(Fact::WalletCreated.topic(), Topic::Wallet);
}

#[test]
fn a_request_is_introduced_in_words() {
    let request = request("Wattt Insights");
    let lanes = Choices::as_asked(&request).lanes;
    let said = |language| {
        words::asks(
            &request.provider.name,
            &lanes,
            request.purpose.text.text(language),
            language,
        )
    };
    assert_eq!(
        said(Language::En),
        "Wattt Insights asks to see your electricity and gas, water and heat, to show your peaks and costs."
    );
    assert_eq!(
        said(Language::Nl),
        "Wattt Insights wil je stroomverbruik en gas, water en warmte zien, om je pieken en kosten te laten zien."
    );
    let agreement = Agreement::reach(
        &request,
        &Choices::least(&request, NOW, &TimeZone::UTC),
        NOW,
    )
    .unwrap();
    let [en, nl] = speakers().map(|speaker| speaker.would_share(&agreement));
    assert_eq!(
        en,
        "You would share: electricity, in and out, per day, up to and including 19 July 2026."
    );
    assert_eq!(
        nl,
        "Je deelt dan: stroom, heen en terug, per dag, tot en met 19 juli 2026."
    );
    let all: Lanes = [
        "day/electricity",
        "day/gas-water-heat",
        "day/phases",
        "quarter-hour/gas-water-heat",
    ]
    .map(lane)
    .into_iter()
    .collect();
    assert_eq!(
        words::lanes(&all, Language::En),
        "gas, water and heat, per quarter hour; electricity, in and out, per day; gas, water and heat, per day; power per phase, per day"
    );
    assert_eq!(
        words::lanes(&all, Language::Nl),
        "gas, water en warmte, per kwartier; stroom, heen en terug, per dag; gas, water en warmte, per dag; stroom per fase, per dag"
    );
    let begins = |text: &str, with: &str| assert!(text.starts_with(with), "{text}");
    let (english, dutch) = (Language::En, Language::Nl);
    for (name, with) in [
        (
            "live/electricity",
            "Every reading of electricity shows when",
        ),
        (
            "quarter-hour/phases",
            "Power per phase per quarter hour shows when",
        ),
        (
            "day/gas-water-heat",
            "Gas, water and heat per day show roughly",
        ),
    ] {
        begins(words::reveals(lane(name), english), with);
    }
    begins(
        words::acquaintance(Acquaintance::Shared, english),
        "You share or shared",
    );
    begins(
        words::acquaintance(Acquaintance::Asked, english),
        "You share nothing with this service. It has asked before",
    );
    begins(
        words::acquaintance(Acquaintance::None, dutch),
        "Je deelt nog niets",
    );
    let site = |checked| words::site_checked("https://wattt.example", checked, english);
    begins(&site(true), "Name and site are checked");
    begins(&site(false), "The site could not be checked");
    assert!(
        site(false).contains(" wattt.example,"),
        "without its scheme"
    );
    let needed = [true, false].map(|needed| words::needed(needed, dutch));
    assert_eq!(needed, ["Nodig", "Hoeft niet"]);
    assert_eq!(format!("{english} {dutch}"), "en nl");
}

#[test]
fn everything_a_screen_can_say_is_fit_for_a_screen() {
    for language in [Language::En, Language::Nl] {
        for lane in Lane::ALL {
            check(&words::lane(lane, language));
            check_sentence(words::reveals(lane, language));
        }
        check(&words::lanes(&Lanes::new(Lane::ALL), language));
        Kind::ALL
            .into_iter()
            .for_each(|kind| check(words::kind(kind, language)));
        Granularity::ALL
            .into_iter()
            .for_each(|fine| check(words::granularity(fine, language)));
        for before in [
            Acquaintance::None,
            Acquaintance::Asked,
            Acquaintance::Shared,
        ] {
            check(words::acquaintance(before, language));
        }
        for known in [true, false] {
            check(words::needed(known, language));
            check(&words::site_checked(
                "https://wattt.example",
                known,
                language,
            ));
        }
        [0, 1, 30]
            .into_iter()
            .for_each(|days| check(&words::retention(days, language)));
        check(words::before_deciding(language));
        for why in Refusal::ALL.into_iter().map(Some).chain([None]) {
            check(words::refusal(why, language));
        }
        for error in [
            LinkError::NotALink,
            LinkError::TooLong(9),
            LinkError::Incomplete("r"),
            LinkError::Repeated("r"),
            LinkError::Damaged("n"),
        ] {
            check_sentence(words::link_error(&error, language));
        }
    }
    for speaker in speakers() {
        check_sentence(&speaker.last_readable("Wattt Insights", NOW, NOW));
        check_sentence(&speaker.not_confirmed("Wattt Insights"));
        check_sentence(speaker.stopping_waits());
        for error in [
            OpenError::OtherNetwork {
                theirs: "a".into(),
                ours: "b".into(),
            },
            OpenError::Altered,
            OpenError::Expired {
                expired_at: NOW,
                now: NOW,
            },
            OpenError::FromTheFuture {
                issued_at: NOW,
                now: NOW,
            },
        ] {
            check_sentence(&words::open_error(&error, &speaker));
        }
        for error in [
            ChoiceError::TooLate,
            ChoiceError::NotAsked(Lane::ALL[0]),
            ChoiceError::TwoWays(Lane::ALL[0], Lane::ALL[3]),
            ChoiceError::Needed(Lane::ALL[0]),
            ChoiceError::Nothing,
            ChoiceError::LongerThanAsked {
                asked: NOW,
                chosen: NOW + 1,
            },
            ChoiceError::EndsBeforeItBegins { from: 1, until: 1 },
            ChoiceError::MoreHistoryThanAsked {
                asked: 0,
                chosen: 1,
            },
            ChoiceError::MoreHistoryThanAsked {
                asked: 5,
                chosen: 6,
            },
        ] {
            check_sentence(&words::choice_error(&error, &speaker));
        }
    }
}

#[test]
fn days_and_hours_are_those_of_the_place() {
    let amsterdam = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let speaker = Speaker::new(Language::Nl, amsterdam);
    assert_eq!(speaker.day(NOW), "19 juni 2026");
    assert_eq!(speaker.second(NOW + 20), "14:00:20");
    assert_eq!(speaker.minute(NOW), "14:00");
    assert_eq!(speaker.moment(NOW, NOW), "14:00:00");
    assert_eq!(speaker.moment(NOW - DAY, NOW), "18 juni 2026, 14:00:00");
    assert_eq!(speaker.day(u64::MAX), u64::MAX.to_string());
    assert_eq!(
        speaker.zone().to_offset(jiff::Timestamp::UNIX_EPOCH),
        jiff::tz::offset(1)
    );
}

#[test]
fn an_end_at_midnight_belongs_to_the_day_before_and_any_other_is_said_to_the_minute() {
    let amsterdam = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let [en, nl] = [Language::En, Language::Nl].map(|one| Speaker::new(one, amsterdam.clone()));
    // 22:00 UTC is midnight there.
    let midnight = NOW + 10 * 3600;
    assert_eq!(en.until(midnight), "up to and including 19 June 2026");
    assert_eq!(nl.until(midnight), "tot en met 19 juni 2026");
    assert_eq!(en.until(midnight - 1), "until 19 June 2026, 23:59");
    assert_eq!(nl.until(midnight + 2400), "tot 20 juni 2026, 00:40");

    let error = ChoiceError::LongerThanAsked {
        asked: midnight + 2400,
        chosen: midnight + 2401,
    };
    assert_eq!(
        words::choice_error(&error, &en),
        "They ask until 20 June 2026, 00:40. You can choose an earlier end, not a later one."
    );
    assert_eq!(
        words::choice_error(&error, &nl),
        "Ze vragen tot 20 juni 2026, 00:40. Je kunt een eerder einde kiezen, geen later."
    );
}
