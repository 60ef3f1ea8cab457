//! The ledger of a network without tokens: nothing is in it (docs/decisions/0013).

use axum::{Json, extract::Path, http::StatusCode};
use serde_json::{Value, json};

use super::answer::Refusal;
use crate::milestone::MilestoneId;

pub(super) async fn receipts() -> Json<Value> {
    Json(json!({ "receipts": [] }))
}

pub(super) async fn treasury() -> Json<Value> {
    Json(json!({ "milestoneId": MilestoneId::NONE, "amount": "0" }))
}

pub(super) async fn output(Path(id): Path<String>) -> Refusal {
    nothing("output", &id)
}

pub(super) async fn transaction(Path(id): Path<String>) -> Refusal {
    nothing("transaction", &id)
}

fn nothing(kind: &str, id: &str) -> Refusal {
    let id: String = id.chars().take(80).collect();
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("there is no {kind} {id:?}: this network carries data and has no tokens"),
    )
}
