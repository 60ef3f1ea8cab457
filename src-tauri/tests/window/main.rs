//! The real window: WebKit under a virtual display, driven as a person would, against a Tangle node, a Pi with a
//! simulated meter and a service, each a process of its own.
//!
//! `cargo xtask test-app` runs it. Every screen that a story comes to is looked at by an accessibility checker, and kept
//! as a picture if `MY_HOME_SCREENSHOTS` names a folder.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bus;
mod deeds;
mod display;
mod first_start;
mod house;
mod lived_in;
mod screen;
mod session;

mod a_home_that_was_measured_for_a_year;
mod a_meter_and_its_consents;
mod adding_a_meter;
mod an_answer_waits_for_the_node;
mod being_recognised;
mod beside_the_pi;
mod closing_and_a_link;
mod figures;
mod from_first_start_to_revoked_consent;
mod links_find_their_way;
mod notifications;
mod the_system_opens_links;
mod the_whole_way_in_dutch;
mod what_failed_is_said;
mod without_a_keychain;
