//! The scenarios: one file a claim.

mod a_bad_node_costs_time_and_no_readings;
mod a_clock_that_jumps_loses_no_order;
mod a_cloned_pi_is_seen_by_every_reader;
mod a_day_without_a_node_is_made_up_for;
mod a_killed_pi_loses_and_doubles_nothing;
mod a_killed_service_finishes_what_it_began;
mod a_killed_wallet_finishes_what_it_began;
mod an_old_card_that_is_put_back_is_noticed;
mod junk_and_forgeries_delay_nobody;
mod two_wallets_of_the_same_words_do_no_harm;
mod who_left_reads_nothing_more;

use std::time::Instant;

use anyhow::Context as _;

use crate::Lab;
use crate::figures::{Figures, Outcome};

/// One claim and what is done to break it.
pub(crate) struct Scenario {
    /// That of its file.
    pub(crate) name: &'static str,
    /// What must hold.
    pub(crate) claim: &'static str,
    breaks: fn(Lab) -> anyhow::Result<Figures>,
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        &[$(Scenario { name: stringify!($name), claim: $name::CLAIM, breaks: $name::run }),*]
    };
}

impl Scenario {
    /// Those that take longest first.
    pub(crate) const ALL: &[Self] = scenarios! {
        junk_and_forgeries_delay_nobody,
        a_killed_pi_loses_and_doubles_nothing,
        a_killed_wallet_finishes_what_it_began,
        a_killed_service_finishes_what_it_began,
        a_bad_node_costs_time_and_no_readings,
        a_day_without_a_node_is_made_up_for,
        an_old_card_that_is_put_back_is_noticed,
        a_cloned_pi_is_seen_by_every_reader,
        a_clock_that_jumps_loses_no_order,
        who_left_reads_nothing_more,
        two_wallets_of_the_same_words_do_no_harm,
    };

    /// The scenario of this name.
    pub(crate) fn named(name: &str) -> anyhow::Result<&'static Self> {
        let found = Self::ALL.iter().find(|scenario| scenario.name == name);
        found.with_context(|| format!("there is no scenario {name}"))
    }

    /// Does it. A panic of a fixture is a claim that does not hold.
    pub(crate) fn run(&self, lab: Lab) -> Outcome {
        let start = Instant::now();
        let breaks = self.breaks;
        let came = std::thread::spawn(move || breaks(lab)).join();
        let (figures, broken) = match came {
            Ok(Ok(figures)) => (figures, None),
            Ok(Err(error)) => (Figures::default(), Some(format!("{error:#}"))),
            Err(_) => (
                Figures::default(),
                Some("it panicked; see above".to_owned()),
            ),
        };
        Outcome {
            scenario: self.name.to_owned(),
            ok: broken.is_none(),
            figures,
            seconds: start.elapsed().as_secs(),
            broken,
        }
    }
}

/// The names of all scenarios.
pub(crate) fn names() -> Vec<&'static str> {
    Scenario::ALL.iter().map(|scenario| scenario.name).collect()
}

/// Who is killed mostly waits: so several houses at a time share the kills, in a short run and in a long one.
const HOUSES: (u64, u64) = (2, 4);

/// Does the same in several houses at a time, each with its part of the kills and a seed of its own, and adds up what was counted.
pub(crate) fn in_houses(
    lab: Lab,
    kills: u64,
    lives: fn(Lab, u64) -> anyhow::Result<Figures>,
) -> anyhow::Result<Figures> {
    let count = if lab.quick { HOUSES.0 } else { HOUSES.1 };
    let houses: Vec<_> = (0..count)
        .map(|house| {
            let part = lab.share_of(kills).div_ceil(count);
            let lab = Lab {
                seed: lab.seed.wrapping_add(house),
                ..lab
            };
            std::thread::spawn(move || lives(lab, part))
        })
        .collect();
    let mut figures = Figures::default().with("houses", count);
    for (house, lived) in houses.into_iter().enumerate() {
        let lived = lived.join().map_err(|_| anyhow::anyhow!("it panicked"));
        let lived = lived.and_then(|lived| lived);
        figures = figures.plus(&lived.with_context(|| format!("house {house}"))?);
    }
    Ok(figures)
}

/// Runs a story on one thread, whose clock moves when everybody waits.
pub(crate) fn story(
    story: impl Future<Output = anyhow::Result<Figures>>,
) -> anyhow::Result<Figures> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .start_paused(true)
        .build()?
        .block_on(story)
}

/// Runs something among real processes, in real time.
pub(crate) fn in_real_time(
    story: impl Future<Output = anyhow::Result<Figures>>,
) -> anyhow::Result<Figures> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().build()?.block_on(story)
}
