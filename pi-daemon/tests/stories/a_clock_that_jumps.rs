//! Claim: whatever somebody does to the device's clock, nothing is published for a time that has not come without the owner
//! hearing of it, and when the clock is right again everything goes on.

use consent::{Alert, ConsentMessage, StatusMessage};
use pi_daemon::meter::MeterEvent;

use crate::house::{House, LIVE, Provider, Wallet};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A meter that does not tell the time.
const WITHOUT_CLOCK: &[u8] = b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n";

async fn shared() -> (House, Wallet, Provider) {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    let never = house.now() + 10_000_000;
    wallet.authorise(&house, &wattt, &[LIVE], never).await;
    house.seconds(15).await;
    assert!(wattt.fetch_grant(&house).await);
    house.seconds(20).await;
    (house, wallet, wattt)
}

/// The last slot that was begun, as a time.
fn published_until(house: &House) -> u64 {
    let lane = &house.report().lanes[0];
    lane.next_slot * u64::from(lane.slot_seconds)
}

async fn was_told(house: &House, wallet: &mut Wallet) -> bool {
    wallet.listen(house).await;
    let untrusted = |told: &StatusMessage| {
        matches!(
            told,
            StatusMessage::Alert {
                alert: Alert::ClockUntrusted,
                ..
            }
        )
    };
    wallet.told.iter().any(untrusted)
}

#[tokio::test]
async fn a_jump_that_the_meter_denies_changes_nothing_but_that_the_owner_is_told() {
    for jump in [DAY, -HOUR] {
        let (mut house, mut wallet, mut wattt) = shared().await;
        house.clock.is_set_wrong(jump);
        for _ in 0..90 {
            house.second().await;
            assert!(published_until(&house) <= house.now() + 10);
        }
        assert!(published_until(&house) + 30 > house.now(), "it goes on");
        assert!(was_told(&house, &mut wallet).await, "{jump}");
        assert!(!house.report().warnings.is_empty());

        house.clock.is_set_wrong(0);
        house.seconds(30).await;
        assert!(house.report().warnings.is_empty());
        wattt.read(&house).await;
        let seconds: Vec<i64> = wattt.readings.iter().map(|reading| reading.at.0).collect();
        let every: Vec<i64> = (seconds[0]..seconds[0] + seconds.len() as i64).collect();
        assert_eq!(seconds, every, "each second once, in order");
        assert!(seconds.len() > 100);
    }
}

#[tokio::test]
async fn a_jump_of_which_the_meter_knows_nothing_is_not_believed_at_once_and_never_in_silence() {
    let (mut house, mut wallet, _wattt) = shared().await;
    house.meter_works = false;
    let second = async |house: &mut House| {
        let telegram = MeterEvent::Telegram(WITHOUT_CLOCK.to_vec());
        house.daemon().hear(telegram);
        house.second().await;
    };
    for _ in 0..30 {
        second(&mut house).await;
    }
    house.clock.is_set_wrong(DAY);
    for _ in 0..100 {
        second(&mut house).await;
        assert!(published_until(&house) <= house.now() + 10);
    }
    assert!(was_told(&house, &mut wallet).await);
    let day = DAY.unsigned_abs();
    while published_until(&house) < house.now() + day - 60 {
        second(&mut house).await;
        assert!(house.now() < crate::house::NOON + 1_000, "it goes on");
    }
}

#[tokio::test]
async fn a_clock_that_was_ahead_from_the_start_is_set_right_and_everything_begins_anew() {
    let (mut house, mut wallet, mut wattt) = shared().await;
    house.cut_power();
    house.clock.is_set_wrong(DAY);
    house.switch_on();
    house.seconds(60).await;
    assert!(published_until(&house) > house.now() + DAY.unsigned_abs() - 60);
    assert!(was_told(&house, &mut wallet).await, "the clocks differ");

    house.clock.is_set_wrong(0);
    house.seconds(90).await;
    let lane = published_until(&house);
    assert!(lane <= house.now() + 10 && lane + 30 > house.now());
    assert!(house.report().warnings.is_empty());
    let said = wattt.listen(&house).await;
    let granted_anew = |said: &ConsentMessage| matches!(said, ConsentMessage::Regrant { .. });
    assert!(said.iter().any(granted_anew), "{said:?}");
    house.seconds(20).await;
    wattt.readings.clear();
    wattt.read(&house).await;
    let last = wattt.readings.last().unwrap().at.0;
    assert!(last.abs_diff(house.now().cast_signed()) < 30);
}
