#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::app::SyncState;
use crate::home::{MeterCard, Today, WaitingRequest};
use crate::sharing::StopProgress;
use crate::usage::Totals;

const NOW: u32 = 1_781_863_200;

fn home() -> HomeScreen {
    HomeScreen {
        requests: Vec::new(),
        kept: Vec::new(),
        meters: Vec::new(),
        sync: SyncState::default(),
        now: NOW,
    }
}

fn card(standing: Standing) -> ConsentCard {
    ConsentCard {
        id: "c1".into(),
        service: "Wattt <b>Insights</b>\n& friends".into(),
        purpose: String::new(),
        standing,
        lanes: Vec::new(),
        since: NOW - 10 * DAY,
        until: NOW + 100 * DAY,
        ended_at: None,
        history_days: None,
        last_sent: None,
        heard_at: None,
        meter: "Home".into(),
        forked: false,
        missing_since: None,
        pause_holds: false,
        waits: None,
        stop: None,
        erasure_asked_at: None,
        erased: None,
    }
}

fn told_of(card: ConsentCard) -> Vec<Notice> {
    let sharing = SharingScreen {
        now: vec![card],
        ended: Vec::new(),
    };
    let due = due(&home(), &sharing, Language::En).into_iter();
    due.map(|due| due.notice).collect()
}

#[test]
fn nothing_is_told_of_what_goes_well() {
    let ended = [
        Standing::Stopped,
        Standing::RanOut,
        Standing::EndedByService,
    ];
    for standing in ended
        .into_iter()
        .chain([Standing::Starting, Standing::Sharing])
    {
        assert_eq!(told_of(card(standing)), [], "{standing:?}");
    }
}

#[test]
fn the_end_is_told_three_days_before() {
    let until = |until| ConsentCard {
        until,
        ..card(Standing::EndsSoon)
    };
    assert_eq!(told_of(until(NOW + BEFORE_THE_END + 1)), []);
    let told = told_of(until(NOW + BEFORE_THE_END));
    assert_eq!(told[0].kind, NoticeKind::Ending);
    assert_eq!(
        told[0].title,
        "Sharing with Wattt bInsights/b friends ends in 3 days"
    );
    assert!(told_of(until(NOW + 5))[0].title.ends_with("within a day"));
}

#[test]
fn a_service_that_does_not_answer_is_told_after_a_day_and_one_that_does_not_erase_after_a_month() {
    let granted = |since| ConsentCard {
        since,
        ..card(Standing::Granted)
    };
    assert_eq!(told_of(granted(NOW - NO_ANSWER)), []);
    assert_eq!(
        told_of(granted(NOW - NO_ANSWER - 1))[0].kind,
        NoticeKind::Service
    );

    let stop = |keys_changed_at, confirmed_at| ConsentCard {
        stop: Some(StopProgress {
            asked_at: NOW - 2 * DAY,
            told: true,
            keys_changed_at,
            last_readable: None,
            confirmed_at,
        }),
        ..card(Standing::Stopping)
    };
    assert_eq!(
        told_of(stop(None, None)),
        [],
        "the Pi has not stopped it: that is another matter"
    );
    assert_eq!(told_of(stop(Some(NOW), Some(NOW))), []);
    assert_eq!(told_of(stop(Some(NOW), None)).len(), 1);

    let erase = |asked, erased| ConsentCard {
        erasure_asked_at: Some(asked),
        erased,
        ..card(Standing::Stopped)
    };
    assert_eq!(told_of(erase(NOW - ERASING, None)), []);
    assert_eq!(told_of(erase(NOW - ERASING - 1, Some((NOW, 5)))), []);
    assert_eq!(told_of(erase(NOW - ERASING - 1, None)).len(), 1);
}

#[test]
fn a_silent_meter_is_told_once_for_each_silence() {
    let silent_since = |added_at, last_seen| {
        let mut home = home();
        home.meters.push(MeterCard {
            id: "m1".into(),
            name: "Lindelaan 14".into(),
            added_at,
            last_seen,
            away: true,
            missing_since: None,
            live: None,
            last: None,
            today: Today {
                from: NOW,
                to: NOW,
                spans: Vec::new(),
                points: Vec::new(),
                totals: Totals::default(),
            },
            watchers: Vec::new(),
        });
        let sharing = SharingScreen {
            now: Vec::new(),
            ended: Vec::new(),
        };
        due(&home, &sharing, Language::Nl)
    };
    let long_ago = NOW - 30 * DAY;
    let never = silent_since(long_ago, None);
    assert_eq!(never.len(), 1, "it was added and never heard");
    assert!(
        silent_since(NOW - METER_SILENT, None).is_empty(),
        "it was just added"
    );
    let silent_since = |last_seen| silent_since(long_ago, last_seen);
    assert!(silent_since(Some(NOW - METER_SILENT)).is_empty());
    let first = silent_since(Some(NOW - METER_SILENT - 5));
    assert_ne!(never[0].what, first[0].what, "it was heard in between");
    assert_eq!(first[0].notice.title, "Er komt niets meer van Lindelaan 14");
    let again = silent_since(Some(NOW - METER_SILENT - 1));
    assert_eq!(first[0].about, again[0].about);
    assert_ne!(first[0].what, again[0].what, "it was heard in between");
}

#[test]
fn a_request_is_told_in_the_language_of_the_person() {
    let mut home = home();
    home.requests.push(WaitingRequest {
        consent: "c1".into(),
        service: "Wattt Insights".into(),
        lanes: Vec::new(),
        purpose: String::new(),
        expires_at: NOW + 60,
    });
    let sharing = SharingScreen {
        now: Vec::new(),
        ended: Vec::new(),
    };
    let title = |language| due(&home, &sharing, language)[0].notice.title.clone();
    assert_eq!(title(Language::En), "Wattt Insights asks to see your meter");
    assert_eq!(title(Language::Nl), "Wattt Insights wil je meter zien");
}
