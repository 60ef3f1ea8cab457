//! Claim: who holds the symmetric keys of a lane, because it may read it, cannot publish anything that another reader takes for
//! the Pi's: no readings, no rotation, no replay of a signature on other content.

use readings::{Batch, Electricity, Kind, Reading, UnixSeconds, Watt, codec};
use scenarios::attack::forge;
use scenarios::hoard::{HandKey, Hoard, LaneSecrets, Plain};
use scenarios::{House, LIVE, copy_dir};
use tangle::Tag;

/// A figure that no home has.
const LIE: i64 = 99_999;
const SIGNATURE: usize = 2420;

fn lie(at: u64) -> Vec<u8> {
    let reading = Reading {
        electricity: Electricity {
            power_import: Some(Watt(LIE)),
            ..Electricity::default()
        },
        ..Reading::at(UnixSeconds(at.cast_signed()))
    };
    codec::encode(Kind::Electricity, &Batch::Readings(vec![reading])).unwrap()
}

#[tokio::test(start_paused = true)]
async fn forged_readings_and_rotations_are_thrown_away_and_nothing_true_is_lost() {
    let mut house = House::new().await;
    let (insider, victim) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    house.share(&insider, &[LIVE]).await;
    let shared = house.share(&victim, &[LIVE]).await;
    house.seconds(30).await;
    let stolen = house.dir.path().join("stolen");
    copy_dir(insider.dir(), &stolen);
    house.next_slot().await;

    let hoard = Hoard::open(&stolen).unwrap();
    let secrets = &LaneSecrets::of(&hoard.consents[0].readers[0]).unwrap()[0];
    let now = house.now();
    let keys = secrets.keys_until(now + 30);
    let archive = house.ledger.published();
    let (key, honest) = keys
        .iter()
        .filter_map(|key| {
            let block = archive
                .iter()
                .rev()
                .find(|block| block.tag == Tag(key.tag.into()))?;
            Some((key, key.open(&block.data)?))
        })
        .next_back()
        .unwrap();
    assert!(honest.carries_readings());

    // For each of the next slots, before the Pi writes there: made-up signature, stolen signature, none at all.
    let ahead = keys
        .iter()
        .skip_while(|other| other.tag != key.tag)
        .skip(4)
        .step_by(4);
    let mut forged = 0;
    for (slots_on, place) in (1..).zip(ahead.take(3)) {
        let body = lie(now + 10 * slots_on);
        for signature in [
            vec![0x5A; SIGNATURE],
            honest.rest[..SIGNATURE].to_vec(),
            Vec::new(),
        ] {
            let plain = forge(&honest, &body, &signature, slots_on);
            forged += plant(&house, place, &plain).await;
        }
        // The honest block itself, sealed for another slot.
        forged += plant(&house, place, &honest).await;
    }
    // And a rotation that would lead every reader away.
    let mut rotation = forge(&honest, &[7; 1500], &[0x5A; SIGNATURE], 1);
    rotation.header[1] = 2;
    forged += plant(&house, &secrets.rotation_key(0), &rotation).await;
    assert_eq!(forged, 13);

    house.seconds(60).await;
    let readings = victim.readings(&shared.id);
    assert!(
        readings
            .iter()
            .all(|reading| reading.electricity.power_import != Some(Watt(LIE)))
    );
    let seconds = victim.seconds(&shared.id);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every, "every true second, and nothing else");
    let lane = &victim.record(&shared.id).lanes[0];
    assert!(lane.rejected >= 10, "{lane:?}");
    assert_eq!((lane.forks, lane.gaps), (0, 0));
}

/// Publishes a forgery; 1 if it is one that a reader's keys open, so that only the signature stands against it.
async fn plant(house: &House, place: &HandKey, plain: &Plain) -> usize {
    let block = place.seal(plain, [9; 24]).unwrap();
    assert_eq!(block.len(), 4096);
    house.ledger.inject(Tag(place.tag.into()), &block).await;
    usize::from(place.open(&block).is_some())
}
