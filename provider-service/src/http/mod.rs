//! HTTP: the API for programs under `/api/v1`, and the page for people.

mod api;
mod download;
mod error;
pub mod keys;
mod live;
mod period;
mod visitor;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use chart::Chart;
use http_server::{Bounded, Bounds, Front, Quota, RateLimit};
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::error::Failure;
use crate::chart::LONGEST;
use crate::consents::{ConsentRecord, Id};
use crate::pages::Pages;
use crate::provider::{Clock, Provider};
use crate::store::Span;
use consent::Language;

/// The largest body that anybody may send.
const LARGEST_BODY: usize = 64 * 1024;

/// Connections at a time: visitors' browsers hold a few each, one of them for what happens live.
pub const CONNECTIONS: Bounds = Bounds {
    connections: 800,
    per_client: 60,
};

/// Longest that a request may take to come in and be answered.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// Requests for consent that one address may make at once: a household needs one, and a few may share an address.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// After so long it may make another one: ten of one address are the most within the eleven minutes that a request waits.
const ANOTHER_AFTER: Duration = Duration::from_secs(132);

/// Nothing runs, loads or frames but what this service itself serves (CSP Level 3).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer is made from.
#[derive(Clone)]
pub struct App {
    /// The consents.
    pub provider: Arc<Provider>,
    /// The pages.
    pub pages: Arc<Pages>,
    /// Where people reach this service, without a slash at the end.
    pub public_url: Arc<str>,
    /// Wall clock of dates and days.
    pub zone: TimeZone,
    /// Now.
    pub clock: Clock,
    /// How often a visitor may make a request.
    pub requests: Arc<RateLimit>,
    /// True once the service ends, so that event streams end with it.
    pub stopping: watch::Receiver<bool>,
}

/// How often one address may make a request for consent: five at once, and another every 132 s. Whoever may ask
/// without a key can be anybody, and each request is signed, published and kept.
#[must_use]
pub fn request_limit(front: Front) -> RateLimit {
    // None is only what comes back after no time at all.
    let another = Quota::with_period(ANOTHER_AFTER).unwrap_or(Quota::per_hour(NonZeroU32::MIN));
    RateLimit::new(another.allow_burst(AT_ONCE), front)
}

/// Answers until `stop`.
pub async fn serve(listener: TcpListener, front: Front, app: App, stop: impl Future<Output = ()>) {
    let listener = Bounded::new(listener, CONNECTIONS, front);
    http_server::serve(listener, router(app), stop).await;
}

/// All routes.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/consent-requests", post(api::ask))
        .route("/consents", get(api::list))
        .route("/consents/{id}", get(api::show))
        .route("/consents/{id}/receipt", get(api::receipt))
        .route("/consents/{id}/readings", get(api::readings))
        .route("/consents/{id}/live", get(api::live))
        .route("/consents/{id}/chart.svg", get(api::chart_svg))
        .route("/consents/{id}/chart.png", get(api::chart_png))
        .route("/consents/{id}/terminate", post(api::terminate))
        .route("/consents/{id}/erase", post(api::erase))
        .route("/status", get(api::status))
        .route("/openapi.json", get(api::openapi));
    let page = Router::new()
        .route("/", get(visitor::home))
        .route("/data", get(visitor::data))
        .route("/privacy", get(visitor::privacy))
        .route("/my", get(visitor::my))
        .route("/my/connect", post(visitor::connect))
        .route("/my/session", post(visitor::session))
        .route("/my/state", get(visitor::state))
        .route("/my/insights", get(visitor::insights))
        .route("/my/live", get(visitor::live))
        .route("/my/qr.svg", get(visitor::qr))
        .route("/my/readings", get(visitor::readings))
        .route("/my/chart.png", get(visitor::chart))
        .route("/my/stop", post(visitor::stop))
        .route("/my/erase", post(visitor::erase))
        .route("/assets/{name}", get(visitor::asset))
        .route(consent::SiteStatement::PATH, get(visitor::site_statement));
    Router::new()
        .nest("/api/v1", api)
        .merge(page)
        .fallback(visitor::not_found)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), in_time))
        .layer(from_fn(headers))
        .with_state(app)
}

/// Nobody holds a connection with half a request for ever. What is told as it happens takes as long as it likes.
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let for_programs = request.uri().path().starts_with("/api/");
    let language = visitor::language(&period::Question::new(), request.headers());
    let answer = tokio::time::timeout(LONGEST_ANSWER, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let message = "This took too long; look whether it was done, or try again.";
        let failure = Failure::new(StatusCode::REQUEST_TIMEOUT, "too-slow", message);
        match for_programs {
            true => failure.into_response(),
            false => visitor::error_page(&app, &failure, language),
        }
    })
}

async fn headers(request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        header::CACHE_CONTROL,
        if asset { "no-cache" } else { "no-store" },
    );
    response
}

impl App {
    fn now(&self) -> u64 {
        (self.clock)()
    }

    fn now_signed(&self) -> i64 {
        self.now().try_into().unwrap_or(i64::MAX)
    }

    /// Runs blocking work on the store away from the threads that serve.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Provider) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let provider = Arc::clone(&self.provider);
        tokio::task::spawn_blocking(move || work(&provider)).await?
    }

    /// A picture in the asked period; today when none is asked.
    async fn picture(
        &self,
        record: &ConsentRecord,
        question: &period::Question,
        language: Language,
    ) -> Result<Chart, Failure> {
        let day = chart::calendar::day_of(
            &self.zone,
            record.last_reading_at.unwrap_or_else(|| self.now_signed()),
        );
        let today = Span {
            from: day.start,
            to: day.end,
        };
        let span = period::span(question, &self.zone, today)?;
        if span.to.saturating_sub(span.from) > LONGEST {
            return Err(Failure::bad(
                "period-too-long",
                "A picture covers a year at most.",
            ));
        }
        let (id, zone, title) = (
            record.id.clone(),
            self.zone.clone(),
            self.provider.name().to_owned(),
        );
        self.blocking(move |provider| {
            Ok(crate::chart::of(
                &*provider.store(),
                &id,
                span,
                title,
                &zone,
                language,
            )?)
        })
        .await
    }

    /// The consent with this id, for whoever holds the API key.
    async fn record(&self, id: &str) -> Result<ConsentRecord, Failure> {
        let id = Id::parse(id).ok_or_else(Failure::no_such_consent)?;
        self.blocking(move |provider| {
            provider
                .store()
                .consent(&id)?
                .ok_or_else(Failure::no_such_consent)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn one_address_makes_five_requests_at_once_and_waits_for_the_next() {
        let limit = request_limit(Front::Network);
        let ask = || limit.admit("192.0.2.1".parse().unwrap(), &HeaderMap::new());
        assert!((0..5).all(|_| ask().is_ok()));
        let wait = ask().unwrap_err();
        assert!(
            wait <= ANOTHER_AFTER && wait > ANOTHER_AFTER / 2,
            "{wait:?}"
        );
    }
}
