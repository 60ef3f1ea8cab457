//! Advertisements that are heard more than once, as on a real radio.
//!
//! A virtual controller tells of an advertisement at one moment only: when it begins, or when somebody begins to look. The kernel
//! drops what comes before it has wholly begun to look, and then nothing is heard any more. A controller with two
//! advertisements gives each its turn of two seconds, and with every turn it begins anew.

use std::time::Duration;

use bluer::Session;
use bluer::adv::{Advertisement, AdvertisementHandle, Type};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

/// Another program of the Pi that advertises something else; until it is dropped.
pub(crate) struct AnotherAdvertisement {
    _handle: AdvertisementHandle,
}

impl AnotherAdvertisement {
    /// Begins to take turns with whatever the Pi advertises; nothing where its radio is off.
    pub(crate) async fn begin() -> Option<Self> {
        let begun = timeout(PATIENCE, begin()).await;
        let handle = begun.ok()?.ok()?;
        Some(Self { _handle: handle })
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
