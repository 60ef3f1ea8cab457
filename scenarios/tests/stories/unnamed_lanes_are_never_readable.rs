//! Claim: what a consent does not name is under keys that its provider never gets, and a lane that nobody may read is not on
//! the Tangle at all.

use readings::{GasWaterHeat, Phases};
use scenarios::attack;
use scenarios::hoard::Hoard;
use scenarios::{House, LIVE, PHASES, copy_dir};

#[tokio::test(start_paused = true)]
async fn a_provider_without_phases_opens_nothing_of_phases() {
    let mut house = House::new().await;
    let (plain, curious) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    let electricity = house.share(&plain, &[LIVE]).await;
    let phases = house.share(&curious, &[PHASES]).await;
    let stolen = house.dir.path().join("stolen");
    copy_dir(plain.dir(), &stolen);
    let other = house.dir.path().join("other");
    copy_dir(curious.dir(), &other);
    let from = house.ledger.published().len();
    house.next_slot().await;
    house.seconds(60).await;

    let readings = plain.readings(&electricity.id);
    assert!(
        readings
            .iter()
            .all(|reading| reading.phases == Phases::default())
    );
    assert!(
        readings
            .iter()
            .all(|reading| reading.gas_water_heat == GasWaterHeat::default())
    );
    let others = curious.readings(&phases.id);
    assert!(
        others
            .iter()
            .any(|reading| reading.phases != Phases::default())
    );
    assert!(
        others
            .iter()
            .all(|reading| reading.electricity.power_import.is_none())
    );

    // With every key on every block it opens its own lane: half of what the Pi published.
    let archive = house.ledger.published().split_off(from);
    let by_pi: Vec<_> = archive
        .into_iter()
        .filter(|block| block.by == "pi")
        .collect();
    let hoard = Hoard::open(&stolen).unwrap();
    let opened = attack::try_everything(&hoard, &by_pi, house.now());
    assert_eq!(opened.len() * 2, by_pi.len());
    for opened in opened {
        let (kind, _) = readings::codec::decode(&opened.plain.body).unwrap();
        assert_eq!(kind, readings::Kind::Electricity);
    }
    // The other half opens with the keys of whoever was given phases.
    let hoard = Hoard::open(&other).unwrap();
    let opened = attack::try_everything(&hoard, &by_pi, house.now());
    assert_eq!(opened.len() * 2, by_pi.len());
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_nobody_reads_is_not_on_the_tangle() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    house.next_slot().await;
    let quiet = house.ledger.published_by("pi").len();
    house.seconds(60).await;
    assert_eq!(
        house.ledger.published_by("pi").len(),
        quiet,
        "no live lane before the first reader"
    );

    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    let one = house.ledger.published_by("pi").len();
    house.seconds(60).await;
    assert_eq!(
        house.ledger.published_by("pi").len(),
        one + 6,
        "one lane, one block a slot"
    );

    house.revoke(&shared).await;
    house.next_slot().await;
    let ended = house.ledger.published_by("pi").len();
    house.seconds(60).await;
    assert_eq!(
        house.ledger.published_by("pi").len(),
        ended,
        "none after the last"
    );
}
