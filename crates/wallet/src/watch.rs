//! Watching: lanes that the owner reads only while a screen shows them (`WATCH`, `docs/protocol.md` section 5).

use consent::{ControlMessage, DeviceId, Lanes};
use readings::Lane;

use crate::error::WalletError;
use crate::post::Delivery;
use crate::store;
use crate::wallet::Wallet;

impl Wallet {
    /// Asks a device for lanes that a screen shows, until this unix second; ten minutes ahead at most. Ask again before
    /// it is over, and not at all when the screen is left: then the lane stops by itself.
    ///
    /// It is no decision, so it stands in no journal. What was measured arrives with [`Wallet::sync`].
    ///
    /// # Errors
    /// [`WalletError::UnknownDevice`] if the device is not, or no longer, one of this wallet's.
    pub async fn watch(
        &self,
        device: DeviceId,
        lanes: &Lanes,
        until: u64,
    ) -> Result<Delivery, WalletError> {
        let _busy = self.busy.lock().await;
        {
            let mut inner = self.inner();
            let known = inner.view.device(device);
            let Some(known) = known.filter(|known| known.removed_at.is_none()) else {
                return Err(WalletError::UnknownDevice(device.to_string()));
            };
            let lanes: Lanes = lanes
                .iter()
                .filter(|lane| known.lanes.contains(*lane))
                .collect();
            if lanes.is_empty() {
                return Ok(Delivery::Sent);
            }
            let held = inner.store.readers(&device)?;
            let need_keys = lanes
                .iter()
                .any(|lane| held.iter().all(|(other, _)| *other != lane));
            let message = ControlMessage::Watch {
                lanes,
                until,
                need_keys,
            };
            let draft = store::Draft::Control { device, message };
            let now = self.now();
            inner
                .store
                .atomically(|transaction| store::add_letter(transaction, now, &draft))?;
        }
        self.deliver().await
    }

    /// Whether keys for this lane of a device are here.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn watches(&self, device: DeviceId, lane: Lane) -> Result<bool, WalletError> {
        let readers = self.inner().store.readers(&device)?;
        Ok(readers.iter().any(|(held, _)| *held == lane))
    }
}
