//! Periods in questions: `from` and `to` as unix seconds, as RFC 3339, or as a date of the service's time zone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::error::Failure;
use crate::store::Span;

/// The fields after the question mark.
pub(super) type Question = BTreeMap<String, String>;

/// The period in question; what is left out comes from `default`.
///
/// # Errors
/// When a moment cannot be read, or the period ends before it begins.
pub(super) fn span(question: &Question, zone: &TimeZone, default: Span) -> Result<Span, Failure> {
    let span = Span {
        from: moment(question, "from", zone)?.unwrap_or(default.from),
        to: moment(question, "to", zone)?.unwrap_or(default.to),
    };
    if span.from < span.to {
        return Ok(span);
    }
    Err(Failure::bad(
        "empty-period",
        format!(
            "The period ends ({}) before it begins ({}).",
            span.to, span.from
        ),
    ))
}

/// The field `name` as a moment in unix seconds.
///
/// # Errors
/// When it is there and cannot be read.
pub(super) fn moment(
    question: &Question,
    name: &'static str,
    zone: &TimeZone,
) -> Result<Option<i64>, Failure> {
    let Some(text) = question.get(name) else {
        return Ok(None);
    };
    let wrong = || {
        Failure::bad(
            "bad-moment",
            format!(
                "“{name}” must be unix seconds, a time such as 2026-06-19T14:00:00Z, or a date such as 2026-06-19."
            ),
        )
    };
    let seconds = if let Ok(seconds) = text.parse::<i64>() {
        seconds
    } else if let Ok(time) = text.parse::<Timestamp>() {
        time.as_second()
    } else {
        let date: Date = text.parse().map_err(|_| wrong())?;
        date.to_zoned(zone.clone())
            .map_err(|_| wrong())?
            .timestamp()
            .as_second()
    };
    // Beyond these a calendar cannot say what day it is.
    if (0..253_402_207_200).contains(&seconds) {
        Ok(Some(seconds))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn ask(fields: &[(&str, &str)]) -> Result<Span, Failure> {
        let question = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        span(
            &question,
            &zone,
            Span {
                from: 10,
                to: 1_800_000_000,
            },
        )
    }

    #[test]
    fn three_ways_to_say_when() {
        assert_eq!(ask(&[]).unwrap().from, 10);
        assert_eq!(ask(&[("from", "1781820000")]).unwrap().from, 1_781_820_000);
        assert_eq!(
            ask(&[("from", "2026-06-19T00:00:00+02:00")]).unwrap().from,
            1_781_820_000
        );
        assert_eq!(ask(&[("from", "2026-06-19")]).unwrap().from, 1_781_820_000);
    }

    #[test]
    fn nonsense_is_named() {
        for wrong in [
            "yesterday",
            "",
            "2026-13-01",
            "-5",
            "99999999999999",
            "2026-06-19T25:00:00Z",
        ] {
            let failure = ask(&[("from", wrong)]).unwrap_err();
            assert_eq!(failure.code, "bad-moment", "{wrong}");
        }
        assert_eq!(
            ask(&[("from", "20"), ("to", "20")]).unwrap_err().code,
            "empty-period"
        );
    }
}
