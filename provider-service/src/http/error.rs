//! What goes wrong over HTTP, as a status and a sentence: `{"error":{"code","message"}}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chart::ChartError;
use serde_json::json;

use crate::provider::ProviderError;
use crate::store::StoreError;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl Failure {
    /// Any failure.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// Something in the question cannot be used.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// One address made more requests than it may.
    #[must_use]
    pub fn too_often() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many requests came from your address; try again in a few minutes.",
        )
    }

    /// There is no such consent, or it is somebody else's: the answer is the same.
    #[must_use]
    pub fn no_such_consent() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-consent",
            "There is no consent with this id.",
        )
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"provider-service\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!("the store failed: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "store",
            "The database cannot be used at the moment. The operator's log says why.",
        )
    }
}

impl From<ChartError> for Failure {
    fn from(error: ChartError) -> Self {
        tracing::error!("a chart failed: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "chart",
            "The picture could not be drawn. The operator's log says why.",
        )
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let message = error.to_string();
        match error {
            ProviderError::Store(error) => error.into(),
            ProviderError::NoSuchConsent => Self::no_such_consent(),
            ProviderError::Node(_) | ProviderError::NotReached(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "node-unreachable", message)
            }
            ProviderError::TooManyRequests => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", message)
            }
            ProviderError::Request(_) => Self::bad("request-refused", message),
            ProviderError::NotNow(_) => Self::new(StatusCode::CONFLICT, "not-now", message),
            ProviderError::Protocol(_) => {
                tracing::error!("{message}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
            }
        }
    }
}

impl From<tokio::task::JoinError> for Failure {
    fn from(error: tokio::task::JoinError) -> Self {
        tracing::error!("a request was not finished: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "This did not finish. The operator's log says why.",
        )
    }
}
