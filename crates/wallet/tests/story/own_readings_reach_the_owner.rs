//! The owner reads its own lanes, through rotations and after a loss, and takes everything along.

use readings::Batch;

use crate::house::provider::QUARTER;
use crate::house::{House, START, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn quarter_hours_arrive_also_after_a_rotation_and_are_exported() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let own = wallet.devices()[0].id;
    let first = START / 900 * 900;
    until(&wallet, "keys of the own lanes", |_| true).await;
    device.measure(QUARTER, first).await;
    house.time.pass(1800);
    until(&wallet, "a quarter of an hour", |w| {
        !w.own_data(own, QUARTER, 0, u64::MAX).unwrap().is_empty()
    })
    .await;

    device.rotate_all().await;
    device.measure(QUARTER, first + 900).await;
    until(&wallet, "the next", |w| {
        w.own_data(own, QUARTER, 0, u64::MAX).unwrap().len() == 2
    })
    .await;
    let data = wallet
        .own_data(own, QUARTER, first + 900, first + 1800)
        .unwrap();
    assert!(
        matches!(&data[0].batch, Batch::Intervals(all) if all[0].start.0 == (first + 900) as i64),
        "{data:?}"
    );

    assert_eq!(wallet.last_measured(own).unwrap(), Some(first + 1800));

    share(&house, &wallet, "Wattt Insights").await;
    let out = house.path("out");
    let exported = wallet.export(&out).await.unwrap();
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let names: Vec<String> = exported.files.iter().map(name).collect();
    assert!(
        names
            .iter()
            .any(|name| name.ends_with("quarter-hour-electricity.csv")),
        "{names:?}"
    );
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("receipt-") && name.ends_with(".signed")),
        "{names:?}"
    );
    let csv = exported
        .files
        .iter()
        .find(|path| {
            path.extension().is_some_and(|e| e == "csv") && !path.ends_with("activity.csv")
        })
        .unwrap();
    let csv = std::fs::read_to_string(csv).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");

    // The same activity is there as a table, in words.
    let table = std::fs::read_to_string(out.join("activity.csv")).unwrap();
    assert!(table.starts_with("number,time,what,detail,fact,entry_sha256\n"));
    assert!(table.contains("Your wallet began here"), "{table}");
    assert_eq!(table.lines().count(), wallet.activity().len() + 1);

    // The exported activity is signed, and holds no secret of the journal.
    let activity = std::fs::read(out.join("activity.json")).unwrap();
    let proof: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("activity.json.signature")).unwrap())
            .unwrap();
    let bytes = |field: &str| {
        data_encoding::BASE64
            .decode(proof[field].as_str().unwrap().as_bytes())
            .unwrap()
    };
    let key = channel::VerifyingIdentity::from_bytes(&bytes("key")).unwrap();
    key.verify("export", &activity, &bytes("signature"))
        .unwrap();
    let secret = data_encoding::HEXLOWER.encode(wallet.consents()[0].consent_secret.expose());
    assert!(!String::from_utf8(activity).unwrap().contains(&secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pi_that_was_away_for_a_week_is_heard_again() {
    const WEEK: u64 = 7 * 86_400;
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let own = wallet.devices()[0].id;
    let first = START / 900 * 900;
    until(&wallet, "keys of the own lanes", |_| true).await;
    device.measure(QUARTER, first).await;
    house.time.pass(1_800);
    let quarters = |w: &wallet::Wallet| w.own_data(own, QUARTER, 0, u64::MAX).unwrap().len();
    until(&wallet, "a quarter of an hour", |w| quarters(w) == 1).await;

    house.time.pass(WEEK);
    device.measure(QUARTER, first + WEEK).await;
    until(&wallet, "one after a week", |w| quarters(w) == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_loss_the_own_lanes_are_read_again() {
    let house = House::new();
    let (wallet, seed, device) = house.with_device().await;
    let own = wallet.devices()[0].id;
    let first = START / 900 * 900;
    until(&wallet, "keys of the own lanes", |_| true).await;
    device.measure(QUARTER, first).await;
    drop(wallet);
    house.time.pass(1800);
    let restored = house.restore("again", &seed);
    restored.recover(|_, _| ()).await.unwrap();
    until(&restored, "the quarter", |w| {
        !w.own_data(own, QUARTER, 0, u64::MAX).unwrap().is_empty()
    })
    .await;
}
