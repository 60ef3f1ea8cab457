//! Who may ask what: the operator's API key, and a visitor's capability.
//!
//! The API key is made at the first start, shown once, and stored as its SHA-256; it has 256 random bits, so a fast digest is enough.
//! A visitor's capability is made with the request, also 256 random bits, kept in a cookie that scripts cannot read, and stored as a
//! digest beside the one consent that it opens. There is no way from one capability to another consent.

use axum::http::{HeaderMap, StatusCode, header};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::error::Failure;
use crate::store::{Store, StoreError};
use data_dir::random;

/// The cookie that holds a visitor's capability.
pub const COOKIE: &str = "wattt";
const SETTING: &str = "api-key-sha256";
const PREFIX: &str = "mk_";

/// A key to print once.
#[must_use]
pub fn new_api_key() -> Zeroizing<String> {
    Zeroizing::new(format!(
        "{PREFIX}{}",
        BASE64URL_NOPAD.encode(&*random::bytes::<32>())
    ))
}

/// A capability to hand to a visitor.
#[must_use]
pub fn new_capability() -> String {
    BASE64URL_NOPAD.encode(&*random::bytes::<32>())
}

/// What is stored instead of a key or capability.
#[must_use]
pub fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.trim()).into()
}

/// Whether a key was set before.
///
/// # Errors
/// When the store refuses.
pub fn has_api_key(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.setting(SETTING)?.is_some())
}

/// From now on this is the key; the one before is worth nothing.
///
/// # Errors
/// When the store refuses.
pub fn set_api_key(store: &dyn Store, key: &str) -> Result<(), StoreError> {
    store.set_setting(SETTING, &digest(key))
}

/// Lets only the holder of the API key pass.
///
/// # Errors
/// 401 when there is no key or another.
pub fn require_api_key(store: &dyn Store, headers: &HeaderMap) -> Result<(), Failure> {
    let expected = store.setting(SETTING)?.unwrap_or_default();
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(given) = given else {
        return Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "no-key",
            "This needs the API key, as “Authorization: Bearer mk_…”. It was shown at the first start.",
        ));
    };
    if digest(given).as_slice().ct_eq(&expected).into() {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::UNAUTHORIZED,
        "wrong-key",
        "This is not the API key. “provider-service new-api-key” makes another one.",
    ))
}

/// The digest of the capability in a visitor's cookie.
#[must_use]
pub fn visitor(headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == COOKIE).then(|| digest(value)))
}

/// The value of another cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Refuses what another site made a browser send (Fetch Metadata, and `Origin` for browsers without it).
///
/// # Errors
/// 403 when it came from elsewhere.
pub fn require_same_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text("origin")
            .is_some_and(|origin| origin.split_once("://").map(|(_, host)| host) != text("host")),
    };
    if foreign {
        return Err(Failure::new(
            StatusCode::FORBIDDEN,
            "other-site",
            "This was asked by another site, so it is not done. Open the page itself.",
        ));
    }
    Ok(())
}
