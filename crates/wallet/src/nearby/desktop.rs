//! A desktop's Bluetooth: bluetoothd on Linux, and what macOS and Windows have.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use btleplug::Error;
use btleplug::api::{
    Central as _, CentralState, Characteristic, Manager as _, Peripheral as _, ScanFilter,
    ValueNotification, WriteType,
};
use btleplug::platform::{Adapter, Manager, Peripheral};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use pairing::bluetooth::{INFO, PIPE, SERVICE};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::around::Around;
use super::{Central, Enough, Nearby, NearbyError, Pipe};

/// What one call may take; connecting takes longest.
const PATIENCE: Duration = Duration::from_secs(20);
/// bluetoothd answers *Busy* while it switches an adapter on by itself.
const BUSY_FOR: Duration = Duration::from_secs(5);
const BUSY_AGAIN: Duration = Duration::from_millis(100);
/// Until the connection says otherwise (Bluetooth Core, volume 3, part F, 5.2.1).
const SMALLEST_MTU: u16 = 23;
/// Events of one device are left out by one system or another; what is there is asked instead.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
/// bluetoothd looks around for ten seconds, rests for five, and joins a look that another program began; some adapters tell of
/// a device once in each look.
const ANEW: Duration = Duration::from_secs(4);
/// How long bluetoothd may take to see what a device offers now.
const OFFERED_WITHIN: Duration = Duration::from_secs(3);
/// How long bluetoothd still tells of a device whose connection has ended.
const QUIET_AFTER: Duration = Duration::from_millis(500);

/// This computer's Bluetooth, by one adapter.
pub struct DesktopCentral {
    adapter: Adapter,
    found: Mutex<HashMap<String, Peripheral>>,
    closing: Mutex<Vec<JoinHandle<()>>>,
}

impl DesktopCentral {
    /// Opens the adapter of this name, such as `hci0`, or the only one there is. The names come in no particular order, so
    /// that with several the person chooses.
    ///
    /// # Errors
    /// [`NearbyError`].
    pub async fn open(name: Option<&str>) -> Result<Self, NearbyError> {
        let adapter = limited(adapter(name)).await?;
        if matches!(adapter.adapter_state().await, Ok(CentralState::PoweredOff))
            && !switches_on(&adapter).await
        {
            return Err(NearbyError::Off);
        }
        Ok(Self {
            adapter,
            found: Mutex::default(),
            closing: Mutex::default(),
        })
    }

    async fn start(&self) -> Result<(), NearbyError> {
        let ours = ScanFilter {
            services: vec![Uuid::from_u128(SERVICE)],
        };
        let began = Instant::now();
        loop {
            match self.adapter.start_scan(ours.clone()).await {
                Ok(()) => return Ok(()),
                Err(_) if began.elapsed() < BUSY_FOR => sleep(BUSY_AGAIN).await,
                Err(error) => return Err(NearbyError::Unusable(error.to_string())),
            }
        }
    }

    /// Gathers what advertises, until the time is over or one is enough.
    async fn gather(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError> {
        self.start().await?;
        let mut around = Around::default();
        let mut started = Instant::now();
        let until = started + at_most;
        while Instant::now() < until {
            if started.elapsed() > ANEW {
                // A look that has ended by itself need not be ended.
                let _ = self.adapter.stop_scan().await;
                self.start().await?;
                started = Instant::now();
            }
            for peripheral in self.adapter.peripherals().await.map_err(unusable)? {
                let seen = self.seen(peripheral, &mut around).await;
                if seen.is_some_and(|device| enough(&device)) {
                    return Ok(around.nearest_first());
                }
            }
            sleep(BETWEEN_LOOKS).await;
        }
        Ok(around.nearest_first())
    }

    /// Looks closer at a device. bluetoothd reports for every program what any of them looks for, and
    /// what it saw long ago: only one that offers the service and was heard just now counts. One that is connected, because
    /// a program ended without ending that, is not heard, and is there.
    async fn seen(&self, peripheral: Peripheral, around: &mut Around) -> Option<Nearby> {
        let properties = peripheral.properties().await.ok()??;
        let heard = match properties.rssi {
            Some(heard) => Some(heard),
            None if peripheral.is_connected().await.ok()? => None,
            None => return None,
        };
        if !properties.services.contains(&Uuid::from_u128(SERVICE)) {
            return None;
        }
        let name = properties
            .advertisement_name
            .or(properties.local_name)
            .unwrap_or_else(|| properties.address.to_string());
        let id = peripheral.id().to_string();
        self.found().insert(id.clone(), peripheral);
        Some(around.note(id, name, heard))
    }

    fn found(&self) -> std::sync::MutexGuard<'_, HashMap<String, Peripheral>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn closing(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Central for DesktopCentral {
    async fn look(
        &self,
        at_most: Duration,
        enough: &Enough<'_>,
    ) -> Result<Vec<Nearby>, NearbyError> {
        let gathered = timeout(at_most + PATIENCE, self.gather(at_most, enough)).await;
        // Whether or not it was begun.
        let _ = timeout(PATIENCE, self.adapter.stop_scan()).await;
        gathered.unwrap_or_else(|_| Err(silent()))
    }

    async fn connect(&self, device: &Nearby) -> Result<Box<dyn Pipe>, NearbyError> {
        let known = self.found().get(&device.id).cloned();
        let peripheral = known.ok_or(NearbyError::NotFound)?;
        // Whatever goes wrong from here on, the connection is ended.
        let connection = Connection(Some(peripheral.clone()));
        limited(async { peripheral.connect().await.map_err(broken) }).await?;
        let (info, pipe) = limited(offered(&peripheral)).await?;
        let notified = limited(async { peripheral.notifications().await.map_err(broken) }).await?;
        let (ends, ended) = oneshot::channel();
        self.closing().push(tokio::spawn(async move {
            let notified = ended.await;
            drop_connection(connection).await;
            if let Ok(notified) = notified {
                until_quiet(notified).await;
            }
        }));
        let pipe = Box::new(DesktopPipe {
            mtu: peripheral.mtu().max(SMALLEST_MTU),
            peripheral,
            info,
            pipe,
            notified: Some(notified),
            ends: Some(ends),
        });
        let subscribed = pipe.peripheral.subscribe(&pipe.pipe);
        limited(async { subscribed.await.map_err(broken) }).await?;
        Ok(pipe)
    }

    async fn settle(&self) {
        let closing = std::mem::take(&mut *self.closing());
        for task in closing {
            // A disconnection that hangs is left to bluetoothd.
            let _ = timeout(PATIENCE, task).await;
        }
    }
}

struct DesktopPipe {
    peripheral: Peripheral,
    info: Characteristic,
    pipe: Characteristic,
    notified: Option<Notified>,
    mtu: u16,
    /// Takes what is listened to, and ends the connection.
    ends: Option<oneshot::Sender<Notified>>,
}

type Notified = BoxStream<'static, ValueNotification>;

impl Drop for DesktopPipe {
    fn drop(&mut self) {
        if let (Some(ends), Some(notified)) = (self.ends.take(), self.notified.take()) {
            // Fails only where the program is at its end.
            let _ = ends.send(notified);
        }
    }
}

#[async_trait]
impl Pipe for DesktopPipe {
    fn mtu(&self) -> u16 {
        self.mtu
    }

    async fn info(&mut self) -> Result<Vec<u8>, NearbyError> {
        limited(async { self.peripheral.read(&self.info).await.map_err(broken) }).await
    }

    async fn write(&mut self, frame: &[u8]) -> Result<(), NearbyError> {
        let written = self
            .peripheral
            .write(&self.pipe, frame, WriteType::WithResponse);
        limited(async { written.await.map_err(broken) }).await
    }

    async fn next(&mut self) -> Result<Vec<u8>, NearbyError> {
        loop {
            let notified = match &mut self.notified {
                Some(notified) => notified.next().await,
                None => None,
            };
            let Some(notification) = notified else {
                return Err(NearbyError::Broken("the device went away".to_owned()));
            };
            if notification.uuid == self.pipe.uuid {
                return Ok(notification.value);
            }
        }
    }

    fn close(self: Box<Self>) {}
}

/// A connection that is ended when it is given up half-way.
struct Connection(Option<Peripheral>);

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(peripheral) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { disconnect(&peripheral).await });
        }
    }
}

async fn drop_connection(mut connection: Connection) {
    if let Some(peripheral) = connection.0.take() {
        disconnect(&peripheral).await;
    }
}

async fn disconnect(peripheral: &Peripheral) {
    // It may be gone already.
    let _ = timeout(PATIENCE, peripheral.disconnect()).await;
}

/// The library stops listening in a task of its own, and that task panics where bluetoothd tells of the device before it ran:
/// it does while a connection ends, so that it is listened to a little longer.
async fn until_quiet(mut notified: Notified) {
    let all = async { while notified.next().await.is_some() {} };
    let _ = timeout(QUIET_AFTER, all).await;
}

async fn adapter(name: Option<&str>) -> Result<Adapter, NearbyError> {
    let manager = Manager::new().await.map_err(absent)?;
    let mut there = Vec::new();
    for adapter in manager.adapters().await.map_err(absent)? {
        let info = adapter.adapter_info().await.map_err(unusable)?;
        // On Linux: the name, and what kind of device it is.
        let known = info.split_whitespace().next().unwrap_or_default();
        there.push((known.to_owned(), adapter));
    }
    let chosen = match name {
        Some(name) => there.iter().position(|(known, _)| known == name),
        None => (there.len() == 1).then_some(0),
    };
    match (chosen, name) {
        (Some(at), _) => Ok(there.swap_remove(at).1),
        (None, _) if there.is_empty() => Err(NearbyError::Absent),
        (None, Some(name)) => Err(NearbyError::NoSuchAdapter {
            name: name.to_owned(),
            there: there.into_iter().map(|(name, _)| name).collect(),
        }),
        (None, None) => Err(NearbyError::WhichAdapter(
            there.into_iter().map(|(name, _)| name).collect(),
        )),
    }
}

/// Looking around switches an adapter on, if the system lets it.
async fn switches_on(adapter: &Adapter) -> bool {
    let began = Instant::now();
    while began.elapsed() < BUSY_FOR {
        if adapter.start_scan(ScanFilter::default()).await.is_ok() {
            let _ = adapter.stop_scan().await;
            return true;
        }
        sleep(BUSY_AGAIN).await;
    }
    false
}

/// Both characteristics. bluetoothd may remember what the device offered the last time, and see a moment later what it offers.
async fn offered(peripheral: &Peripheral) -> Result<(Characteristic, Characteristic), NearbyError> {
    let began = Instant::now();
    loop {
        peripheral.discover_services().await.map_err(broken)?;
        let info = characteristic(peripheral, INFO);
        let both = info.and_then(|info| Ok((info, characteristic(peripheral, PIPE)?)));
        if both.is_ok() || began.elapsed() > OFFERED_WITHIN {
            return both;
        }
        sleep(BETWEEN_LOOKS).await;
    }
}

fn characteristic(peripheral: &Peripheral, uuid: u128) -> Result<Characteristic, NearbyError> {
    let uuid = Uuid::from_u128(uuid);
    let missing = || NearbyError::Broken("the device does not offer pairing any more".to_owned());
    peripheral
        .characteristics()
        .into_iter()
        .find(|found| found.uuid == uuid)
        .ok_or_else(missing)
}

async fn limited<T>(
    asked: impl Future<Output = Result<T, NearbyError>> + Send,
) -> Result<T, NearbyError> {
    timeout(PATIENCE, asked).await.unwrap_or(Err(silent()))
}

fn silent() -> NearbyError {
    NearbyError::Broken(format!("no answer within {} s", PATIENCE.as_secs()))
}

fn unusable(error: Error) -> NearbyError {
    match error {
        Error::PermissionDenied => NearbyError::NotAllowed,
        other => NearbyError::Unusable(other.to_string()),
    }
}

/// Who cannot be asked for adapters is not there.
fn absent(error: Error) -> NearbyError {
    tracing::debug!("no Bluetooth here: {error}");
    match error {
        Error::PermissionDenied => NearbyError::NotAllowed,
        _ => NearbyError::Absent,
    }
}

/// bluetoothd gives the error of a write as text; 0xfe is *procedure already in progress* (Core Specification Supplement,
/// part B, 1.2), with which a device turns away who comes second.
fn broken(error: Error) -> NearbyError {
    let said = error.to_string();
    if said.contains("0xfe") {
        return NearbyError::Busy;
    }
    NearbyError::Broken(said)
}
