//! Claim: a current reader who puts any number of blocks under tags before the Pi writes there hides neither readings nor a
//! rotation from the others, and cannot hide from the Pi that its card was put back.

use scenarios::attack::forge;
use scenarios::hoard::{HandKey, Hoard, LaneSecrets};
use scenarios::{House, LIVE, copy_dir};
use tangle::Tag;

/// More than a reader looks at in one go, and more than a page.
const CROWD: usize = 150;

/// The keys of somebody who may read the lane.
fn secrets(house: &House, service: &scenarios::Service) -> LaneSecrets {
    let stolen = house.dir.path().join("stolen");
    copy_dir(service.dir(), &stolen);
    let hoard = Hoard::open(&stolen).unwrap();
    LaneSecrets::of(&hoard.consents[0].readers[0])
        .unwrap()
        .remove(0)
}

/// Blocks that open there, and are not signed by the Pi.
async fn crowd(house: &House, secrets: &LaneSecrets, places: &[HandKey]) {
    let archive = house.ledger.published();
    let honest = secrets.keys_until(house.now()).iter().find_map(|key| {
        let block = archive
            .iter()
            .find(|block| block.tag == Tag(key.tag.into()))?;
        key.open(&block.data)
    });
    let honest = honest.unwrap();
    for place in places {
        for n in 0..CROWD {
            let plain = forge(&honest, &n.to_le_bytes(), &[0x5A; 2420], 1);
            let nonce = [u8::try_from(n).unwrap(); 24];
            let block = place.seal(&plain, nonce).unwrap();
            house.ledger.inject(Tag(place.tag.into()), &block).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn neither_slots_nor_rotations_are_hidden_from_the_other_readers() {
    let mut house = House::new().await;
    let (insider, victim, leaves) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
        house.service("Buurtbatterij"),
    );
    house.share(&insider, &[LIVE]).await;
    let shared = house.share(&victim, &[LIVE]).await;
    let gone = house.share(&leaves, &[LIVE]).await;
    house.seconds(30).await;
    let secrets = secrets(&house, &insider);
    house.next_slot().await;
    let mut places: Vec<HandKey> = (0..2).map(|part| secrets.rotation_key(part)).collect();
    // Four parts of the rotation, then four of each slot: the first part of the two slots that come.
    let parts = secrets.keys_until(house.now() + 20);
    places.extend(parts.iter().skip(4).step_by(4).rev().take(2).cloned());
    crowd(&house, &secrets, &places).await;

    house.revoke(&gone).await;
    house.seconds(60).await;
    let record = victim.record(&shared.id);
    assert_eq!(
        record.lanes[0].last_slot,
        Some(house.now() / 10 - 1),
        "it followed the rotation"
    );
    assert_eq!((record.lanes[0].gaps, record.lanes[0].forks), (0, 0));
    assert!(
        record.lanes[0].rejected >= 2 * CROWD as u64,
        "{:?}",
        record.lanes[0]
    );
    let seconds = victim.seconds(&shared.id);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every);
}

#[tokio::test(start_paused = true)]
async fn an_old_card_is_noticed_beside_junk_and_behind_a_crowd() {
    let mut house = House::new().await;
    let insider = house.service("Wattt Insights");
    let shared = house.share(&insider, &[LIVE]).await;
    house.seconds(30).await;
    let secrets = secrets(&house, &insider);
    house.cut_power();
    let old = house.dir.path().join("old-card");
    copy_dir(&house.pi_dir(), &old);
    house.switch_on();
    // What the Pi writes next lies behind a crowd, and there is junk under the slots after that.
    let parts = secrets.keys_until(house.now() + 200);
    let first_parts: Vec<HandKey> = parts
        .iter()
        .skip(4)
        .step_by(4)
        .rev()
        .take(20)
        .cloned()
        .collect();
    crowd(&house, &secrets, &first_parts).await;
    house.seconds(60).await;
    house.cut_power();
    std::fs::remove_dir_all(house.pi_dir()).unwrap();
    copy_dir(&old, &house.pi_dir());
    house.switch_on();
    house.seconds(60).await;

    let mut places = std::collections::BTreeMap::new();
    for block in house.ledger.published_by("pi") {
        let data = block.data.clone();
        let before = places.insert(block.tag, block.data);
        assert!(
            before.is_none_or(|before| before == data),
            "a place holds two different blocks"
        );
    }
    let record = insider.record(&shared.id);
    assert_eq!(
        record.lanes[0].last_slot,
        Some(house.now() / 10 - 1),
        "it reads on"
    );
    assert_eq!((record.lanes[0].gaps, record.lanes[0].forks), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_crowds_its_own_conversation_is_left_out_all_the_same_and_holds_up_no_other()
{
    let mut house = House::new().await;
    let (hostile, other) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    let crowded = house.share(&hostile, &[LIVE]).await;
    let honest = house.share(&other, &[LIVE]).await;
    house.seconds(20).await;
    let secret = house
        .wallet()
        .consent(crowded.consent)
        .unwrap()
        .consent_secret;
    let writer = channel::consent_writer_secret(secret.expose(), channel::Writer::Wallet);
    let keys = channel::Numbered::new(writer);
    for number in 0..4 {
        for n in 0..CROWD {
            let junk = vec![u8::try_from(n).unwrap(); 4096];
            house
                .ledger
                .inject(Tag(keys.at(number).tag(0).into()), &junk)
                .await;
        }
    }
    let (wallet, patience) = (house.wallet(), std::time::Duration::from_secs(60));
    let stops = wallet.revoke(crowded.consent, patience, |_| {});
    let stopped = house.meanwhile(stops).await.unwrap();
    assert!(
        matches!(stopped.delivery, wallet::Delivery::Waiting(_)),
        "its own notice does not arrive"
    );
    house.seconds(30).await;
    wallet.sync().await.unwrap();
    let view = wallet.consent(crowded.consent).unwrap();
    assert!(
        view.delivery.device_at.is_some(),
        "the Pi has turned its keys"
    );
    assert!(
        hostile
            .seconds(&crowded.id)
            .iter()
            .all(|at| *at < view.last_readable().unwrap())
    );

    wallet.pause(honest.consent).await.unwrap();
    house.seconds(5).await;
    assert_eq!(
        other.record(&honest.id).state,
        consent::ConsentState::Paused
    );
}
