//! A person narrows a request, and the receipt says exactly what they agreed to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::{
    Agreement, ChoiceError, Choices, ContentHash, Lanes, Language, ReceiptError, SignedError,
    SignedReceipt, words,
};
use jiff::tz::TimeZone;
use support::{DAY, NOW, asked, device, key, lane, request, rng};

#[test]
fn the_screen_begins_with_the_least() {
    let request = request("Wattt Insights");
    let least = Choices::least(&request, NOW, &TimeZone::UTC);
    assert_eq!(least.lanes, Lanes::new([lane("day/electricity")]));
    assert_eq!(
        least.until,
        NOW + 12 * 3600 + 30 * DAY,
        "a month, to the end of its last day"
    );
    assert_eq!(least.history_days, None);
    assert!(Agreement::reach(&request, &least, NOW).is_ok());
}

#[test]
fn choices_may_only_make_a_request_smaller() {
    let request = request("Wattt Insights");
    let all = Choices::as_asked(&request);
    let judged = |choices: &Choices| Agreement::reach(&request, choices, NOW + 60);
    let (quarter, day, gas) = (
        lane("quarter-hour/electricity"),
        lane("day/electricity"),
        lane("day/gas-water-heat"),
    );

    let agreed = judged(&all).unwrap();
    assert_eq!(
        (agreed.from, agreed.until, agreed.history_days),
        (NOW + 60, NOW + 365 * DAY, Some(365))
    );
    assert_eq!(
        judged(&all.clone().without(gas)).unwrap().lanes,
        Lanes::new([quarter])
    );
    assert_eq!(
        judged(&all.clone().with(&request, day)).unwrap().lanes,
        Lanes::new([day, gas])
    );
    assert_eq!(
        judged(&all.clone().history(Some(0))).unwrap().history_days,
        None
    );
    assert_eq!(
        judged(&all.clone().until(NOW + DAY)).unwrap().until,
        NOW + DAY
    );

    let both = Choices {
        lanes: Lanes::new([quarter, day]),
        ..all.clone()
    };
    let cases = [
        (all.clone().without(quarter), ChoiceError::Needed(quarter)),
        (both, ChoiceError::TwoWays(quarter, day)),
        (
            all.clone().with(&request, lane("live/electricity")),
            ChoiceError::NotAsked(lane("live/electricity")),
        ),
        (
            all.clone().until(NOW + 366 * DAY),
            ChoiceError::LongerThanAsked {
                asked: NOW + 365 * DAY,
                chosen: NOW + 366 * DAY,
            },
        ),
        (
            all.clone().until(NOW + 60),
            ChoiceError::EndsBeforeItBegins {
                from: NOW + 60,
                until: NOW + 60,
            },
        ),
        (
            all.clone().history(Some(366)),
            ChoiceError::MoreHistoryThanAsked {
                asked: 365,
                chosen: 366,
            },
        ),
    ];
    for (choices, expected) in cases {
        assert_eq!(judged(&choices), Err(expected));
    }
    assert_eq!(
        Agreement::reach(&request, &all, NOW + 600),
        Err(ChoiceError::TooLate)
    );
}

#[test]
fn nothing_is_not_an_agreement_and_the_past_is_asked_apart() {
    let mut request = request("Wattt Insights");
    request.lanes.remove(0);
    request.history = None;
    let none = Choices::as_asked(&request).without(lane("day/gas-water-heat"));
    assert_eq!(
        Agreement::reach(&request, &none, NOW),
        Err(ChoiceError::Nothing)
    );
    let past = Choices::as_asked(&request).history(Some(1));
    assert_eq!(
        Agreement::reach(&request, &past, NOW),
        Err(ChoiceError::MoreHistoryThanAsked {
            asked: 0,
            chosen: 1
        })
    );
}

#[test]
fn a_receipt_says_what_was_agreed() {
    let asked = asked(1, "Wattt Insights");
    let signed = asked.receipt();
    let read = SignedReceipt::open_for(signed.as_bytes(), &asked.signed, asked.consent).unwrap();
    assert_eq!(read, signed);
    let receipt = read.receipt();
    assert_eq!(receipt.agreement(), asked.agreement());
    assert_eq!(receipt.consent(), asked.consent);
    assert_eq!(receipt.request(), asked.signed.hash());
    assert_eq!(receipt.device(), device());
    assert_eq!(
        (receipt.given_at(), receipt.language()),
        (NOW + 60, Language::Nl)
    );
    assert_eq!(read.key(), &asked.consent_key().verifying());
    assert_eq!(read.hash(), ContentHash::of(signed.as_bytes()));
}

#[test]
fn a_receipt_has_the_shape_of_the_profile() {
    let json: serde_json::Value =
        serde_json::from_str(&asked(1, "Wattt Insights").receipt().json()).unwrap();
    let record = &json["dpv:hasRecordOfActivity"];
    let process = &record["dpv:hasProcess"];
    let cases = [
        (&json["@type"], "dpv:ConsentReceipt"),
        (
            &json["dct:conformsTo"],
            "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr",
        ),
        (&json["dct:created"], "2026-06-19T12:01:00Z"),
        (&record["@type"], "dpv:ConsentRecord"),
        (&record["dpv:hasLegalBasis"], "eu-gdpr:A6-1-a"),
        (
            &record["dpv:hasDataController"]["schema:name"],
            "Wattt Insights",
        ),
        (
            &record["dpv:hasAuthority"]["schema:name"],
            "Autoriteit Persoonsgegevens",
        ),
        (&record["dpv:hasConsentStatus"]["@type"], "dpv:ConsentGiven"),
        (
            &record["dpv:hasConsentStatus"]["dpv:hasIndicationMethod"],
            "device-unlock",
        ),
        (&record["dpv:hasNotice"]["dct:language"], "nl"),
        (
            &process["dpv:hasPurpose"]["@type"],
            "dpv:ServicePersonalisation",
        ),
        (
            &process["dpv:hasPurpose"]["dct:description"],
            "je pieken en kosten te laten zien",
        ),
        (
            &process["dpv:hasPersonalData"][0]["mk:lane"],
            "quarter-hour/electricity",
        ),
        (
            &process["dpv:hasPersonalData"][0]["dpv:hasNecessity"],
            "dpv:Required",
        ),
        (
            &process["dpv:hasPersonalData"][1]["dpv:hasNecessity"],
            "dpv:Optional",
        ),
        (
            &process["dpv:hasStorageCondition"]["dpv:hasDuration"],
            "P30D",
        ),
        (
            &record["dpv:hasWithdrawalMethod"]["dct:description"],
            words::before_deciding(Language::Nl),
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(value, expected);
    }
}

#[test]
fn receipts_that_do_not_follow_from_the_request_are_refused() {
    let (ours, other) = (asked(1, "Wattt Insights"), asked(2, "Wattt Insights"));
    let open =
        |bytes: &[u8]| SignedReceipt::open_for(bytes, &ours.signed, ours.consent).unwrap_err();

    assert_eq!(
        open(other.receipt().as_bytes()),
        ReceiptError::Other("consent")
    );
    let mut altered = ours.receipt().as_bytes().to_vec();
    altered[50] ^= 1;
    assert_eq!(
        open(&altered),
        ReceiptError::Signed(SignedError::Signature { what: "receipt" })
    );
    assert_eq!(
        open(&vec![1; consent::MAX_RECEIPT + 1]),
        ReceiptError::TooLong(consent::MAX_RECEIPT + 1)
    );

    let sign = |agreement: &Agreement, request| {
        SignedReceipt::sign(
            request,
            ours.consent,
            agreement,
            ours.given(),
            &key(9),
            &mut rng(9),
        )
        .unwrap()
    };
    assert_eq!(
        open(sign(&ours.agreement(), &other.signed).as_bytes()),
        ReceiptError::Other("request")
    );
    let more = Agreement {
        lanes: Lanes::new([lane("live/electricity")]),
        ..ours.agreement()
    };
    assert_eq!(
        open(sign(&more, &ours.signed).as_bytes()),
        ReceiptError::Choice(ChoiceError::NotAsked(lane("live/electricity")))
    );
    let earlier = Agreement {
        from: NOW - DAY,
        ..ours.agreement()
    };
    assert_eq!(
        open(sign(&earlier, &ours.signed).as_bytes()),
        ReceiptError::Other("time")
    );
}

#[test]
fn two_receipts_of_one_person_have_nothing_in_common_but_the_device() {
    let (one, two) = (asked(1, "Wattt Insights"), asked(2, "Zonnewijk"));
    assert_ne!(one.receipt().key(), two.receipt().key());
    assert_ne!(one.consent, two.consent);
}
