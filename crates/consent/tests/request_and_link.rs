//! A request travels by link and arrives as it was signed, or is refused with the reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::{
    Coarser, ConsentLink, ConsentRequest, LaneWish, LinkError, Localised, MAX_RECEIPT, MAX_REQUEST,
    OpenError, ReceiptError, Recipient, RequestError, RequestFault, RequestHash, SignedError,
    SignedReceipt, SignedRequest, SiteStatement,
};
use readings::Lane;
use support::{DAY, NETWORK, NOW, asked, key, lane, request, rng};

/// The longest text that is looked at as a link, in bytes.
const LONGEST: usize = 2_048;

#[test]
fn a_request_arrives_as_it_was_signed() {
    let asked = asked(1, "Wattt Insights");
    let link: ConsentLink = asked.link.to_string().parse().unwrap();
    assert_eq!(link, asked.link);
    let opened = link
        .open(asked.signed.as_bytes(), NETWORK, NOW + 60)
        .unwrap();
    assert_eq!(opened, asked.signed);
    assert_eq!(opened.request(), &request("Wattt Insights"));
    assert_eq!(
        opened.request().hpke_key().unwrap().to_bytes().len(),
        kem::PUBLIC_KEY_LEN
    );
}

#[test]
fn both_forms_of_a_link_are_read() {
    let link = asked(1, "Wattt Insights").link;
    let deep = link.to_string();
    assert!(
        deep.starts_with("meterkast://consent?n=meterkast-test&r="),
        "{deep}"
    );
    assert_eq!(
        deep.len(),
        "meterkast://consent?n=meterkast-test&r=".len() + 86
    );
    let https = link.to_https("https://wattt.example/ask");
    assert!(
        https.starts_with("https://wattt.example/ask#n=meterkast-test&r="),
        "{https}"
    );
    for form in [
        deep.clone(),
        https,
        deep.replace("consent?", "consent/?"),
        deep.to_owned() + "&later=1",
        format!(" {deep}\n"),
    ] {
        assert_eq!(form.parse::<ConsentLink>().as_ref(), Ok(&link), "{form}");
    }
}

#[test]
fn a_link_for_another_tangle_is_refused_before_anything_is_fetched() {
    let link = asked(1, "Wattt Insights").link;
    assert_eq!(link.check_network("meterkast-test"), Ok(()));
    let elsewhere = link.check_network("another");
    assert!(
        matches!(elsewhere, Err(OpenError::OtherNetwork { .. })),
        "{elsewhere:?}"
    );
}

#[test]
fn what_is_too_long_is_told_from_what_is_wrong_and_neither_prints_contents() {
    let request = |length| SignedRequest::open(&vec![0; length]).unwrap_err();
    assert!(matches!(request(MAX_REQUEST + 1), RequestError::TooLong(_)));
    assert!(!matches!(request(MAX_REQUEST), RequestError::TooLong(_)));
    let receipt = |length| SignedReceipt::open(&vec![0; length]).unwrap_err();
    assert!(matches!(receipt(MAX_RECEIPT + 1), ReceiptError::TooLong(_)));
    assert!(!matches!(receipt(MAX_RECEIPT), ReceiptError::TooLong(_)));
    let asked = asked(1, "Wattt Insights");
    let (signed, receipt) = (&asked.signed, asked.receipt());
    assert_eq!(
        format!("{signed:?} {receipt:?}"),
        format!(
            "SignedRequest({}) SignedReceipt({})",
            signed.hash(),
            receipt.hash()
        )
    );
}

#[test]
fn damaged_links_are_told_apart() {
    let deep = asked(1, "Wattt Insights").link.to_string();
    let cases = [
        (String::new(), LinkError::NotALink),
        ("https://wattt.example/".into(), LinkError::NotALink),
        ("http://wattt.example/#n=a&r=b".into(), LinkError::NotALink),
        ("meterkast://pair#abc".into(), LinkError::NotALink),
        ("meterkast://consentful?n=a&r=b".into(), LinkError::NotALink),
        ("meterkast://consént".into(), LinkError::NotALink),
        ("meterkast://consent".into(), LinkError::Incomplete("n")),
        ("meterkast://consent?n=x".into(), LinkError::Incomplete("r")),
        (deep[..deep.len() - 1].into(), LinkError::Damaged("r")),
        (deep[..deep.len() - 4].into(), LinkError::Damaged("r")),
        (
            deep.replace("n=meterkast-test", "n=meter%20kast"),
            LinkError::Damaged("n"),
        ),
        (format!("{deep}&n=other"), LinkError::Repeated("n")),
        ("x".repeat(LONGEST), LinkError::NotALink),
        ("x".repeat(LONGEST + 1), LinkError::TooLong(LONGEST + 1)),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<ConsentLink>(), Err(expected), "{text}");
    }
}

#[test]
fn a_link_does_not_print_its_secret_when_debugged() {
    let link = asked(1, "Wattt Insights").link;
    let debugged = format!("{link:?}");
    assert!(!debugged.contains("0101"), "{debugged}");
    assert!(
        debugged.starts_with(r#"ConsentLink { network: "meterkast-test", hash: "#),
        "{debugged}"
    );
}

#[test]
fn what_was_changed_late_or_meant_for_elsewhere_is_not_shown() {
    let ours = asked(1, "Wattt Insights");
    let bytes = ours.signed.as_bytes();
    let refused =
        |bytes: &[u8], network: &str, now| ours.link.open(bytes, network, now).unwrap_err();

    assert_eq!(
        refused(bytes, "another", NOW + 60),
        OpenError::OtherNetwork {
            theirs: NETWORK.into(),
            ours: "another".into()
        }
    );
    assert_eq!(
        refused(bytes, NETWORK, NOW + 600),
        OpenError::Expired {
            expired_at: NOW + 600,
            now: NOW + 600
        }
    );
    assert_eq!(
        refused(bytes, NETWORK, NOW - 301),
        OpenError::FromTheFuture {
            issued_at: NOW,
            now: NOW - 301
        }
    );
    assert!(ours.link.open(bytes, NETWORK, NOW - 300).is_ok());

    let mut altered = bytes.to_vec();
    altered[100] ^= 1;
    assert_eq!(refused(&altered, NETWORK, NOW + 60), OpenError::Altered);
    // Another genuine request in its place is an alteration as well: the link names one.
    assert_eq!(
        refused(
            asked(2, "Wattt Insights").signed.as_bytes(),
            NETWORK,
            NOW + 60
        ),
        OpenError::Altered
    );
}

#[test]
fn somebody_who_knows_the_hash_still_needs_the_key() {
    let ours = asked(1, "Wattt Insights");
    let mut forged = ours.signed.as_bytes().to_vec();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let link = ConsentLink {
        hash: RequestHash::of(&forged),
        ..ours.link
    };
    let error = link.open(&forged, NETWORK, NOW + 60).unwrap_err();
    let expected = SignedError::Signature { what: "request" };
    assert_eq!(error, OpenError::Request(RequestError::Signed(expected)));
}

/// The container by hand, as another implementation would write it: version byte, CBOR `{0: json, 1: key, 2: signature}`.
fn container(json: &[u8], seed: u8) -> Vec<u8> {
    let key = key(seed);
    let signature = key.sign("request", json, &mut rng(seed)).unwrap();
    let mut bytes = vec![1];
    let mut cbor = minicbor::Encoder::new(&mut bytes);
    cbor.map(3).unwrap();
    cbor.u8(0).unwrap().bytes(json).unwrap();
    cbor.u8(1)
        .unwrap()
        .bytes(key.verifying().as_bytes())
        .unwrap();
    cbor.u8(2).unwrap().bytes(&signature).unwrap();
    bytes
}

#[test]
fn unknown_fields_are_signed_and_passed_over() {
    let mut json = serde_json::to_value(request("Wattt Insights")).unwrap();
    json["novelty"] = serde_json::json!({ "deep": [1, 2, 3] });
    json["provider"]["vat"] = "NL1".into();
    let bytes = container(&serde_json::to_vec(&json).unwrap(), 1);
    let opened = SignedRequest::open(&bytes).unwrap();
    assert_eq!(opened.request(), &request("Wattt Insights"));
    assert_eq!(
        opened.as_bytes(),
        bytes,
        "what was signed is kept, novelty and all"
    );
}

#[test]
fn what_is_signed_but_no_request_is_refused() {
    for json in ["", "{}", "[1]", "null", r#"{"version":1}"#] {
        let error = SignedRequest::open(&container(json.as_bytes(), 1)).unwrap_err();
        assert!(matches!(error, RequestError::Json(_)), "{json}: {error}");
    }
    let deep = "[".repeat(10_000);
    assert!(matches!(
        SignedRequest::open(&container(deep.as_bytes(), 1)),
        Err(RequestError::Json(_))
    ));
    let long = vec![b' '; MAX_REQUEST];
    assert!(matches!(
        SignedRequest::open(&container(&long, 1)),
        Err(RequestError::TooLong(_))
    ));
}

type Change = fn(&mut ConsentRequest);

#[test]
fn every_field_is_checked() {
    let texts: [(&str, Change); 9] = [
        ("provider.name", |r| r.provider.name = "a".repeat(61)),
        ("provider.name", |r| {
            r.provider.name = "Wat\u{202e}tt".into()
        }),
        ("provider.contact", |r| r.provider.contact = " ".into()),
        ("purpose.text", |r| r.purpose.text.nl = String::new()),
        ("purpose.text", |r| r.purpose.text.en = "x".repeat(241)),
        ("without", |r| r.without = Some(Localised::new("a", ""))),
        ("lanes.why", |r| r.lanes[1].why.nl = "\u{7}".into()),
        ("history.why", |r| {
            r.history.as_mut().unwrap().why.en = String::new()
        }),
        ("handling.recipients.name", |r| {
            r.handling.recipients[0].name = "\u{200b}".into()
        }),
    ];
    for (field, change) in texts {
        let fault = fault_after(change);
        assert!(
            matches!(fault, RequestFault::Text { field: named, .. } if named == field),
            "{field}: {fault}"
        );
    }
    let addresses: [(&str, Change); 8] = [
        ("callback", |r| {
            r.callback = Some("ftp://localhost/x".into())
        }),
        ("provider.site", |r| {
            r.provider.site = "http://wattt.example".into()
        }),
        ("provider.site", |r| {
            r.provider.site = "https://wattt.example@evil.example".into()
        }),
        ("provider.site", |r| r.provider.site = "https://".into()),
        ("provider.privacy_notice.url", |r| {
            r.provider.privacy_notice.url = "javascript:alert(1)".into()
        }),
        ("provider.privacy_notice.url", |r| {
            r.provider.privacy_notice.url = "https://wattt.example/é".into()
        }),
        ("provider.complaint_authority.url", |r| {
            r.provider.complaint_authority.url = "ap.nl".into()
        }),
        ("callback", |r| {
            r.callback = Some("https://wattt.example/ space".into())
        }),
    ];
    for (field, change) in addresses {
        let fault = fault_after(change);
        assert!(
            matches!(fault, RequestFault::Address { field: named, .. } if named == field),
            "{field}: {fault}"
        );
    }
    let fields: [(&str, Change); 22] = [
        ("until", |r| {
            (r.from, r.until) = (LAST_DAY - DAY, LAST_DAY + 1)
        }),
        ("lanes", |r| {
            r.lanes = one_wish_each(Lane::ALL.into_iter().chain([lane("day/phases")]))
        }),
        ("handling.transfers", |r| {
            r.handling.transfers = vec!["US".into(); 51]
        }),
        ("network", |r| r.network = "a b".into()),
        ("expires_at", |r| r.expires_at = r.issued_at),
        ("expires_at", |r| r.expires_at = r.issued_at + DAY + 1),
        ("until", |r| r.until = r.from),
        ("until", |r| r.until = r.from + 4 * 366 * DAY),
        ("until", |r| (r.from, r.until) = (1, 2)),
        ("provider.country", |r| r.provider.country = "nl".into()),
        ("provider.site", |r| {
            r.provider.site = "https://wattt.example/".into()
        }),
        ("provider.privacy_notice.sha256", |r| {
            r.provider.privacy_notice.sha256 = "ab".into()
        }),
        ("purpose.category", |r| {
            r.purpose.category = "marketing".into()
        }),
        ("lanes", |r| r.lanes.clear()),
        ("lanes", |r| r.lanes[1].lane = lane("day/electricity")),
        ("lanes.coarser", |r| {
            r.lanes[0].coarser[0].lane = lane("live/electricity")
        }),
        ("lanes.coarser", |r| {
            r.lanes[0].coarser[0].lane = lane("day/phases")
        }),
        ("history.days", |r| r.history.as_mut().unwrap().days = 0),
        ("handling.retention_days", |r| {
            r.handling.retention_days = 10_000
        }),
        ("handling.recipients", |r| {
            r.handling.recipients = vec![r.handling.recipients[0].clone(); 21]
        }),
        ("handling.transfers", |r| {
            r.handling.transfers = vec!["USA".into()]
        }),
        ("hpke_key", |r| r.hpke_key.truncate(100)),
    ];
    for (field, change) in fields {
        let fault = fault_after(change);
        assert!(
            matches!(fault, RequestFault::Field { field: named, .. } if named == field),
            "{field}: {fault}"
        );
    }
    assert_eq!(fault_after(|r| r.version = 2), RequestFault::Version(2));
}

/// As late as a consent may end: a day before the calendar does.
const LAST_DAY: u64 = 253_402_207_200 - DAY;

fn one_wish_each(lanes: impl IntoIterator<Item = Lane>) -> Vec<LaneWish> {
    let wish = |lane| LaneWish {
        lane,
        needed: false,
        why: Localised::new("to show it", "om het te laten zien"),
        coarser: Vec::new(),
    };
    lanes.into_iter().map(wish).collect()
}

#[test]
fn what_may_just_be_asked_for_is_taken() {
    let changes: [Change; 4] = [
        |r| (r.from, r.until) = (LAST_DAY - DAY, LAST_DAY),
        |r| r.lanes = one_wish_each(Lane::ALL),
        |r| r.handling.transfers = vec!["US".into(); 50],
        |r| r.callback = Some("http://localhost:8080/back".into()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut request = request("Wattt Insights");
        change(&mut request);
        let signed = SignedRequest::sign(&request, &key(1), &mut rng(1));
        assert!(signed.is_ok(), "change {number}: {signed:?}");
    }
}

fn fault_after(change: Change) -> RequestFault {
    let mut request = request("Wattt Insights");
    change(&mut request);
    match SignedRequest::sign(&request, &key(1), &mut rng(1)) {
        Err(RequestError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_largest_request_that_passes_the_checks_fits_into_a_message() {
    let mut request = request(&"n".repeat(60));
    let long = Localised::new("é".repeat(240), "é".repeat(240));
    request.lanes = ["electricity", "gas-water-heat", "phases"]
        .map(|kind| LaneWish {
            lane: lane(&format!("live/{kind}")),
            needed: true,
            why: long.clone(),
            coarser: ["quarter-hour", "day"]
                .map(|fine| Coarser {
                    lane: lane(&format!("{fine}/{kind}")),
                    loses: long.clone(),
                })
                .into(),
        })
        .into();
    request.handling.recipients = vec![
        Recipient {
            name: "é".repeat(60),
            why: long
        };
        20
    ];
    let signed = SignedRequest::sign(&request, &key(1), &mut rng(1)).unwrap();
    assert!(
        signed.as_bytes().len() < MAX_REQUEST,
        "{}",
        signed.as_bytes().len()
    );
    // It also fits into the journal.
    const { assert!(MAX_REQUEST + 100 < consent::MAX_MESSAGE) };
}

#[test]
fn what_an_error_repeats_of_a_request_neither_steers_a_terminal_nor_turns_the_line_around() {
    let mut hostile = request("Wattt Insights");
    hostile.provider.site = "https://\u{1b}[2J\u{202e}wattt\u{200b}\n.example".into();
    let refused = SignedRequest::sign(&hostile, &key(1), &mut rng(1)).unwrap_err();
    let RequestError::Fault(RequestFault::Address { given, .. }) = &refused else {
        panic!("{refused}");
    };
    assert_eq!(given, "https:// [2Jwattt .example");
    assert!(
        !refused
            .to_string()
            .chars()
            .any(|c| c.is_control() || c == '\u{202e}')
    );

    hostile.provider.site = format!("https://{}", "x".repeat(5_000));
    let refused = SignedRequest::sign(&hostile, &key(1), &mut rng(1)).unwrap_err();
    assert!(refused.to_string().chars().count() < 250, "{refused}");
}

#[test]
fn a_site_vouches_for_its_keys_only() {
    let statement = SiteStatement::of(&key(1).verifying());
    let json = serde_json::to_vec(&statement).unwrap();
    let read = SiteStatement::from_json(&json).unwrap();
    assert!(read.vouches_for(&key(1).verifying()));
    assert!(!read.vouches_for(&key(2).verifying()));
    assert_eq!(SiteStatement::from_json(b"<html>"), None);
    assert_eq!(
        SiteStatement::from_json(&vec![b' '; SiteStatement::MAX_LEN + 1]),
        None
    );
}
