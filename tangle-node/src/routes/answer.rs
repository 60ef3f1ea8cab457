//! Answers and refusals.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    limits,
    store::{AppendError, StoreError},
    submission::SubmissionError,
};

/// A status and a sentence, in the form in which Stardust nodes refuse.
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    /// Seconds after which it may work.
    retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let busy = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            status,
            message: message.into(),
            retry_after: busy.then_some(limits::RETRY_AFTER),
        }
    }

    /// One address asked too often.
    pub(crate) fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        let message = format!("too many questions from your address; ask again in {seconds} s");
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, message)
        }
    }

    pub(super) fn bad_request(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = serde_json::json!({ "code": self.status.as_u16().to_string(), "message": self.message });
        let body = axum::Json(serde_json::json!({ "error": error }));
        let retry = self
            .retry_after
            .map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
        match retry {
            Some(retry) => (self.status, retry, body).into_response(),
            None => (self.status, body).into_response(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        let status = match error {
            AppendError::UnknownParent(_) | AppendError::OldParent(_) => StatusCode::BAD_REQUEST,
            AppendError::Busy | AppendError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.to_string())
    }
}

impl From<SubmissionError> for Refusal {
    fn from(error: SubmissionError) -> Self {
        let status = match error {
            SubmissionError::Mining(_) | SubmissionError::MinerBusy => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// Room for one large answer; given back when its last byte has been sent.
pub(super) struct Room(OwnedSemaphorePermit);

/// An answer that holds its room.
struct Held {
    bytes: Vec<u8>,
    _room: Room,
}

impl Room {
    /// Waits until an answer of the largest size fits.
    pub(super) async fn reserve(answers: &Arc<Semaphore>) -> Result<Self, Refusal> {
        let busy = || {
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the node is busy answering others",
            )
        };
        // As JSON, a block takes a good third more.
        let largest = u32::try_from(limits::ANSWER * 2).unwrap_or(u32::MAX);
        let waiting = answers.clone().acquire_many_owned(largest);
        let permit = tokio::time::timeout(limits::ANSWER_WAIT, waiting)
            .await
            .map_err(|_| busy())?;
        permit.map(Self).map_err(|_| busy())
    }

    /// An answer in JSON, which keeps as much room as it needs.
    pub(super) fn answer(mut self, answer: &impl Serialize) -> Result<Response, Refusal> {
        let bytes = serde_json::to_vec(answer)
            .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        drop(
            self.0
                .split(self.0.num_permits().saturating_sub(bytes.len())),
        );
        let body = Bytes::from_owner(Held { bytes, _room: self });
        Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
