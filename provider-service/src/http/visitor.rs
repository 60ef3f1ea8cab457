//! The page for people. Whoever holds the capability in the cookie sees one consent, and nobody else's.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use consent::{Language, SiteStatement};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{View, everything, qr_svg, with_public_state};
use super::error::Failure;
use super::live::{Telling, events};
use super::period::{Question, moment, span};
use super::{App, download, keys};
use crate::consents::{ConsentRecord, Id};
use crate::moments::moments_of_rows;
use crate::offer::Wish;
use crate::pages::{self, Page};
use crate::provider::Arrived;

const LANGUAGE_COOKIE: &str = "lang";
/// A capability outlives the longest consent that can be asked for.
const COOKIE_SECONDS: u32 = 4 * 366 * 86_400;

pub(super) async fn home(
    app: State<App>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    page(&app, Page::Home, &question, &headers)
}

pub(super) async fn data(
    app: State<App>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    page(&app, Page::Data, &question, &headers)
}

pub(super) async fn privacy(
    app: State<App>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    page(&app, Page::Privacy, &question, &headers)
}

pub(super) async fn my(app: State<App>, question: Query<Question>, headers: HeaderMap) -> Response {
    page(&app, Page::My, &question, &headers)
}

/// Makes a request, hands its capability to this browser, and goes on to the waiting page.
pub(super) async fn connect(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    match connected(&app, peer, &headers).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/my")).into_response(),
        Err(failure) => error_page(&app, &failure, language(&Question::new(), &headers)),
    }
}

async fn connected(app: &App, peer: SocketAddr, headers: &HeaderMap) -> Result<String, Failure> {
    keys::require_same_origin(headers)?;
    let now = app.now();
    let admitted = app.requests.admit(peer.ip(), headers);
    admitted.map_err(|_| Failure::too_often())?;
    let capability = keys::new_capability();
    let visitor = keys::digest(&capability);
    let wish = Wish {
        callback: Some(format!("{}/my", app.public_url)),
        ..Wish::default()
    };
    app.blocking(move |provider| Ok(provider.ask_for_visitor(wish, &visitor, now)?))
        .await?;
    Ok(cookie(app, keys::COOKIE, &capability))
}

#[derive(Deserialize)]
struct Capability {
    key: String,
}

/// Takes a capability that came in an address after the `#`, where servers and logs do not see it, and keeps it as a cookie.
pub(super) async fn session(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    keys::require_same_origin(&headers)?;
    let capability: Capability = serde_json::from_slice(&body)
        .map_err(|_| Failure::bad("bad-body", "The key is missing."))?;
    let visitor = keys::digest(&capability.key);
    let found = app
        .blocking(move |provider| Ok(provider.store().consent_of_visitor(&visitor)?))
        .await?;
    found.ok_or_else(Failure::no_such_consent)?;
    let cookie = cookie(&app, keys::COOKIE, &capability.key);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

pub(super) async fn state(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    let record = mine(&app, &headers).await?;
    Ok(Json(my_view(&app, &record)))
}

pub(super) async fn insights(
    State(app): State<App>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    let record = mine(&app, &headers).await?;
    let at = moment(&question, "at", &app.zone)?.unwrap_or_else(|| app.now_signed());
    let zone = app.zone.clone();
    let insights = app
        .blocking(move |provider| {
            Ok(crate::insights::compute(
                &*provider.store(),
                &record.id,
                &zone,
                at,
            )?)
        })
        .await?;
    Ok(Json(serde_json::to_value(insights).unwrap_or_default()))
}

pub(super) async fn live(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    let record = mine(&app, &headers).await?;
    let (notices, stopping) = (app.provider.subscribe(), app.stopping.clone());
    let telling = ForPeople {
        app,
        id: record.id.clone(),
    };
    Ok(events(record.id, notices, telling, stopping).into_response())
}

pub(super) async fn qr(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    let record = mine(&app, &headers).await?;
    let link = app
        .provider
        .link(&record.id)
        .ok_or_else(Failure::no_such_consent)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], qr_svg(&link)?).into_response())
}

pub(super) async fn readings(
    State(app): State<App>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let record = mine(&app, &headers).await?;
    let span = span(&question, &app.zone, everything(&record))?;
    download::answer(app.provider.store(), &record, &question, span)
}

pub(super) async fn chart(
    State(app): State<App>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let record = mine(&app, &headers).await?;
    let picture = app
        .picture(&record, &question, language(&question, &headers))
        .await?;
    let png = app.blocking(move |_| Ok(picture.to_png()?)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// Stops reading and erases.
pub(super) async fn stop(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    keys::require_same_origin(&headers)?;
    let (record, now) = (mine(&app, &headers).await?, app.now());
    let record = app
        .blocking(move |provider| Ok(provider.stop_and_erase(&record.id, now)?))
        .await?;
    Ok(Json(my_view(&app, &record)))
}

/// Erases what is left after the end.
pub(super) async fn erase(app: State<App>, headers: HeaderMap) -> Result<Json<Value>, Failure> {
    stop(app, headers).await
}

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = pages::asset(&name).ok_or_else(|| {
        Failure::new(
            StatusCode::NOT_FOUND,
            "no-such-file",
            "There is no such file.",
        )
    })?;
    Ok((
        [(header::CONTENT_TYPE, asset.media_type)],
        asset.body.into_owned(),
    )
        .into_response())
}

/// What this site says about its keys, so that a wallet can tell that a request really comes from here.
pub(super) async fn site_statement(State(app): State<App>) -> Json<SiteStatement> {
    Json(app.provider.site_statement())
}

pub(super) async fn not_found(
    State(app): State<App>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    let failure = Failure::new(
        StatusCode::NOT_FOUND,
        "not-found",
        "There is nothing at this address.",
    );
    if uri.path().starts_with("/api/") {
        return failure.into_response();
    }
    error_page(&app, &failure, language(&Question::new(), &headers))
}

fn page(app: &App, page: Page, question: &Question, headers: &HeaderMap) -> Response {
    let language = language(question, headers);
    let html = Html(app.pages.render(page, language));
    if question.contains_key(LANGUAGE_COOKIE) {
        return (
            [(
                header::SET_COOKIE,
                cookie(app, LANGUAGE_COOKIE, language.tag()),
            )],
            html,
        )
            .into_response();
    }
    html.into_response()
}

pub(super) fn error_page(app: &App, failure: &Failure, language: Language) -> Response {
    (
        failure.status,
        Html(app.pages.error(&failure.message, language)),
    )
        .into_response()
}

/// The language asked for in the address, chosen before, or preferred by the browser.
pub(super) fn language(question: &Question, headers: &HeaderMap) -> Language {
    let asked = question
        .get(LANGUAGE_COOKIE)
        .and_then(|tag| crate::words::known(tag));
    let chosen = || keys::cookie(headers, LANGUAGE_COOKIE).and_then(crate::words::known);
    let preferred = || {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map(crate::words::preferred)
    };
    asked.or_else(chosen).or_else(preferred).unwrap_or_default()
}

fn cookie(app: &App, name: &str, value: &str) -> String {
    let secure = if app.public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}")
}

/// The consent of this browser.
async fn mine(app: &App, headers: &HeaderMap) -> Result<ConsentRecord, Failure> {
    let visitor = keys::visitor(headers).ok_or_else(Failure::no_such_consent)?;
    app.blocking(move |provider| {
        provider
            .store()
            .consent_of_visitor(&visitor)?
            .ok_or_else(Failure::no_such_consent)
    })
    .await
}

/// A consent as its visitor sees it: what the page needs, and the link while it can be used.
#[derive(Serialize)]
struct MyView<'a> {
    #[serde(flatten)]
    view: View<'a>,
    time_zone: &'a str,
    recipients: Vec<&'a str>,
    link: Option<String>,
}

fn my_view(app: &App, record: &ConsentRecord) -> Value {
    // Remarks are for the operator.
    let shown = ConsentRecord {
        remarks: Vec::new(),
        ..record.clone()
    };
    let view = MyView {
        view: View::of(&shown),
        time_zone: app.zone.iana_name().unwrap_or("UTC"),
        recipients: app.provider.recipients(),
        link: app.provider.link(&record.id),
    };
    with_public_state(serde_json::to_value(view).unwrap_or_default(), record)
}

struct ForPeople {
    app: App,
    id: Id,
}

impl Telling for ForPeople {
    async fn state(&self) -> Option<Value> {
        let id = self.id.clone();
        let record = self
            .app
            .blocking(move |provider| Ok(provider.store().consent(&id)?))
            .await
            .ok()??;
        Some(my_view(&self.app, &record))
    }

    fn readings(&self, arrived: &Arrived) -> Option<Value> {
        let moments = moments_of_rows(arrived.lane, &arrived.rows()?);
        Some(json!(moments))
    }
}
