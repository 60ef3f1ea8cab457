//! A node of the Stardust protocol.
use crate::{Tangle, TangleError};
use std::sync::Arc;
/// How to talk to a node.
#[derive(Clone, Debug, Default)]
pub struct Settings {}
/// As [`crate::connect`], with settings.
///
/// # Errors
/// [`TangleError::Address`] when the address cannot be one of a node.
pub fn connect_with(url: &str, _settings: Settings) -> Result<Arc<dyn Tangle>, TangleError> {
    Err(TangleError::Address {
        address: url.to_owned(),
        why: "not yet".to_owned(),
    })
}
