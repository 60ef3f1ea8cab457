//! Advertisements that are heard more than once, as on a real radio.
//!
//! A virtual controller tells of an advertisement at one moment only: when it begins, or when somebody begins to look. The kernel
//! drops what comes before it has wholly begun to look, and then nothing is heard any more. A controller with two
//! advertisements gives each its turn of two seconds, and with every turn it begins anew.

use std::time::{Duration, Instant};

use bluer::Session;
use bluer::adv::{Advertisement, AdvertisementHandle, Type};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(10);

/// A bluetoothd that has just begun may be busy.
const AGAIN: Duration = Duration::from_millis(500);

/// Another program of the Pi that advertises something else; until it is dropped.
pub(crate) struct AnotherAdvertisement {
    _handle: AdvertisementHandle,
}

impl AnotherAdvertisement {
    /// Begins to take turns with whatever the Pi advertises; nothing, and a word about it, where its radio stays off.
    pub(crate) async fn begin() -> Option<Self> {
        let begun = Instant::now();
        loop {
            let error = match timeout(PATIENCE, begin()).await {
                Ok(Ok(handle)) => return Some(Self { _handle: handle }),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "bluetoothd did not answer".to_owned(),
            };
            if begun.elapsed() > PATIENCE {
                println!("no other advertisement: {error}");
                return None;
            }
            sleep(AGAIN).await;
        }
    }
}

async fn begin() -> bluer::Result<AdvertisementHandle> {
    let pi = Session::new().await?.adapter("hci0")?;
    pi.advertise(Advertisement {
        // In its turn too the Pi can be connected to.
        advertisement_type: Type::Peripheral,
        // The number that is for tests (Assigned Numbers, 7.1).
        manufacturer_data: [(0xffff, vec![1])].into(),
        ..Advertisement::default()
    })
    .await
}
