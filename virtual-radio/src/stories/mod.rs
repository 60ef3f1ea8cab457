//! The stories. Each begins with a new bluetoothd, a new Pi and a new wallet.

mod a_connection_ends;
mod somebody_pairs;
mod strangers_try;
mod the_owner_has_wifi;
mod the_owner_is_nearby;
mod the_stack_misbehaves;

use std::pin::Pin;

/// A story, and a remark such as a measured time.
type Story = fn() -> Pin<Box<dyn Future<Output = anyhow::Result<String>>>>;

macro_rules! stories {
    ($($module:ident::$story:ident),* $(,)?) => {
        /// Every story by its name.
        pub(crate) const ALL: &[(&str, Story)] = &[
            $((stringify!($story), || Box::pin($module::$story()))),*
        ];
    };
}

stories![
    somebody_pairs::a_wallet_that_is_held_near_pairs_and_the_window_closes,
    somebody_pairs::it_pairs_again_after_it_let_go_of_its_owner,
    somebody_pairs::frames_of_an_iphone_are_enough,
    somebody_pairs::without_bluetooth_it_pairs_over_the_tangle_and_says_so,
    the_owner_is_nearby::a_pi_without_a_network_is_paired_and_given_its_node,
    the_owner_is_nearby::the_owner_calls_after_a_start_and_nobody_else_is_answered,
    the_owner_has_wifi::a_pi_without_a_network_is_put_on_the_wifi_of_its_owner,
    strangers_try::a_wrong_secret_meets_silence_and_the_fifth_locks_across_a_restart,
    strangers_try::a_window_that_nobody_came_to_closes_by_itself,
    strangers_try::what_is_no_message_harms_nobody,
    strangers_try::a_central_that_says_nothing_is_sent_away_and_a_wallet_pairs,
    a_connection_ends::a_wallet_that_goes_away_after_its_claim_is_in_nobodys_way,
    a_connection_ends::a_wallet_that_is_killed_at_any_step_pairs_the_next_time,
    a_connection_ends::a_pi_that_loses_its_power_in_any_state_pairs_when_it_is_back,
    a_connection_ends::a_wallet_that_is_killed_before_it_told_the_device_is_its_owner_all_the_same,
    the_stack_misbehaves::bluetoothd_comes_late_is_restarted_and_switched_off,
    the_stack_misbehaves::an_adapter_that_is_not_there_or_blocked_is_said_and_used_once_it_is,
];
