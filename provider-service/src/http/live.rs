//! Server-sent events: what arrives, the moment it arrives.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, stream};
use readings::Batch as Rows;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::consents::Id;
use crate::provider::{Arrived, Notice};

/// Turns notices into events for one kind of listener.
pub(super) trait Telling: Send + Sync + 'static {
    /// The consent's state, as this listener may see it; `None` when it is gone.
    fn state(&self) -> impl Future<Output = Option<Value>> + Send;
    /// Readings that came in.
    fn readings(&self, arrived: &Arrived) -> Option<Value>;
}

/// Begins with the state, goes on with what happens. A listener that is too slow gets the state again and goes on from there.
pub(super) fn events<T: Telling>(
    id: Id,
    notices: Receiver<Notice>,
    telling: T,
    mut stopping: watch::Receiver<bool>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let happening = stream::unfold(
        (id, notices, telling, true),
        |(id, mut notices, telling, first)| async move {
            if first {
                let event = state_event(&telling).await;
                return Some((event, (id, notices, telling, false)));
            }
            let event = loop {
                match notices.recv().await {
                    Ok(notice) => {
                        if let Some(event) = event_of(&id, notice, &telling).await {
                            break event;
                        }
                    }
                    Err(RecvError::Lagged(_)) => break state_event(&telling).await,
                    Err(RecvError::Closed) => return None,
                }
            };
            Some((event, (id, notices, telling, false)))
        },
    );
    let stopped = Box::pin(async move { stopping.wait_for(|stopping| *stopping).await.is_ok() });
    Sse::new(happening.map(Ok).take_until(stopped))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn event_of<T: Telling>(id: &Id, notice: Notice, telling: &T) -> Option<Event> {
    match notice {
        Notice::State(changed) if changed == *id => Some(state_event(telling).await),
        Notice::Readings(arrived) if arrived.id == *id => telling
            .readings(&arrived)
            .map(|value| event("reading", &value)),
        Notice::Node { unreachable_since } => Some(event(
            "node",
            &json!({ "unreachable_since": unreachable_since }),
        )),
        Notice::State(_) | Notice::Readings(_) => None,
    }
}

async fn state_event<T: Telling>(telling: &T) -> Event {
    event("state", &telling.state().await.unwrap_or(Value::Null))
}

fn event(name: &str, value: &Value) -> Event {
    Event::default().event(name).data(value.to_string())
}

/// Rows as the API prints them.
pub(super) fn rows_as_json(rows: &Rows) -> Value {
    match rows {
        Rows::Readings(rows) => serde_json::to_value(rows).unwrap_or_default(),
        Rows::Intervals(rows) => serde_json::to_value(rows).unwrap_or_default(),
    }
}
