//! What the client makes of nodes that strangers run: ones that lack something, that fail, that lie, and things that are
//! no node at all. The other side is always a real HTTP server; each story says what it answers.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod another_node_takes_over;
mod answers_have_an_end;
mod busy_nodes_are_left_alone;
mod foreign;
mod lies_are_noticed;
mod logins_open_the_door;
mod plain_nodes_are_enough;
mod proof_of_work_is_done_within_reason;
mod tls_and_proxy;
mod what_is_no_node_is_named;
