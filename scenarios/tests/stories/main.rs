//! The stories: one file a claim, and the first sentence of each file is the claim.
//!
//! The first eleven are the properties of `docs/protocol.md` section 1, in its order.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod breaking_the_kem_later_opens_nothing;
mod erased_data_are_unreadable;
mod gaps_forks_and_replays_are_seen;
mod granted_provider_reads_nothing_before_the_grant;
mod insider_cannot_forge;
mod nobody_else_learns_anything;
mod outsider_can_link_nothing;
mod power_can_go_at_any_instant;
mod revoked_provider_reads_nothing_new;
mod twenty_four_words_restore_everything;
mod unnamed_lanes_are_never_readable;

// What bad input gets, where it crosses rooms.
mod a_crowd_hides_nothing;
mod a_receipt_for_another_device_opens_nothing;
mod bad_links_are_refused_with_the_reason;
mod pairing_can_be_given_up_and_tried_again;
mod readings_wait_for_a_node_that_is_down;
mod what_the_ledger_lost_is_said_again;
