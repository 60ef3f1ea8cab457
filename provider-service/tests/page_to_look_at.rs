//! Serves the page with a week of a household, for whoever works on how it looks:
//! `cargo test -p provider-service --test page_to_look_at -- --ignored`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod household;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use household::{Household, reading, settle};
use provider_service::offer::{Offer, Wish};
use provider_service::service::{Service, Settings};
use readings::{Batch, WattHour, codec};
use sha2::{Digest as _, Sha256};
use tangle::{InMemory, Tangle};

const WEEK: u64 = 7 * 86_400;
const SLOT: u32 = 60;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until it is stopped"]
async fn a_week_of_a_household() {
    let directory = tempfile::tempdir().unwrap();
    let tangle = Arc::new(InMemory::new());
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    let behind = Arc::new(AtomicU64::new(WEEK));
    let clock = {
        let behind = Arc::clone(&behind);
        Arc::new(move || now() - behind.load(Ordering::Relaxed))
    };
    let settings = Settings {
        listen: "127.0.0.1:8090".parse().unwrap(),
        data_dir: directory.path().join("data"),
        offer: Offer::parse(Offer::WATTT_INSIGHTS).unwrap(),
        public_url: None,
        time_zone: "Europe/Amsterdam".to_owned(),
        api_key_file: None,
        behind_proxy: false,
    };
    let shared: Arc<dyn Tangle> = tangle.clone();
    let service = Service::start_at(settings, shared, clock.clone())
        .await
        .unwrap();
    let provider = service.provider();
    println!("API key {}", service.new_api_key().unwrap());
    settle(provider, clock()).await;

    let capability = "A".repeat(43);
    let visitor: [u8; 32] = Sha256::digest(&capability).into();
    let asked = provider.ask(Wish::default(), &visitor, clock()).unwrap();
    settle(provider, clock()).await;
    let mut home = Household::open(&tangle, &asked.link, clock()).await;
    home.slot_seconds = SLOT;
    home.say_yes(clock()).await;
    home.grant(clock()).await;
    settle(provider, clock()).await;

    let mut at = (clock() / u64::from(SLOT) + 2) * u64::from(SLOT);
    let mut registers = (3_000_000.0, 1_000_000.0);
    while at + u64::from(SLOT) <= now() {
        publish(&mut home, at, 10, &mut registers).await;
        at += u64::from(SLOT);
        behind.store(now().saturating_sub(at), Ordering::Relaxed);
    }
    behind.store(0, Ordering::Relaxed);
    println!("look at {}/my#{capability}", service.public_url());
    println!(
        "and, withdrawn, at {}/my#{}",
        service.public_url(),
        withdrawn(&service, &tangle, now()).await
    );
    loop {
        while at + u64::from(SLOT) <= now() {
            publish(&mut home, at, 1, &mut registers).await;
            at += u64::from(SLOT);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Another consent, which was withdrawn after three minutes; returns its capability.
async fn withdrawn(service: &Service, tangle: &Arc<InMemory>, now: u64) -> String {
    let capability = "B".repeat(43);
    let visitor: [u8; 32] = Sha256::digest(&capability).into();
    let provider = service.provider();
    let begin = now - 240;
    let asked = provider.ask(Wish::default(), &visitor, begin).unwrap();
    settle(provider, begin).await;
    let mut home = Household::open(tangle, &asked.link, begin).await;
    home.slot_seconds = SLOT;
    home.say_yes(begin).await;
    home.grant(begin).await;
    settle(provider, begin).await;
    let mut registers = (1.0, 1.0);
    let first = (begin / u64::from(SLOT) + 1) * u64::from(SLOT);
    for n in 0..2 {
        publish(&mut home, first + n * u64::from(SLOT), 1, &mut registers).await;
    }
    settle(provider, now).await;
    home.wallet_says(consent::ConsentMessage::AuthorizationRevoked, now)
        .await;
    let closing = home.rotate(now, true).await;
    let lanes = vec![closing];
    home.device_says(consent::ConsentMessage::RevokedAck { lanes }, now)
        .await;
    settle(provider, now).await;
    capability
}

/// Publishes the slot that begins at `at`, with a reading every `step` seconds.
async fn publish(home: &mut Household, at: u64, step: usize, registers: &mut (f64, f64)) {
    let mut rows = Vec::new();
    for at in (at..at + u64::from(SLOT)).step_by(step) {
        let watt = power(at);
        let wh = f64::from(i32::try_from(watt).unwrap()) * f64::from(u32::try_from(step).unwrap())
            / 3600.0;
        registers.0 += wh.max(0.0);
        registers.1 += (-wh).max(0.0);
        let mut row = reading(at, watt);
        row.electricity.import.t1 = Some(WattHour(registers.0 as i64));
        row.electricity.export.t1 = Some(WattHour(registers.1 as i64));
        rows.push(row);
    }
    let (publisher, _) = home.lanes.get_mut(&household::live()).unwrap();
    let slot = publisher.slot_length().slot_at(at);
    let body = codec::encode(household::live().kind, &Batch::Readings(rows)).unwrap();
    let blocks = publisher
        .publish(
            slot,
            channel::BlockKind::Data,
            codec::CODEC,
            &body,
            &mut data_dir::random::generator(),
        )
        .unwrap();
    home.put(&blocks).await;
}

/// Base load, breakfast, supper, and a roof in the sun.
fn power(at: u64) -> i64 {
    let hour = f64::from(u32::try_from((at + 3600) % 86_400).unwrap()) / 3600.0;
    let day = (at / 86_400) % 7;
    let bump =
        |middle: f64, width: f64, height: f64| height * (-((hour - middle) / width).powi(2)).exp();
    let flutter = f64::from(u32::try_from((at * 7_919) % 97).unwrap()) - 48.0;
    let cloud = 0.55 + 0.45 * (at as f64 / 2_900.0).sin() * (day as f64 + 1.0).cos();
    let fridge = if (at / 1_500).is_multiple_of(2) {
        70.0
    } else {
        0.0
    };
    let used = 150.0
        + fridge
        + flutter * 0.4
        + bump(7.6, 0.5, 1_100.0)
        + bump(18.3, 0.9, 2_400.0)
        + bump(21.0, 1.5, 350.0);
    (used - bump(13.0, 2.6, 3_000.0) * cloud) as i64
}
