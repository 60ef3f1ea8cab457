//! The daemon's stories: one file a claim, one program for all of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "tests"
)]

mod house;

mod a_clock_that_jumps;
mod a_copy_of_the_card;
mod a_service_that_talks;
mod commands_make_no_phantoms;
mod pairing_can_be_tried_again;
mod power_cuts_and_outages;
mod readers_read_and_are_left_out;
mod several_meters;
mod the_meter_cable;
mod the_meter_over_http;
mod the_meter_over_mqtt;
mod the_package;
mod the_past_and_the_coarser_lanes;
mod the_running_daemon;
