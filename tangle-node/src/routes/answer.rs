//! Answers and refusals.

use std::time::Duration;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

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
