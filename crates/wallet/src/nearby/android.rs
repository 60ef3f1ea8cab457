//! An Android phone's Bluetooth. Its Java side comes with a plugin of the window, which begins it.

use std::time::Duration;

use async_trait::async_trait;
use blec::models::{AdapterState, BleDevice, ScanFilter, WriteType};
use blec::{Connection, Error, Handler, OnDisconnectHandler};
use pairing::bluetooth::{INFO, PIPE, SERVICE};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use super::around::Around;
use super::{Central, Enough, Nearby, NearbyError, Pipe};

/// What one call may take; connecting takes longest.
const PATIENCE: Duration = Duration::from_secs(20);
/// The whole of what a phone asks a person.
const QUESTION: Duration = Duration::from_secs(60);
/// Until the connection says otherwise (Bluetooth Core, volume 3, part F, 5.2.1).
const SMALLEST_MTU: u16 = 23;

/// This phone's Bluetooth.
pub struct AndroidCentral(&'static Handler);

impl AndroidCentral {
    /// Asks the person whether Bluetooth may be used, if that was not asked before.
    ///
    /// # Errors
    /// [`NearbyError`].
    pub async fn open() -> Result<Self, NearbyError> {
        let handler = blec::get_handler().map_err(unusable)?;
        let allowed = timeout(QUESTION, blec::check_permissions(false)).await;
        if !allowed
            .map_err(|_| NearbyError::NotAllowed)?
            .map_err(unusable)?
        {
            return Err(NearbyError::NotAllowed);
        }
        match timeout(PATIENCE, handler.get_adapter_state()).await {
            Ok(AdapterState::Off) => Err(NearbyError::Off),
            // Looking around says what is wrong with one that does not know.
            _ => Ok(Self(handler)),
        }
    }

    async fn gather(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError> {
        let (heard, mut devices) = mpsc::channel(16);
        let milliseconds = u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX);
        let ours = ScanFilter::Service(Uuid::from_u128(SERVICE));
        let begun = self.0.discover(Some(heard), milliseconds, ours, false);
        limited(begun).await.map_err(unusable)?;
        let mut around = Around::default();
        let until = Instant::now() + at_most;
        'looking: while let Ok(Some(found)) = timeout_at(until, devices.recv()).await {
            for BleDevice {
                address,
                name,
                rssi,
                ..
            } in found
            {
                if enough(&around.note(address, name, rssi)) {
                    break 'looking;
                }
            }
        }
        Ok(around.nearest_first())
    }
}

#[async_trait]
impl Central for AndroidCentral {
    async fn look(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError> {
        let gathered = self.gather(at_most, enough).await;
        // Whether or not it was begun.
        let _ = limited(self.0.stop_scan()).await;
        gathered
    }

    async fn connect(&self, device: &Nearby) -> Result<Box<dyn Pipe>, NearbyError> {
        let (notify, notified) = mpsc::unbounded_channel();
        let ends = notify.clone();
        let gone = OnDisconnectHandler::from_sync(move || drop(ends.send(None)));
        let connected = limited(self.0.connect(&device.id, gone, false)).await;
        // Whatever goes wrong from here on, the connection is ended.
        let link = Link(connected.map_err(broken)?);
        let heard = move |frame| drop(notify.send(Some(frame)));
        let (pipe, service) = (Uuid::from_u128(PIPE), Some(Uuid::from_u128(SERVICE)));
        limited(link.0.subscribe(pipe, service, heard))
            .await
            .map_err(broken)?;
        let mtu = limited(link.0.mtu()).await.unwrap_or(SMALLEST_MTU);
        Ok(Box::new(AndroidPipe {
            link,
            notified,
            mtu: mtu.max(SMALLEST_MTU),
        }))
    }
}

struct AndroidPipe {
    link: Link,
    /// Frames, and nothing when the device went away.
    notified: mpsc::UnboundedReceiver<Option<Vec<u8>>>,
    mtu: u16,
}

#[async_trait]
impl Pipe for AndroidPipe {
    fn mtu(&self) -> u16 {
        self.mtu
    }

    async fn info(&mut self) -> Result<Vec<u8>, NearbyError> {
        let read = self
            .link
            .0
            .recv_data(Uuid::from_u128(INFO), Some(Uuid::from_u128(SERVICE)));
        limited(read).await.map_err(broken)
    }

    async fn write(&mut self, frame: &[u8]) -> Result<(), NearbyError> {
        let (pipe, service) = (Uuid::from_u128(PIPE), Some(Uuid::from_u128(SERVICE)));
        let written = self
            .link
            .0
            .send_data(pipe, service, frame, WriteType::WithResponse);
        limited(written).await.map_err(broken)
    }

    async fn next(&mut self) -> Result<Vec<u8>, NearbyError> {
        let gone = || NearbyError::Broken("the device went away".to_owned());
        self.notified.recv().await.flatten().ok_or_else(gone)
    }

    fn close(self: Box<Self>) {}
}

/// A connection that ends with the value, without being waited for.
struct Link(Connection);

impl Drop for Link {
    fn drop(&mut self) {
        let connection = self.0.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // It may be gone already.
                let _ = limited(connection.disconnect()).await;
            });
        }
    }
}

async fn limited<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let silent = || Error::Timeout(format!("{} s", PATIENCE.as_secs()));
    timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| Err(silent()))
}

fn unusable(error: Error) -> NearbyError {
    match error {
        Error::NoAdapters => NearbyError::Absent,
        Error::Btleplug(btleplug::Error::PermissionDenied) => NearbyError::NotAllowed,
        other => NearbyError::Unusable(other.to_string()),
    }
}

fn broken(error: Error) -> NearbyError {
    NearbyError::Broken(error.to_string())
}
