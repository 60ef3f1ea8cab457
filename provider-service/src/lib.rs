//! A service that asks for consent, follows the channels it was granted, stores and graphs what it reads, and stops when consent ends.
//!
//! *Wattt Insights* is its face: a page for people and an HTTP API for programs. The whole service runs inside another program too:
//!
//! ```no_run
//! use provider_service::{offer::Offer, service::{Service, Settings}};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings {
//!     listen: "127.0.0.1:0".parse()?,
//!     data_dir: "wattt".into(),
//!     offer: Offer::parse(Offer::WATTT_INSIGHTS)?,
//!     public_url: None,
//!     time_zone: "Europe/Amsterdam".to_owned(),
//!     api_key_file: None,
//!     behind_proxy: false,
//! };
//! let service = Service::start(settings, tangle::connect("http://127.0.0.1:14265")?).await?;
//! println!("http://{}, key {:?}", service.address(), service.new_api_key());
//! service.stop().await;
//! # Ok(()) }
//! ```

pub mod chart;
pub mod consents;
pub mod http;
pub mod insights;
pub mod moments;
pub mod offer;
pub mod pages;
pub mod provider;
pub mod service;
pub mod store;
pub mod usage;
pub mod words;

use data_dir::Program;

/// How its data directory speaks of it.
pub const PROGRAM: Program = Program {
    name: "provider-service",
    holds: "the keys of your service",
    begins_with: "provider-service serve",
};

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tokens;
