//! The power goes, the node goes, the clock goes, an old card is put back: nothing is lost, doubled, or used twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::house::{House, LIVE, NOON, Provider, Wallet};
use consent::{Alert, ConsentMessage};
use pi_daemon::meter::MeterEvent;
use tangle::Tag;

const NEVER: u64 = NOON + 365 * 86_400;

async fn with_reader() -> (House, Wallet, Provider) {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(25).await;
    assert!(wattt.fetch_grant(&house).await);
    (house, wallet, wattt)
}

/// Tag and bytes of everything in the outbox that was not sent.
fn unsent(house: &House) -> Vec<([u8; 32], Vec<u8>)> {
    let db = rusqlite::Connection::open(house.data_dir().join("pi-daemon.db")).unwrap();
    let mut rows = db
        .prepare("SELECT tag, data FROM outbox JOIN outbox_bytes USING (n) WHERE sent_at IS NULL ORDER BY n")
        .unwrap();
    let rows = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// No place on the Tangle holds two different blocks.
fn nothing_was_used_twice(house: &House) {
    let mut under: BTreeMap<Tag, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for stored in house.tangle.recording() {
        under.entry(stored.tag).or_default().insert(stored.data);
    }
    let twice = under.values().filter(|blocks| blocks.len() > 1).count();
    assert_eq!(twice, 0, "{twice} tags hold different blocks");
}

fn seconds_of(wattt: &Provider) -> Vec<u64> {
    wattt
        .readings
        .iter()
        .map(|reading| reading.at.0.cast_unsigned())
        .collect()
}

/// Copies a card, whose directory nobody else may enter.
pub(crate) fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test]
async fn a_restart_resends_the_same_bytes() {
    let (mut house, _wallet, mut wattt) = with_reader().await;
    house.tangle.set_reachable(false);
    // The slot ends: it is sealed and durable, and the power goes before it is published.
    house.seconds_alone(10);
    let durable = unsent(&house);
    assert_eq!(durable.len(), 1);
    house.cut_power();
    house.switch_on();
    assert_eq!(unsent(&house), durable);
    house.tangle.set_reachable(true);
    house.second().await;
    let last = house.tangle.recording().pop().unwrap();
    assert_eq!((last.tag.0, last.data), durable[0]);
    house.seconds(20).await;
    wattt.read(&house).await;
    assert_eq!(wattt.troubles(), 0);
    nothing_was_used_twice(&house);
}

#[tokio::test]
async fn power_lost_between_publishing_and_noting_it_publishes_the_same_bytes_again() {
    let (mut house, _wallet, mut wattt) = with_reader().await;
    while house.now() % 10 != 9 {
        house.second().await;
    }
    house.seconds_alone(1);
    let durable = unsent(&house);
    let (tag, data) = durable[0].clone();
    use tangle::Tangle as _;
    house.tangle.publish(Tag(tag), &data).await.unwrap();
    house.cut_power();
    house.switch_on();
    house.seconds(20).await;
    let copies = house.tangle.by_tags(&[Tag(tag)]).await.unwrap();
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|copy| copy.data == data));
    wattt.read(&house).await;
    assert!(
        wattt.slots.values().all(|times| *times == 1),
        "readers take each slot once"
    );
    assert_eq!(wattt.troubles(), 0);
}

#[tokio::test]
async fn a_node_that_was_away_gets_everything_in_order_without_duplicates() {
    let (mut house, _wallet, mut wattt) = with_reader().await;
    house.tangle.set_reachable(false);
    for _ in 0..300 {
        assert!(!house.second().await);
    }
    let report = house.report();
    assert!(!report.node.reachable);
    assert_eq!(report.outbox.slots_waiting + report.outbox.unsent, 30);
    house.tangle.set_reachable(true);
    house.second().await;
    assert_eq!(
        house.report().outbox.slots_waiting + house.report().outbox.unsent,
        0
    );
    wattt.read(&house).await;

    let seconds = seconds_of(&wattt);
    assert_eq!(
        seconds,
        (seconds[0]..house.now() - house.now() % 10).collect::<Vec<_>>()
    );
    assert_eq!(wattt.troubles(), 0);
    nothing_was_used_twice(&house);
}

#[tokio::test]
async fn an_outage_of_the_node_and_the_power_loses_nothing_that_was_durable() {
    let (mut house, _wallet, mut wattt) = with_reader().await;
    house.tangle.set_reachable(false);
    house.seconds(40).await;
    let last_durable_slot_end = house.now() - house.now() % 10;
    house.cut_power();
    house.clock.set(house.now() + 100);
    house.switch_on();
    house.seconds(20).await;
    house.tangle.set_reachable(true);
    house.seconds(2).await;
    wattt.read(&house).await;
    let seconds = seconds_of(&wattt);
    let before_the_cut: Vec<u64> = seconds
        .iter()
        .copied()
        .filter(|at| *at < last_durable_slot_end)
        .collect();
    assert_eq!(
        before_the_cut,
        (seconds[0]..last_durable_slot_end).collect::<Vec<_>>()
    );
    assert_eq!(wattt.troubles(), 0);
    nothing_was_used_twice(&house);
}

#[tokio::test]
async fn who_was_revoked_during_an_outage_gets_nothing_of_it() {
    let (mut house, mut wallet, mut wattt) = with_reader().await;
    house.tangle.set_reachable(false);
    let outage = house.now();
    house.seconds(100).await;
    house.tangle.set_reachable(true);
    wallet.revoke(&house, wattt.consent).await;
    house.seconds(30).await;
    wattt.read(&house).await;
    // One slot was sealed before the device knew that its node was away.
    assert!(*seconds_of(&wattt).last().unwrap() < outage + 20);
    let said = wattt.listen(&house).await;
    assert!(matches!(
        said.last(),
        Some(ConsentMessage::RevokedAck { .. })
    ));
}

#[tokio::test]
async fn who_expired_during_an_outage_gets_everything_up_to_the_end_and_nothing_after() {
    let (mut house, mut wallet) = House::owned().await;
    let (mut wattt, mut other) = (Provider::new(1), Provider::new(2));
    let until = house.now() - house.now() % 10 + 100;
    wallet.authorise(&house, &wattt, &[LIVE], until).await;
    wallet.authorise(&house, &other, &[LIVE], NEVER).await;
    house.seconds(25).await;
    wattt.fetch_grant(&house).await;
    other.fetch_grant(&house).await;
    house.tangle.set_reachable(false);
    house.seconds(150).await;
    house.tangle.set_reachable(true);
    house.seconds(2).await;
    wattt.read(&house).await;
    other.read(&house).await;
    assert_eq!(*seconds_of(&wattt).last().unwrap(), until - 1);
    assert_eq!(
        *seconds_of(&other).last().unwrap(),
        house.now() - house.now() % 10 - 1
    );
    assert_eq!(other.troubles(), 0);
}

#[tokio::test]
async fn the_power_may_go_at_any_second() {
    let (mut house, mut wallet, mut wattt) = with_reader().await;
    let mut other = Provider::new(2);
    for step in 0_u64..150 {
        match step {
            20 => wallet.authorise(&house, &other, &[LIVE], NEVER).await,
            70 => wallet.revoke(&house, other.consent).await,
            _ => {}
        }
        // Cut at the most awkward moments: before the tick, after it, after listening, after delivery.
        let cut = (step * 7 + 3) % 11;
        house.clock.set(house.now() + 1);
        house.telegram();
        if cut != 0 {
            house.daemon().tick().unwrap();
        }
        if cut > 2 {
            house.daemon().listen().await.unwrap();
            house.daemon().tick().unwrap();
        }
        if cut > 4 {
            house.daemon().deliver().await.unwrap();
        }
        if cut < 6 {
            house.cut_power();
            house.switch_on();
        }
    }
    house.seconds(25).await;
    other.fetch_grant(&house).await;
    wattt.read(&house).await;
    other.read(&house).await;
    nothing_was_used_twice(&house);
    assert_eq!(wattt.troubles(), 0);
    assert!(wattt.slots.values().all(|times| *times == 1));
    let slots: Vec<u64> = wattt.slots.keys().copied().collect();
    let every: Vec<u64> = (slots[0]..house.now() / 10).collect();
    assert_eq!(
        slots, every,
        "every slot was published, by whichever life of the device"
    );
    assert!(other.was_left_out());
    assert_eq!(wattt.rotations(), 1);
}

#[tokio::test]
async fn an_old_card_that_is_put_back_opens_a_new_epoch_and_the_owner_is_told() {
    let (mut house, mut wallet, mut wattt) = with_reader().await;
    house.seconds(20).await;
    house.cut_power();
    let old = house.dir.path().join("old");
    copy(&house.data_dir(), &old);
    house.switch_on();
    house.seconds(60).await;
    wattt.read(&house).await;
    wattt.listen(&house).await;
    house.cut_power();
    std::fs::remove_dir_all(house.data_dir()).unwrap();
    copy(&old, &house.data_dir());
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(house.data_dir(), std::fs::Permissions::from_mode(0o700)).unwrap();

    house.switch_on();
    house.seconds(40).await;
    wattt.read(&house).await;
    assert_eq!(wattt.rotations(), 1);
    assert_eq!(wattt.troubles(), 0);
    assert!(
        seconds_of(&wattt).last().unwrap() + 20 > house.now(),
        "it reads on"
    );
    nothing_was_used_twice(&house);
    wallet.listen(&house).await;
    assert!(
        wallet.alerts().contains(&&Alert::OldStateRestored),
        "{:?}",
        wallet.told
    );
}

#[tokio::test]
async fn an_old_card_from_before_a_rotation_begins_a_new_channel_and_grants_it_anew() {
    let (mut house, mut wallet, mut wattt) = with_reader().await;
    let mut other = Provider::new(2);
    wallet.authorise(&house, &other, &[LIVE], NEVER).await;
    house.seconds(70).await;
    other.fetch_grant(&house).await;
    house.cut_power();
    let old = house.dir.path().join("old");
    copy(&house.data_dir(), &old);
    house.switch_on();
    house.second().await;
    wallet.revoke(&house, other.consent).await;
    house.seconds(30).await;
    wattt.read(&house).await;
    wattt.listen(&house).await;
    house.cut_power();
    std::fs::remove_dir_all(house.data_dir()).unwrap();
    copy(&old, &house.data_dir());
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(house.data_dir(), std::fs::Permissions::from_mode(0o700)).unwrap();

    house.switch_on();
    house.seconds(5).await;
    let said = wattt.listen(&house).await;
    assert!(
        said.iter()
            .any(|said| matches!(said, ConsentMessage::Regrant { .. })),
        "{said:?}"
    );
    let granted_at = house.now();
    wattt.readings.clear();
    house.seconds(40).await;
    wattt.read(&house).await;
    other.read(&house).await;
    assert!(wattt.readings.len() >= 20);
    assert!(
        seconds_of(&other).iter().all(|at| *at < granted_at),
        "the revocation is read again"
    );
    assert_eq!(house.report().consents, 1);
}

#[tokio::test]
async fn a_clock_behind_the_last_slot_publishes_nothing_until_the_time_is_known() {
    let (mut house, _wallet, mut wattt) = with_reader().await;
    house.seconds(20).await;
    let right = house.now();
    house.meter_works = false;
    house.cut_power();
    house.clock.set(right - 3_600);
    house.switch_on();
    let before = house.report().lanes[0].next_slot;
    house.seconds(40).await;
    assert_eq!(house.report().lanes[0].next_slot, before);
    assert!(
        house.report().warnings[0].contains("clock"),
        "{:?}",
        house.report().warnings
    );

    // The meter knows what time it is.
    for second in 0..40 {
        house.clock.set(house.now() + 1);
        let telegram = house
            .household
            .telegram_at((right + 100 + second).cast_signed());
        house.daemon().hear(MeterEvent::Telegram(telegram));
        house.daemon().tick().unwrap();
        house.daemon().listen().await.unwrap();
        house.daemon().deliver().await.unwrap();
    }
    assert!(house.report().lanes[0].next_slot > before);
    house.clock.set(right + 150);
    wattt.read(&house).await;
    assert!(seconds_of(&wattt).iter().any(|at| *at >= right + 100));
    assert_eq!(wattt.troubles(), 0);
    nothing_was_used_twice(&house);
}

#[tokio::test]
async fn a_block_that_the_ledger_confirmed_leaves_the_outbox() {
    let (mut house, _wallet, _wattt) = with_reader().await;
    house.seconds(60).await;
    assert!(house.report().outbox.unconfirmed > 5);
    house.clock.set(house.now() + 30);
    house.daemon().confirm().await.unwrap();
    assert_eq!(house.report().outbox.unconfirmed, 0);
}
