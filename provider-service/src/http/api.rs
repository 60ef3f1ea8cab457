//! `/api/v1`: for programs that hold the operator's API key.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::Failure;
use super::live::{Telling, events, rows_as_json};
use super::period::{Question, span};
use super::{App, download, keys};
use crate::consents::{ConsentRecord, Id};
use crate::offer::Wish;
use crate::provider::Arrived;
use crate::store::Span;

type Answer<T = Json<Value>> = Result<T, Failure>;

/// `POST /consent-requests`
pub(super) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<(StatusCode, Json<Value>)> {
    allow(&app, &headers).await?;
    let wish = if body.is_empty() {
        Wish::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            Failure::bad("bad-body", format!("The body is not a wish: {error}."))
        })?
    };
    let capability = keys::new_capability();
    let visitor = keys::digest(&capability);
    let now = app.now();
    let asked = app
        .blocking(move |provider| Ok(provider.ask(wish, &visitor, now)?))
        .await?;
    let answer = json!({
        "id": asked.record.id,
        "state": asked.record.state,
        "link": asked.link.as_str(),
        "https_link": asked.https_link.as_ref().map(|link| link.as_str()),
        "qr_svg": qr_svg(&asked.link)?,
        "expires_at": asked.record.request_expires_at,
        "page": format!("{}/my#{capability}", app.public_url),
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET /consents`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Answer {
    allow(&app, &headers).await?;
    let records = app
        .blocking(|provider| Ok(provider.store().consents()?))
        .await?;
    let consents: Vec<_> = records.iter().map(view).collect();
    Ok(Json(json!({ "consents": consents })))
}

/// `GET /consents/{id}`
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    allow(&app, &headers).await?;
    Ok(Json(view(&app.record(&id).await?)))
}

/// `GET /consents/{id}/receipt`
pub(super) async fn receipt(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer<Response> {
    allow(&app, &headers).await?;
    let record = app.record(&id).await?;
    let receipt = app
        .blocking(move |provider| Ok(provider.receipt(&record.id)?))
        .await?;
    let json = receipt.ok_or_else(|| {
        Failure::new(
            StatusCode::NOT_FOUND,
            "no-receipt",
            "There is no receipt: the person has not said yes.",
        )
    })?;
    Ok(([(header::CONTENT_TYPE, "application/ld+json")], json).into_response())
}

/// `GET /consents/{id}/readings?from&to&format=json|csv&lane`
pub(super) async fn readings(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Answer<Response> {
    allow(&app, &headers).await?;
    let record = app.record(&id).await?;
    let span = span(&question, &app.zone, everything(&record))?;
    download::answer(app.provider.store(), &record, &question, span)
}

/// `GET /consents/{id}/live`
pub(super) async fn live(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer<Response> {
    allow(&app, &headers).await?;
    let record = app.record(&id).await?;
    let (notices, stopping) = (app.provider.subscribe(), app.stopping.clone());
    let telling = ForPrograms {
        app,
        id: record.id.clone(),
    };
    Ok(events(record.id, notices, telling, stopping).into_response())
}

/// `GET /consents/{id}/chart.svg?from&to&language`
pub(super) async fn chart_svg(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Answer<Response> {
    allow(&app, &headers).await?;
    let record = app.record(&id).await?;
    let picture = app.picture(&record, &question, language(&question)).await?;
    let svg = app.blocking(move |_| Ok(picture.to_svg()?)).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// `GET /consents/{id}/chart.png?from&to&language`
pub(super) async fn chart_png(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Answer<Response> {
    allow(&app, &headers).await?;
    let record = app.record(&id).await?;
    let picture = app.picture(&record, &question, language(&question)).await?;
    let png = app.blocking(move |_| Ok(picture.to_png()?)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// `POST /consents/{id}/terminate`: ends it and keeps what was read until it is erased.
pub(super) async fn terminate(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    allow(&app, &headers).await?;
    let (record, now) = (app.record(&id).await?, app.now());
    let record = app
        .blocking(move |provider| Ok(provider.terminate(&record.id, now)?))
        .await?;
    Ok(Json(view(&record)))
}

/// `POST /consents/{id}/erase`: erases what was read; ends it first if it has not ended.
pub(super) async fn erase(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    allow(&app, &headers).await?;
    let (record, now) = (app.record(&id).await?, app.now());
    let record = app
        .blocking(move |provider| Ok(provider.stop_and_erase(&record.id, now)?))
        .await?;
    Ok(Json(view(&record)))
}

/// `GET /status`
pub(super) async fn status(State(app): State<App>, headers: HeaderMap) -> Answer {
    allow(&app, &headers).await?;
    let holdings = app
        .blocking(|provider| Ok(provider.store().holdings()?))
        .await?;
    let node = app.provider.node();
    Ok(Json(json!({
        "name": app.provider.name(),
        "version": env!("CARGO_PKG_VERSION"),
        "node": node,
        "holdings": holdings,
    })))
}

/// `GET /openapi.json`, the only one without a key: it says nothing about anybody.
pub(super) async fn openapi() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        include_str!("openapi.json"),
    )
        .into_response()
}

/// The link as a QR code.
pub(super) fn qr_svg(link: &str) -> Result<String, Failure> {
    let code =
        qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::M).map_err(|error| {
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "qr",
                format!("The link does not fit a QR code: {error}."),
            )
        })?;
    Ok(code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(320, 320)
        .quiet_zone(true)
        .build())
}

/// A consent as the API prints it.
#[derive(Serialize)]
pub(super) struct View<'a> {
    #[serde(flatten)]
    record: &'a ConsentRecord,
    /// The slot of the consent's finest lane that was read last.
    last_slot: Option<u64>,
    /// When it is erased without anybody asking.
    erase_at: i64,
}

impl<'a> View<'a> {
    pub(super) fn of(record: &'a ConsentRecord) -> Self {
        Self {
            record,
            last_slot: record.lanes.iter().find_map(|lane| lane.last_slot),
            erase_at: record.erase_at(),
        }
    }
}

pub(super) fn view(record: &ConsentRecord) -> Value {
    with_public_state(
        serde_json::to_value(View::of(record)).unwrap_or_default(),
        record,
    )
}

/// The store tells apart what the public words do not: a request that nobody answered is `expired`, as a consent that ran out is.
pub(super) fn with_public_state(mut value: Value, record: &ConsentRecord) -> Value {
    if let Some(state) = value.get_mut("state") {
        *state = json!(record.state);
    }
    value
}

/// From the first reading to the last.
pub(super) fn everything(record: &ConsentRecord) -> Span {
    Span {
        from: record
            .first_reading_at
            .unwrap_or(record.from)
            .min(record.from),
        to: record
            .last_reading_at
            .unwrap_or(record.until)
            .max(record.until)
            .saturating_add(1),
    }
}

async fn allow(app: &App, headers: &HeaderMap) -> Result<(), Failure> {
    let headers = headers.clone();
    app.blocking(move |provider| keys::require_api_key(&*provider.store(), &headers))
        .await
}

fn language(question: &Question) -> consent::Language {
    question
        .get("language")
        .and_then(|tag| crate::words::known(tag))
        .unwrap_or_default()
}

struct ForPrograms {
    app: App,
    id: Id,
}

impl Telling for ForPrograms {
    async fn state(&self) -> Option<Value> {
        let id = self.id.clone();
        let record = self
            .app
            .blocking(move |provider| Ok(provider.store().consent(&id)?))
            .await;
        record.ok().flatten().map(|record| view(&record))
    }

    fn readings(&self, arrived: &Arrived) -> Option<Value> {
        Some(
            json!({ "lane": arrived.lane, "slot": arrived.slot, "readings": rows_as_json(&arrived.rows()?) }),
        )
    }
}
