//! From what the HTTP library reports, and from what a node answers, to [`TangleError`].

use std::{error::Error, fmt::Display, time::Duration};

use serde::Deserialize;

use crate::{Logins, TangleError};

/// Longest part of a node's own words that is repeated in an error, in characters.
const MAX_MESSAGE: usize = 200;

/// What the HTTP and TLS libraries say when the other side speaks something else.
const NOT_HTTP: [&str; 3] = ["invalid HTTP", "corrupt message", "unexpected message"];

/// What the TLS library says of a certificate that none of the system's has signed, and of one signed by a namesake.
const UNTRUSTED: [&str; 2] = ["UnknownIssuer", "BadSignature"];

/// What they say when a connection that was kept open had ended meanwhile.
const CUT: [&str; 4] = [
    "connection closed",
    "Connection reset",
    "Broken pipe",
    "unexpected message",
];

/// The body with which Stardust nodes refuse.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalReason,
}

#[derive(Deserialize)]
struct RefusalReason {
    message: String,
}

/// The node answered with this status.
pub(super) fn status(
    node: &str,
    logins: &Logins,
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
) -> TangleError {
    let message = serde_json::from_str::<Refusal>(body)
        .map_or_else(|_| body.to_owned(), |refusal| refusal.error.message);
    let (node, message) = (node.to_owned(), shortened(&message));
    match status {
        429 | 500.. => TangleError::Unavailable {
            node,
            status,
            message,
            retry_after,
        },
        _ => logins
            .refusal(&node, status, &message)
            .unwrap_or(TangleError::Refused {
                node,
                status,
                message,
            }),
    }
}

/// No answer came, or none that is HTTP.
pub(super) fn transport(node: &str, error: &reqwest::Error) -> TangleError {
    let (node, why) = (node.to_owned(), shortened(&innermost(error)));
    if UNTRUSTED.iter().any(|word| why.contains(word)) {
        let why = "its certificate comes from an authority that this system does not trust; if the node is the right one, add its authority to the system's certificates (SSL_CERT_FILE names a file of them)".to_owned();
        TangleError::Unreachable { node, why }
    } else if error.is_timeout() {
        TangleError::TimedOut { node, why }
    } else if error.is_decode() {
        TangleError::Malformed { node, why }
    } else if is_not_http(error) {
        TangleError::NotANode { node, why }
    } else {
        TangleError::Unreachable { node, why }
    }
}

/// Whether a connection that had been idle turned out to be gone. The next one may work, and everything we ask for
/// may be asked twice.
pub(super) fn was_cut(error: &dyn Display) -> bool {
    let words = error.to_string();
    CUT.iter().any(|cut| words.contains(cut))
}

pub(super) fn malformed(node: &str, why: &str) -> TangleError {
    TangleError::Malformed {
        node: node.to_owned(),
        why: shortened(why),
    }
}

fn is_not_http(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let words = cause.to_string();
        NOT_HTTP.iter().any(|not_http| words.contains(not_http))
    })
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// A stranger's words: one line, not too long, nothing that steers a terminal.
fn shortened(words: &str) -> String {
    plain_text::one_line(words, MAX_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_s_words_are_one_short_line() {
        let words = shortened(&format!("a\x1b[31m\n\tb{}", "é".repeat(1_000)));
        assert!(words.starts_with("a [31m b"), "{words}");
        assert!(words.chars().count() <= MAX_MESSAGE + 1);
    }
}
