//! Readings as JSON or CSV, written while they are read, so that a year does not have to fit in memory.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use readings::{Batch as Rows, Granularity, Lane, codec, csv};
use serde::Serialize;

use super::error::Failure;
use super::period::Question;
use crate::consents::{ConsentRecord, Id};
use crate::store::{BatchPlace, Span, Store};

/// Batches read at a time.
const PAGE: u32 = 32;

/// Rows after which a piece of the answer ends: somebody who reads slowly, sixty times, holds few of them.
const ROWS_A_PIECE: u32 = 4_000;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

#[derive(Clone)]
struct Download {
    store: Arc<dyn Store>,
    id: Id,
    span: Span,
    lane: Option<Lane>,
    format: Format,
}

/// A row with its lane, as it appears in JSON.
#[derive(Serialize)]
struct Labelled<'a, R> {
    lane: Lane,
    #[serde(flatten)]
    row: &'a R,
}

/// The answer to a download.
///
/// # Errors
/// When the format or lane in the question is unknown.
pub(super) fn answer(
    store: Arc<dyn Store>,
    record: &ConsentRecord,
    question: &Question,
    span: Span,
) -> Result<Response, Failure> {
    let format = match question.get("format").map(String::as_str) {
        None | Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some(other) => {
            return Err(Failure::bad(
                "unknown-format",
                format!("“{other}” is not a format: json and csv are."),
            ));
        }
    };
    let lane = match (lane_of(question)?, format) {
        (None, Format::Csv) => first_lane(record),
        (lane, _) => lane,
    };
    let name = format!(
        "readings-{}.{}",
        lane.map_or("all".to_owned(), |lane| lane.to_string().replace('/', "-")),
        if format == Format::Csv { "csv" } else { "json" }
    );
    let media_type = if format == Format::Csv {
        "text/csv; charset=utf-8"
    } else {
        "application/json"
    };
    let download = Download {
        store,
        id: record.id.clone(),
        span,
        lane,
        format,
    };
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(pieces(download))).into_response())
}

fn lane_of(question: &Question) -> Result<Option<Lane>, Failure> {
    let Some(text) = question.get("lane") else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Failure::bad("unknown-lane", "“lane” must be one such as live/electricity, quarter-hour/gas-water-heat or day/phases.")
    })
}

/// A CSV file has one set of columns, so it is of one lane: the first of the consent, which is its finest.
fn first_lane(record: &ConsentRecord) -> Option<Lane> {
    record.lanes.iter().find_map(|lane| lane.lane.parse().ok())
}

/// What is written next.
enum Next {
    Head,
    Rows { after: BatchPlace, first: bool },
    Done,
}

fn pieces(download: Download) -> impl futures::Stream<Item = Result<String, String>> + Send {
    stream::unfold(Next::Head, move |next| {
        let download = download.clone();
        async move {
            let step = tokio::task::spawn_blocking(move || download.step(next)).await;
            match step {
                Ok(Ok(Some((text, next)))) => Some((Ok(text), next)),
                Ok(Ok(None)) => None,
                Ok(Err(why)) => Some((Err(why), Next::Done)),
                Err(why) => Some((Err(why.to_string()), Next::Done)),
            }
        }
    })
}

impl Download {
    fn step(&self, next: Next) -> Result<Option<(String, Next)>, String> {
        match next {
            Next::Head => Ok(Some((
                self.head(),
                Next::Rows {
                    after: BatchPlace::START,
                    first: true,
                },
            ))),
            Next::Rows { after, first } => self.rows(after, first).map(Some),
            Next::Done => Ok(None),
        }
    }

    fn head(&self) -> String {
        match (self.format, self.lane) {
            (Format::Json, _) => format!(
                "{{\"consent\":\"{}\",\"from\":{},\"to\":{},\"readings\":[",
                self.id, self.span.from, self.span.to
            ),
            (Format::Csv, Some(lane)) if lane.granularity == Granularity::Live => {
                csv::readings_header(&[lane.kind])
            }
            (Format::Csv, Some(lane)) => csv::intervals_header(&[lane.kind]),
            (Format::Csv, None) => String::new(),
        }
    }

    fn rows(&self, after: BatchPlace, first: bool) -> Result<(String, Next), String> {
        let page = self
            .store
            .batches(&self.id, self.span, after, PAGE)
            .map_err(|error| error.to_string())?;
        if page.is_empty() {
            let tail = if self.format == Format::Json {
                "]}\n"
            } else {
                ""
            };
            return Ok((tail.to_owned(), Next::Done));
        }
        let (mut text, mut rows_written) = (String::new(), 0_u32);
        let (mut after, mut first) = (after, first);
        for (place, batch) in &page {
            if rows_written >= ROWS_A_PIECE {
                break;
            }
            after = *place;
            let Ok(lane) = Lane::from_code(batch.lane) else {
                continue;
            };
            if self.lane.is_some_and(|wanted| wanted != lane) {
                continue;
            }
            let (_, rows) = codec::decode(&batch.body).map_err(|error| error.to_string())?;
            self.write(lane, &rows, &mut text, &mut first);
            rows_written = rows_written.saturating_add(batch.count);
        }
        Ok((text, Next::Rows { after, first }))
    }

    fn write(&self, lane: Lane, rows: &Rows, text: &mut String, first: &mut bool) {
        match rows {
            Rows::Readings(rows) => {
                for row in rows.iter().filter(|row| self.covers(row.at.0)) {
                    match self.format {
                        Format::Json => push_json(text, first, &Labelled { lane, row }),
                        Format::Csv => text.push_str(&csv::reading_line(&[lane.kind], row)),
                    }
                }
            }
            Rows::Intervals(rows) => {
                for row in rows.iter().filter(|row| self.covers(row.start.0)) {
                    match self.format {
                        Format::Json => push_json(text, first, &Labelled { lane, row }),
                        Format::Csv => text.push_str(&csv::interval_line(&[lane.kind], row)),
                    }
                }
            }
        }
    }

    fn covers(&self, at: i64) -> bool {
        (self.span.from..self.span.to).contains(&at)
    }
}

fn push_json(text: &mut String, first: &mut bool, row: &impl Serialize) {
    let Ok(json) = serde_json::to_string(row) else {
        return;
    };
    let comma = if std::mem::take(first) { "" } else { "," };
    // Writing into a string cannot fail.
    let _ = write!(text, "{comma}\n{json}");
}
