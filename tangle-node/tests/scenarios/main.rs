//! The real `tangle-node` with the real client, one file a story.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod doors;
mod independent_clients;
mod program;

mod a_file_is_used_by_one_program_of_its_version;
mod a_flood_under_one_tag_hides_nothing;
mod a_town_asks_for_passwords;
mod an_index_serves_a_plain_node_by_tag;
mod any_bytes_are_answered;
mod blocks_are_checked_before_they_are_taken;
mod errors_name_what_is_wrong;
mod events_reach_mqtt_subscribers;
mod milestones_confirm_what_arrived;
mod nobody_may_ask_too_often;
mod old_blocks_go_and_new_ones_stay;
mod other_implementations_agree;
mod published_blocks_come_back_by_tag;
mod the_feed_survives_a_restart;
mod the_node_survives_being_killed;
mod the_official_client_agrees;
mod who_hardly_reads_stops_nobody;
