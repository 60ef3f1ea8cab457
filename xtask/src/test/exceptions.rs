//! Exceptions from the rules of `deny.toml` end: each says why it is there and until when.

use crate::workspace::root;
use anyhow::{Context, bail};
use jiff::civil::Date;
use std::fs;

/// Refuses an exception without a reason and an end, and one that is past its end.
pub(crate) fn none_is_past() -> anyhow::Result<()> {
    let text = fs::read_to_string(root().join("deny.toml"))?;
    for exception in judged(&text, jiff::Zoned::now().date()) {
        exception?;
    }
    Ok(())
}

/// Every exception of the file: good, or a sentence. The comment right above one is its reason, with `Until YYYY-MM-DD`.
fn judged(text: &str, today: Date) -> Vec<anyhow::Result<()>> {
    let mut reason = String::new();
    let mut judged = Vec::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            reason.push_str(comment);
            continue;
        }
        let excepts = [
            "[[licenses.exceptions]]",
            "[[licenses.clarify]]",
            "[[advisories.ignore]]",
        ];
        if excepts.contains(&line) {
            judged.push(judge(&reason, today).with_context(|| format!("deny.toml, {line}")));
        }
        reason.clear();
    }
    judged
}

fn judge(reason: &str, today: Date) -> anyhow::Result<()> {
    let end = reason
        .split("Until ")
        .nth(1)
        .and_then(|rest| rest.get(..10));
    let end = end.context("an exception needs a comment with its reason and “Until YYYY-MM-DD”")?;
    let end: Date = end.parse().with_context(|| format!("“{end}” is no date"))?;
    if end < today {
        bail!("this exception ended on {end}: remove what needs it, or say why it needs longer");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_needs_an_end_that_is_not_past() {
        let today = Date::constant(2027, 1, 1);
        let file = |comment: &str| format!("{comment}\n[[licenses.exceptions]]\ncrate = \"a\"\n");
        let good = |comment: &str| judged(&file(comment), today).iter().all(Result::is_ok);
        assert!(good("# Old TLS. Until 2027-01-01."));
        assert!(!good("# Old TLS. Until 2026-12-31."));
        assert!(!good("# Old TLS."));
        assert!(
            !good("# Until 2028-01-01.\n"),
            "a comment that stands apart is about something else"
        );
    }
}
