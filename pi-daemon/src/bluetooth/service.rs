//! The GATT service as bluetoothd is told of it: *info* to read, *pipe* to write to and to be notified on.

use std::num::NonZeroU16;
use std::time::Duration;

use bluer::gatt::local::{
    Application, ApplicationHandle, Characteristic, CharacteristicControl, CharacteristicNotifier,
    CharacteristicNotify, CharacteristicNotifyMethod, CharacteristicRead,
    CharacteristicReadRequest, CharacteristicWrite, CharacteristicWriteMethod,
    CharacteristicWriteRequest, ReqError, ReqResult, Service, characteristic_control,
};
use bluer::{Adapter, Address, Uuid, adv::Advertisement};
use futures::FutureExt as _;
use pairing::bluetooth::{INFO, Info, PIPE, SERVICE};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep};

/// Where the service lies among bluetoothd's. It comes and goes with the window, and centrals remember where it was.
const PLACE: Option<NonZeroU16> = NonZeroU16::new(0x0100);

const BETWEEN_TRIES: Duration = Duration::from_millis(100);
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// What centrals do.
pub(super) enum Event {
    /// One wants to be notified; there is one notifier for all of them.
    Subscribed(CharacteristicNotifier),
    /// One wrote a frame, and waits until it is taken.
    Wrote {
        central: Address,
        mtu: u16,
        frame: Vec<u8>,
        taken: oneshot::Sender<ReqResult<()>>,
    },
}

/// Shown by every phone around.
pub(super) fn advertisement(name: &str) -> Advertisement {
    Advertisement {
        service_uuids: [Uuid::from_u128(SERVICE)].into(),
        discoverable: Some(true),
        local_name: Some(name.to_owned()),
        ..Advertisement::default()
    }
}

/// Serves it; what happens there comes out of `events`.
///
/// bluetoothd is told of the characteristics in the order of a hash map, and gives out handles in that order. Centrals
/// remember handles, and would write to *info* if it changed from one window to the next: it is tried until *info* comes first.
pub(super) async fn serve(
    adapter: &Adapter,
    info: &watch::Receiver<Info>,
    events: &mpsc::Sender<Event>,
) -> bluer::Result<ApplicationHandle> {
    loop {
        let (first, first_handle) = characteristic_control();
        let (second, second_handle) = characteristic_control();
        let info = Characteristic {
            control_handle: first_handle,
            ..readable(info.clone())
        };
        let pipe = Characteristic {
            control_handle: second_handle,
            ..pipe(events.clone())
        };
        let served = adapter
            .serve_gatt_application(application(vec![info, pipe]))
            .await?;
        if are_in_order(&first, &second).await {
            return Ok(served);
        }
        drop(served);
        // What it served is taken away behind its back, and its place is free only then.
        sleep(BETWEEN_TRIES).await;
    }
}

/// Whether the first lies before the second; bluetoothd says where they lie soon after it took them.
async fn are_in_order(first: &CharacteristicControl, second: &CharacteristicControl) -> bool {
    let began = Instant::now();
    loop {
        if let (Ok(first), Ok(second)) = (first.handle(), second.handle()) {
            return first < second;
        }
        if began.elapsed() > TOLD_WITHIN {
            tracing::debug!("bluetoothd does not say where the service lies");
            return true;
        }
        sleep(BETWEEN_TRIES / 10).await;
    }
}

/// The service. No flag asks for bonding.
fn application(characteristics: Vec<Characteristic>) -> Application {
    Application {
        services: vec![Service {
            uuid: Uuid::from_u128(SERVICE),
            handle: PLACE,
            primary: true,
            characteristics,
            ..Service::default()
        }],
        ..Application::default()
    }
}

fn readable(info: watch::Receiver<Info>) -> Characteristic {
    let read = move |request: CharacteristicReadRequest| {
        let value = info.borrow().to_bytes();
        // A central whose MTU it fills asks whether there is more.
        let rest = value.get(usize::from(request.offset)..);
        let rest = rest.map(<[u8]>::to_vec).ok_or(ReqError::InvalidOffset);
        async move { rest }.boxed()
    };
    Characteristic {
        uuid: Uuid::from_u128(INFO),
        read: Some(CharacteristicRead {
            read: true,
            fun: Box::new(read),
            ..CharacteristicRead::default()
        }),
        ..Characteristic::default()
    }
}

fn pipe(events: mpsc::Sender<Event>) -> Characteristic {
    let subscriptions = events.clone();
    let written = move |frame, request| written(events.clone(), frame, request).boxed();
    let subscribed = move |notifier| {
        let subscriptions = subscriptions.clone();
        async move {
            // Only fails when nothing is served any more.
            let _ = subscriptions.send(Event::Subscribed(notifier)).await;
        }
        .boxed()
    };
    Characteristic {
        uuid: Uuid::from_u128(PIPE),
        write: Some(CharacteristicWrite {
            write: true,
            method: CharacteristicWriteMethod::Fun(Box::new(written)),
            ..CharacteristicWrite::default()
        }),
        notify: Some(CharacteristicNotify {
            notify: true,
            method: CharacteristicNotifyMethod::Fun(Box::new(subscribed)),
            ..CharacteristicNotify::default()
        }),
        ..Characteristic::default()
    }
}

async fn written(
    events: mpsc::Sender<Event>,
    frame: Vec<u8>,
    request: CharacteristicWriteRequest,
) -> ReqResult<()> {
    if request.offset != 0 {
        return Err(ReqError::InvalidOffset);
    }
    let (taken, answer) = oneshot::channel();
    let wrote = Event::Wrote {
        central: request.device_address,
        mtu: request.mtu,
        frame,
        taken,
    };
    let sent = events.send(wrote).await;
    sent.map_err(|_| ReqError::NotSupported)?;
    answer.await.unwrap_or(Err(ReqError::Failed))
}
