//! What a wallet checks about a request before it shows a word of it.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use readings::Lane;

use super::{
    Authority, ConsentRequest, Handling, LaneWish, MAX_DURATION, MAX_HISTORY_DAYS, MAX_LIFETIME,
    MAX_RETENTION_DAYS, Provider, Purpose, REQUEST_VERSION,
};
use crate::link::check_network;
use crate::text::{Localised, TextFault, check_text};
use crate::web_address::is_web_address;

/// A field of a request that says something impossible, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// A format that this program does not know.
    #[error(
        "the request has version {0}; this program knows version {REQUEST_VERSION}: an update is needed"
    )]
    Version(u8),
    /// A text that cannot be shown.
    #[error("in the request, {field} {fault}")]
    Text {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// An address that is not one.
    #[error("in the request, {field} is not an https address without user name: “{given}”")]
    Address {
        /// Which field.
        field: &'static str,
        /// What it says, shortened and without what does not show.
        given: String,
    },
    /// A field that has no meaning.
    #[error("in the request, {field} is wrong: {why}")]
    Field {
        /// Which field.
        field: &'static str,
        /// Why.
        why: &'static str,
    },
}

const NAME: usize = 60;
const SENTENCE: usize = 240;
const RECIPIENTS: usize = 20;

pub(super) fn request(request: &ConsentRequest) -> Result<(), RequestFault> {
    if request.version != REQUEST_VERSION {
        return Err(RequestFault::Version(request.version));
    }
    check_network(&request.network)
        .map_err(|_| wrong("network", "it is not the name of a network"))?;
    times(request)?;
    provider(&request.provider)?;
    purpose(&request.purpose)?;
    optional_sentence("without", request.without.as_ref())?;
    lanes(&request.lanes)?;
    if let Some(history) = &request.history {
        within("history.days", history.days, 1..=MAX_HISTORY_DAYS)?;
        sentence("history.why", &history.why)?;
    }
    handling(&request.handling)?;
    hpke_key(&request.hpke_key)?;
    request
        .callback
        .as_deref()
        .map_or(Ok(()), |callback| address("callback", callback))
}

fn times(request: &ConsentRequest) -> Result<(), RequestFault> {
    let lifetime = request.expires_at.checked_sub(request.issued_at);
    if !lifetime.is_some_and(|seconds| (1..=MAX_LIFETIME).contains(&seconds)) {
        return Err(wrong(
            "expires_at",
            "it must be after issued_at, by a day at most",
        ));
    }
    let duration = request.until.checked_sub(request.from);
    if !duration.is_some_and(|seconds| (1..=MAX_DURATION).contains(&seconds)) {
        return Err(wrong(
            "until",
            "it must be after from, by three years at most",
        ));
    }
    if request.until <= request.expires_at {
        return Err(wrong("until", "it must be after expires_at"));
    }
    // The calendar that sentences and receipts are written with ends in the year 9999.
    if request.until > 253_402_207_200 - 86_400 {
        return Err(wrong("until", "it must be before the year 9999 ends"));
    }
    Ok(())
}

fn provider(provider: &Provider) -> Result<(), RequestFault> {
    text("provider.name", &provider.name, NAME)?;
    text("provider.contact", &provider.contact, 120)?;
    country("provider.country", &provider.country)?;
    origin("provider.site", &provider.site)?;
    address("provider.privacy_notice.url", &provider.privacy_notice.url)?;
    let hash = HEXLOWER_PERMISSIVE.decode(provider.privacy_notice.sha256.as_bytes());
    if !hash.is_ok_and(|hash| hash.len() == 32) {
        return Err(wrong(
            "provider.privacy_notice.sha256",
            "it must be 64 hexadecimal digits",
        ));
    }
    authority(&provider.complaint_authority)
}

fn authority(authority: &Authority) -> Result<(), RequestFault> {
    localised("provider.complaint_authority.name", &authority.name, 120)?;
    address("provider.complaint_authority.url", &authority.url)
}

fn purpose(purpose: &Purpose) -> Result<(), RequestFault> {
    let term = purpose.category.strip_prefix("dpv:").unwrap_or_default();
    if !(1..=64).contains(&term.len()) || !term.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong(
            "purpose.category",
            "it must be a purpose of the W3C Data Privacy Vocabulary (dpv:…)",
        ));
    }
    localised("purpose.text", &purpose.text, SENTENCE)
}

fn lanes(wishes: &[LaneWish]) -> Result<(), RequestFault> {
    if wishes.is_empty() || wishes.len() > Lane::ALL.len() {
        return Err(wrong(
            "lanes",
            "between one lane and all of them must be asked for",
        ));
    }
    let mut ways: Vec<Lane> = Vec::new();
    for wish in wishes {
        lane_wish(wish)?;
        for lane in wish.ways() {
            if ways.contains(&lane) {
                return Err(wrong("lanes", "a lane is named twice"));
            }
            ways.push(lane);
        }
    }
    Ok(())
}

fn lane_wish(wish: &LaneWish) -> Result<(), RequestFault> {
    sentence("lanes.why", &wish.why)?;
    for coarser in &wish.coarser {
        sentence("lanes.coarser.loses", &coarser.loses)?;
        // Granularities are ordered from the finest to the coarsest.
        if coarser.lane.kind != wish.lane.kind || coarser.lane.granularity <= wish.lane.granularity
        {
            return Err(wrong(
                "lanes.coarser",
                "it must be the same kind of data, and coarser than what is asked for",
            ));
        }
    }
    Ok(())
}

fn handling(handling: &Handling) -> Result<(), RequestFault> {
    within(
        "handling.retention_days",
        handling.retention_days,
        0..=MAX_RETENTION_DAYS,
    )?;
    if handling.recipients.len() > RECIPIENTS {
        return Err(wrong(
            "handling.recipients",
            "at most 20 can be named on one screen",
        ));
    }
    for recipient in &handling.recipients {
        text("handling.recipients.name", &recipient.name, NAME)?;
        sentence("handling.recipients.why", &recipient.why)?;
    }
    if handling.transfers.len() > 50 {
        return Err(wrong(
            "handling.transfers",
            "at most 50 countries can be named",
        ));
    }
    handling
        .transfers
        .iter()
        .try_for_each(|code| country("handling.transfers", code))?;
    optional_sentence(
        "handling.automated_decisions",
        handling.automated_decisions.as_ref(),
    )
}

fn hpke_key(text: &str) -> Result<(), RequestFault> {
    let key = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    key.and_then(|bytes| kem::PublicKey::from_bytes(&bytes).ok())
        .map(|_| ())
        .ok_or_else(|| {
            wrong(
                "hpke_key",
                "it is not a public key of suite 1 in base64url without padding",
            )
        })
}

fn wrong(field: &'static str, why: &'static str) -> RequestFault {
    RequestFault::Field { field, why }
}

fn within(
    field: &'static str,
    value: u16,
    range: std::ops::RangeInclusive<u16>,
) -> Result<(), RequestFault> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(wrong(field, "it is out of range"))
    }
}

fn text(field: &'static str, text: &str, max: usize) -> Result<(), RequestFault> {
    check_text(text, max).map_err(|fault| RequestFault::Text { field, fault })
}

fn localised(field: &'static str, texts: &Localised, max: usize) -> Result<(), RequestFault> {
    text(field, &texts.en, max)?;
    text(field, &texts.nl, max)
}

fn sentence(field: &'static str, texts: &Localised) -> Result<(), RequestFault> {
    localised(field, texts, SENTENCE)
}

fn optional_sentence(field: &'static str, texts: Option<&Localised>) -> Result<(), RequestFault> {
    texts.map_or(Ok(()), |texts| sentence(field, texts))
}

fn country(field: &'static str, code: &str) -> Result<(), RequestFault> {
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err(wrong(
            field,
            "a country is two capital letters of ISO 3166-1",
        ))
    }
}

fn address(field: &'static str, given: &str) -> Result<(), RequestFault> {
    if is_web_address(given) {
        Ok(())
    } else {
        Err(RequestFault::Address {
            field,
            given: plain_text::one_line(given, 80),
        })
    }
}

/// An address that names a site and nothing below it.
fn origin(field: &'static str, given: &str) -> Result<(), RequestFault> {
    address(field, given)?;
    let authority = given.split_once("://").map_or("", |(_, rest)| rest);
    if authority.contains(['/', '?', '#']) {
        return Err(wrong(
            field,
            "it must be the site alone, without a path: https://wattt.example",
        ));
    }
    Ok(())
}
