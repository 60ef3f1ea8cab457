//! A service that asks for consent, follows the channels it was granted, stores and graphs what it reads, and stops when consent ends.
//!
//! *Wattt Insights* is its face: a page for people and an HTTP API for programs.

pub mod chart;
pub mod consents;
pub mod data_dir;
pub mod insights;
pub mod offer;
pub mod http;
pub mod pages;
pub mod provider;
pub mod random;
pub mod service;
pub mod store;
pub mod usage;
pub mod words;
