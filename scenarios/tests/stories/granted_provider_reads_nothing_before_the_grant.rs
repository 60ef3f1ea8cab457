//! Claim: a provider reads from the slot of its grant on and nothing of that epoch before, whatever it later learns.

use std::collections::BTreeSet;

use scenarios::attack;
use scenarios::hoard::Hoard;
use scenarios::{House, LIVE, copy_dir};

#[tokio::test(start_paused = true)]
async fn a_second_provider_on_a_running_lane_begins_at_its_own_grant() {
    let mut house = House::new().await;
    let (first, second) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    let early = house.share(&first, &[LIVE]).await;
    house.seconds(40).await;
    let late = house.share(&second, &[LIVE]).await;
    let granted_at = house.now();
    house.seconds(40).await;

    assert!(first.seconds(&early.id)[0] < granted_at - 30);
    let seconds = second.seconds(&late.id);
    assert!(seconds[0] > granted_at - granted_at % 10);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every, "every second from there on");
}

#[tokio::test(start_paused = true)]
async fn no_key_that_it_ever_holds_opens_a_block_from_before() {
    let mut house = House::new().await;
    let (first, second, third) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
        house.service("Buurtbatterij"),
    );
    house.share(&first, &[LIVE]).await;
    let leaves = house.share(&third, &[LIVE]).await;
    let earlier = house.dir.path().join("earlier");
    copy_dir(first.dir(), &earlier);
    house.seconds(40).await;
    let before: BTreeSet<_> = house
        .ledger
        .published()
        .iter()
        .map(|block| block.tag)
        .collect();
    house.share(&second, &[LIVE]).await;

    // Its keys as they were granted, and as they are after it followed a rotation.
    let at_grant = house.dir.path().join("at-grant");
    copy_dir(second.dir(), &at_grant);
    house.seconds(20).await;
    house.revoke(&leaves).await;
    house.seconds(20).await;
    let after_rotation = house.dir.path().join("after-rotation");
    copy_dir(second.dir(), &after_rotation);

    for stolen in [at_grant, after_rotation] {
        let hoard = Hoard::open(&stolen).unwrap();
        let opened = attack::try_everything(&hoard, &house.ledger.published(), house.now());
        let old = opened.iter().filter(|opened| before.contains(&opened.tag));
        assert_eq!(old.count(), 0, "{}", stolen.display());
    }
    // The same keys do open what came after the grant, and who was granted earlier does open what came before: the attack works.
    let archive = house.ledger.published();
    let hoard = Hoard::open(&house.dir.path().join("at-grant")).unwrap();
    let opened = attack::try_everything(&hoard, &archive, house.now());
    assert!(opened.iter().any(|opened| opened.plain.carries_readings()));
    let hoard = Hoard::open(&earlier).unwrap();
    let opened = attack::try_everything(&hoard, &archive, house.now());
    assert!(opened.iter().any(|opened| before.contains(&opened.tag)));
}
