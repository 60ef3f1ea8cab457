//! The device's own end of the link: paired, called and asked by radio, without a radio.

use ::pairing::near::{NearCall, No, Request, Response};
use channel::IdentityKey;
use data_dir::random;
use readings::{Batch, codec};
use simulated_meter::Household;
use tokio::time::timeout;

use crate::clock::Clock as _;
use crate::daemon::without_a_radio::{LIMIT, Pi, ROUTE, added, owned, owner, state};
use crate::device::Heard;
use crate::meter::MeterEvent;
use crate::socket::{Answer, Request as Asked};

#[tokio::test]
async fn a_device_without_a_network_gets_its_owner_by_hand() {
    let pi = Pi::new();
    let paired = pi.pairs(&owner());
    let mut talk = pi.takes_call(&paired.near_key());
    let Response::Node { trouble, .. } = pi.does(&mut talk, &Request::Node).await else {
        panic!("no node");
    };
    assert!(trouble.is_some(), "it was never reached");
    let stranger = IdentityKey::from_seed(&[0x78; 32]);
    let unsigned = pi.does(&mut talk, &added(&paired, &stranger)).await;
    assert_eq!(
        (unsigned, state(&pi).as_str()),
        (Response::Taken, "\"pending\"")
    );
    for _ in 0..2 {
        let taken = pi.does(&mut talk, &added(&paired, &owner())).await;
        assert_eq!(
            (taken, state(&pi).as_str()),
            (Response::Taken, "\"paired\"")
        );
    }
    // It has no node yet, so its owner may come again.
    pi.daemon().radio_lost(ROUTE);
    assert!(pi.daemon().on_the_air().is_some());
    timeout(LIMIT, pi.daemon().listen()).await.unwrap().unwrap();
    assert_eq!(pi.daemon().on_the_air(), None, "it has one now");
}

#[tokio::test]
async fn an_owner_is_heard_for_two_minutes_and_nobody_without_one() {
    let (mut pi, paired) = owned().await;
    pi.switch_on();
    let call = NearCall::start(&paired.near_key(), &mut random::generator()).unwrap();
    assert!(matches!(pi.hears(call.message()), Heard::Nothing));
    assert_eq!(pi.daemon().on_the_air(), None);

    let near = pi.daemon().answer(Asked::Near);
    assert_eq!(near, Answer::Near { seconds: 120 });
    assert_eq!(pi.daemon().radio_name(), "Meterkast");
    let hint = pi.daemon().radio_info().hint.unwrap();
    assert!(paired.near_key().recognises(hint));
    pi.takes_call(&paired.near_key());
    pi.daemon().radio_lost(ROUTE);
    pi.clock.passes(120);
    assert_eq!(pi.daemon().on_the_air(), None);

    pi.daemon().answer(Asked::Near);
    pi.daemon().answer(Asked::Unpair);
    pi.second_passes();
    assert!(matches!(pi.hears(call.message()), Heard::Nothing));
    let refused = pi.daemon().answer(Asked::Near);
    assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
}

#[tokio::test]
async fn another_node_is_used_at_once_and_after_a_restart() {
    let (mut pi, paired) = owned().await;
    pi.daemon().answer(Asked::Near);
    let mut talk = pi.takes_call(&paired.near_key());
    let none = Request::UseNode {
        address: "no address at all".into(),
    };
    let refused = pi.does(&mut talk, &none).await;
    assert!(
        matches!(
            refused,
            Response::No {
                why: No::Address,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_ok());

    // Nobody listens there, and it is used all the same.
    let address = "http://127.0.0.1:9".to_owned();
    let nowhere = Request::UseNode {
        address: address.clone(),
    };
    let Response::Node {
        address: used,
        trouble,
    } = pi.does(&mut talk, &nowhere).await
    else {
        panic!("not used");
    };
    assert_eq!(used, address);
    assert!(trouble.is_some(), "nobody listens there");
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_err());

    pi.switch_on();
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_err());
    let Answer::Status(report) = pi.daemon().answer(Asked::Status) else {
        panic!("no status");
    };
    assert_eq!(report.node.address, address);
}

#[tokio::test]
async fn the_meter_is_seen_as_it_is_now() {
    let (pi, paired) = owned().await;
    pi.daemon().answer(Asked::Near);
    let mut talk = pi.takes_call(&paired.near_key());
    let silent = pi.does(&mut talk, &Request::Meter).await;
    assert_eq!(silent, Response::no(No::NoReading));

    pi.second_passes();
    let telegram = Household::new(7).telegram_at(pi.clock.unix().cast_signed());
    pi.daemon().hear(MeterEvent::Telegram(telegram));
    let Response::Meter { bodies } = pi.does(&mut talk, &Request::Meter).await else {
        panic!("no reading");
    };
    assert_eq!(bodies.len(), 3);
    for body in &bodies {
        let (_, Batch::Readings(rows)) = codec::decode(body).unwrap() else {
            panic!("no readings");
        };
        assert_eq!(rows[0].at.0, pi.clock.unix().cast_signed());
    }
    pi.seconds_pass(61);
    let old = pi.does(&mut talk, &Request::Meter).await;
    assert_eq!(old, Response::no(No::NoReading));
}
