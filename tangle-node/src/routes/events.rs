//! The event API on the port of everything else: MQTT over a WebSocket.

use std::sync::Arc;

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    response::Response,
};
use tangle::BlockId;
use tokio_util::sync::CancellationToken;

use super::{Shared, answer::Refusal, blocks::look_up_metadata};
use crate::{
    limits,
    mqtt::{self, Greeter, InitialState},
    store::Store,
};

/// The names under which MQTT 3.1.1 is offered: the registered one, and that of older clients.
const PROTOCOLS: [&str; 2] = ["mqtt", "mqttv3.1"];

pub(super) async fn websocket(
    State(shared): State<Arc<Shared>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade =
        upgrade.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
    let upgrade = upgrade
        .protocols(PROTOCOLS)
        .max_message_size(limits::MQTT_PACKET)
        .max_frame_size(limits::MQTT_PACKET)
        .max_write_buffer_size(limits::MQTT_WRITE_BUFFER);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let broker = &shared.store.events.broker;
        mqtt::serve_websocket(socket, broker, &shared.store, &shared.stop).await;
    }))
}

/// Serves MQTT over TCP until the node stops.
pub(crate) async fn serve_tcp(
    mut listener: http_server::Bounded,
    store: Arc<Store>,
    stop: CancellationToken,
) {
    let mut clients = tokio::task::JoinSet::new();
    loop {
        let stream = tokio::select! {
            (stream, _) = listener.accept() => stream,
            () = stop.cancelled() => break,
            Some(_) = clients.join_next() => continue,
        };
        let (store, stop) = (store.clone(), stop.clone());
        clients.spawn(async move {
            mqtt::serve_stream(stream, &store.events.broker, &store, &stop).await;
        });
    }
    clients.join_all().await;
}

impl Greeter for Store {
    async fn state(&self, id: Option<BlockId>) -> InitialState {
        let metadata = match id {
            Some(id) => look_up_metadata(self, id).await.ok().flatten(),
            None => None,
        };
        InitialState {
            latest: self.events.latest(),
            metadata,
        }
    }
}
