//! Figures for Prometheus, in its text format (version 0.0.4).

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::{Shared, answer::Refusal};

pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    let store = &shared.store;
    let events = &store.events;
    let latest = events.latest();
    let mut text = Text::default();
    text.counter(
        "blocks_stored_total",
        "Blocks stored since the start.",
        events.health.stored().total(),
    );
    text.counter(
        "blocks_referenced_total",
        "Blocks that a milestone referred to since the start.",
        events.health.referenced().total(),
    );
    text.counter(
        "mqtt_events_total",
        "Events handed to MQTT clients since the start.",
        events.broker.delivered(),
    );
    text.gauge("mqtt_clients", "MQTT clients now.", events.broker.clients());
    text.gauge(
        "tips",
        "Blocks that nobody approves yet.",
        events.tips.all().len(),
    );
    text.gauge(
        "blocks_unreferenced",
        "Blocks that no milestone refers to yet.",
        events.unreferenced(),
    );
    text.gauge(
        "milestone_index",
        "The latest milestone.",
        latest.map_or(0, |latest| latest.index),
    );
    text.gauge(
        "milestone_timestamp_seconds",
        "When the latest milestone was issued.",
        latest.map_or(0, |latest| latest.timestamp),
    );
    text.gauge(
        "pruning_index",
        "The last milestone that was pruned.",
        store.pruning_index().await?,
    );
    text.gauge(
        "file_bytes",
        "Bytes of the file that hold something.",
        store.used_bytes().await?,
    );
    text.gauge(
        "healthy",
        "1 while blocks reach the disk.",
        u8::from(events.health.is_healthy()),
    );
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        text.0,
    )
        .into_response())
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.figure(name, "counter", help, &value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.figure(name, "gauge", help, &value);
    }

    fn figure(&mut self, name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = writeln!(
            self.0,
            "# HELP tangle_node_{name} {help}\n# TYPE tangle_node_{name} {kind}\ntangle_node_{name} {value}"
        );
    }
}
