//! Stories about the wallet, each a file: what people do with it, and what may come in between.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests; not every story uses all of the house"
)]

mod house;

mod a_forked_log_is_told;
mod a_node_holds_a_message_back;
mod an_answer_waits_for_the_node;
mod bad_requests_are_shown_to_nobody;
mod decisions_without_a_node_follow_each_other;
mod giving_up_while_pairing;
mod lost_wallet_comes_back;
mod nobody_fills_the_journal;
mod own_live_readings_while_a_screen_shows_them;
mod own_readings_reach_the_owner;
mod power_and_node_may_fail;
mod the_device_is_beside_me;
mod two_wallets_of_the_same_words;
mod whole_story;
mod wrong_directories_are_refused;
