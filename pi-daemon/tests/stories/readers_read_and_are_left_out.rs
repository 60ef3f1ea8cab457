//! Granting and ending access, as a provider sees it.

use crate::house::{House, LIVE, NOON, Provider};
use channel::IdentityKey;
use consent::{ConsentMessage, ControlMessage, Lanes};

const NEVER: u64 = NOON + 365 * 86_400;

#[tokio::test]
async fn a_granted_reader_gets_every_second_from_the_next_slot_on_and_nothing_before() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    house.seconds(33).await;
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.second().await;
    let granted_at = house.now();
    assert!(wattt.fetch_grant(&house).await);
    assert!(matches!(
        wattt.listen(&house).await.as_slice(),
        [ConsentMessage::Granted { lanes }] if lanes[0].starts_at() > granted_at
    ));
    house.seconds(60).await;
    wattt.read(&house).await;

    let first = wattt.readings[0].at.0.cast_unsigned();
    assert_eq!(first, granted_at - granted_at % 10 + 10);
    let seconds: Vec<u64> = wattt
        .readings
        .iter()
        .map(|reading| reading.at.0.cast_unsigned())
        .collect();
    let expected: Vec<u64> = (first..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, expected);
    assert!(
        wattt
            .readings
            .iter()
            .all(|reading| reading.electricity.power_import.is_some())
    );
    assert!(
        wattt
            .readings
            .iter()
            .all(|reading| reading.phases == readings::Phases::default())
    );
    assert_eq!(wattt.troubles(), 0);
}

#[tokio::test]
async fn revocation_rotates_and_the_revoked_reader_reads_nothing_more_while_the_other_stays() {
    let (mut house, mut wallet) = House::owned().await;
    let (mut stays, mut goes) = (Provider::new(1), Provider::new(2));
    wallet.authorise(&house, &stays, &[LIVE], NEVER).await;
    wallet.authorise(&house, &goes, &[LIVE], NEVER).await;
    house.second().await;
    assert!(stays.fetch_grant(&house).await && goes.fetch_grant(&house).await);
    house.seconds(40).await;

    wallet.revoke(&house, goes.consent).await;
    house.second().await;
    let revoked_at = house.now();
    goes.listen(&house).await;
    house.seconds(60).await;
    stays.read(&house).await;
    goes.read(&house).await;

    assert!(goes.was_left_out());
    let last_read = goes.readings.last().unwrap().at.0.cast_unsigned();
    assert!(
        last_read < revoked_at - revoked_at % 10,
        "the slot of the revocation is closed already"
    );
    assert_eq!(stays.rotations(), 1);
    let first = stays.readings[0].at.0.cast_unsigned();
    let seconds: Vec<u64> = stays
        .readings
        .iter()
        .map(|reading| reading.at.0.cast_unsigned())
        .collect();
    assert_eq!(
        seconds,
        (first..house.now() - house.now() % 10).collect::<Vec<_>>()
    );
    assert_eq!(stays.troubles(), 0);
}

#[tokio::test]
async fn the_acknowledgement_names_the_first_slot_that_cannot_be_read() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(25).await;
    wattt.fetch_grant(&house).await;
    wallet.revoke(&house, wattt.consent).await;
    house.second().await;
    let said = wattt.listen(&house).await;
    let Some(ConsentMessage::RevokedAck { lanes }) = said.last() else {
        panic!("{said:?}")
    };
    house.seconds(30).await;
    wattt.read(&house).await;
    assert_eq!(
        wattt.readers[0].1.ended().map(|slot| slot.0),
        Some(lanes[0].slot)
    );
    assert_eq!(wattt.slots.keys().last().copied(), Some(lanes[0].slot - 1));
}

#[tokio::test]
async fn a_lane_without_reader_is_silent_before_the_first_and_after_the_last() {
    let (mut house, mut wallet) = House::owned().await;
    let quiet = house.tangle.len();
    house.seconds(60).await;
    assert_eq!(house.tangle.len(), quiet, "nothing is published for nobody");

    let wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(30).await;
    assert_eq!(house.report().lanes.len(), 1);
    wallet.revoke(&house, wattt.consent).await;
    house.second().await;
    let last = house.tangle.len();
    assert_eq!(house.report().lanes.len(), 0);
    house.seconds(60).await;
    assert_eq!(house.tangle.len(), last);
}

#[tokio::test]
async fn a_lane_that_is_read_has_one_block_a_slot_also_when_the_meter_is_silent() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(20).await;
    wattt.fetch_grant(&house).await;
    house.meter_works = false;
    let before = house.tangle.len();
    house.seconds(60).await;
    assert_eq!(house.tangle.len() - before, 6);
    wattt.read(&house).await;
    assert!(wattt.covers >= 5, "{}", wattt.covers);
}

#[tokio::test]
async fn a_consent_expires_by_itself() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    let until = house.now() + 45;
    wallet.authorise(&house, &wattt, &[LIVE], until).await;
    house.second().await;
    wattt.fetch_grant(&house).await;
    house.seconds(80).await;
    wattt.read(&house).await;
    let said = wattt.listen(&house).await;
    assert!(
        matches!(said.last(), Some(ConsentMessage::Expired { .. })),
        "{said:?}"
    );
    let last = wattt.readings.last().unwrap().at.0.cast_unsigned();
    assert!(last < until, "{last} {until}");
    assert!(last + 20 >= until, "it may read up to the last whole slot");
    assert_eq!(house.report().consents, 0);
}

#[tokio::test]
async fn a_paused_reader_reads_nothing_until_it_is_resumed() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(30).await;
    wattt.fetch_grant(&house).await;
    let consent = wattt.consent;
    wallet
        .send(
            &house,
            &ControlMessage::Paused {
                consent,
                at: house.now(),
            },
        )
        .await;
    house.second().await;
    let paused_at = house.now();
    house.seconds(40).await;
    wattt.read(&house).await;
    assert!(
        wattt
            .readings
            .iter()
            .all(|reading| reading.at.0.cast_unsigned() < paused_at)
    );
    wallet
        .send(
            &house,
            &ControlMessage::Resumed {
                consent,
                at: house.now(),
            },
        )
        .await;
    house.second().await;
    let resumed_at = house.now();
    let said = wattt.listen(&house).await;
    assert!(
        said.iter()
            .any(|said| matches!(said, ConsentMessage::PausedAck { .. }))
    );
    assert!(
        said.iter()
            .any(|said| matches!(said, ConsentMessage::ResumedAck { .. })),
        "{said:?}"
    );
    wattt.readings.clear();
    house.seconds(40).await;
    wattt.read(&house).await;
    assert!(wattt.readings.len() >= 20);
    assert!(
        wattt
            .readings
            .iter()
            .all(|reading| reading.at.0.cast_unsigned() > resumed_at)
    );
}

#[tokio::test]
async fn a_reader_that_missed_a_rotation_gets_a_fresh_grant() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(70).await;
    wattt.fetch_grant(&house).await;
    wattt.listen(&house).await;
    wattt.say(&house, ConsentMessage::Resync).await;
    house.second().await;
    let said = wattt.listen(&house).await;
    assert!(
        matches!(said.as_slice(), [ConsentMessage::Regrant { .. }]),
        "{said:?}"
    );
    house.seconds(30).await;
    wattt.read(&house).await;
    assert!(wattt.readings.len() >= 10);
}

#[tokio::test]
async fn a_message_by_somebody_else_on_the_control_channel_is_ignored() {
    let (mut house, mut wallet) = House::owned().await;
    let wattt = Provider::new(1);
    let stranger = IdentityKey::from_seed(&[0x13; 32]);
    let authorized = wattt.authorized(&house, &[LIVE], NEVER, None);
    let forged = ControlMessage::Authorized(Box::new(authorized));
    wallet.send_signed_by(&house, &forged, &stranger).await;
    house.seconds(15).await;
    assert_eq!(house.report().consents, 0);

    // The owner's own message under the same tag is obeyed all the same.
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.second().await;
    assert_eq!(house.report().consents, 1);
}

#[tokio::test]
async fn a_provider_whose_key_is_no_key_gets_nothing_and_blocks_nobody() {
    let (mut house, mut wallet) = House::owned().await;
    let (broken, mut wattt) = (Provider::new(1), Provider::new(2));
    let mut authorized = broken.authorized(&house, &[LIVE], NEVER, None);
    authorized.hpke_key = vec![0; kem::PUBLIC_KEY_LEN];
    wallet.authorise_with(&house, authorized).await;
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(3).await;
    assert!(wattt.fetch_grant(&house).await);
    assert_eq!(house.report().consents, 1);
}

#[tokio::test]
async fn the_owner_reads_the_own_lanes_and_watches_live_data_while_a_screen_shows_them() {
    let (mut house, mut wallet) = House::owned().await;
    let lanes = Lanes::new(["quarter-hour/electricity".parse().unwrap()]);
    wallet
        .send(&house, &ControlMessage::OwnerLanes { lanes })
        .await;
    house.second().await;
    wallet.listen(&house).await;
    assert_eq!(wallet.readers().len(), 1);

    let watch = |house: &House| ControlMessage::Watch {
        lanes: Lanes::new([LIVE.parse().unwrap()]),
        until: house.now() + 30,
        need_keys: false,
    };
    let message = watch(&house);
    wallet.send(&house, &message).await;
    house.second().await;
    wallet.listen(&house).await;
    let mut live = wallet.readers().remove(0);
    assert_eq!(house.report().lanes.len(), 2);
    house.seconds(25).await;
    let events = crate::house::provider::read_all(&mut live, &house).await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event, channel::Event::Data { .. })),
        "{events:?}"
    );
    house.seconds(10).await;
    assert_eq!(house.report().lanes.len(), 1, "nobody watches any more");
}

#[tokio::test]
async fn a_removed_device_says_goodbye_and_forgets_everything() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(30).await;
    wattt.fetch_grant(&house).await;
    wallet
        .send(&house, &ControlMessage::DeviceDeleted { at: house.now() })
        .await;
    house.seconds(2).await;
    let said = wattt.listen(&house).await;
    assert!(
        matches!(said.last(), Some(ConsentMessage::DeviceDeleted { .. })),
        "{said:?}"
    );
    wallet.listen(&house).await;
    assert!(matches!(
        wallet.told.last(),
        Some(consent::StatusMessage::Deleted { .. })
    ));
    let report = house.report();
    assert_eq!(
        (
            report.owner.state.as_str(),
            report.lanes.len(),
            report.consents
        ),
        ("none", 0, 0)
    );
    // It can be paired again, and serves its new owner.
    let _ = crate::house::Wallet::pair(&mut house).await;
}
