//! How much time one block of a live lane covers: its slot, or more where proof of work takes longer than the slots.
//!
//! The length of a slot is a constant of the channel, but a device may leave slots out (docs/protocol.md section 3.2). So
//! when publishing is too slow for the slots, one block covers a minute, five or fifteen, and carries its last slot's
//! number: nothing falls behind for ever, no keys change hands, and readers need not be told. The steps divide each
//! other, a step begins on a boundary of both, and grants are as of the next boundary: so no block that a reader can open
//! carries what was measured before its grant.

use std::time::Duration;

/// What one block may cover beyond its own slot, in seconds; each divides the next.
const STEPS: [u32; 3] = [60, 300, 900];
/// Share of the time that publishing may take: the rest is for keys, messages and bad luck.
const BUSY: f64 = 0.8;
/// Weight of the newest block in the average; the work for one block varies as much as it takes.
const NEWEST: f64 = 0.2;
/// What fits into one block, at a reading a second: more would need more blocks.
const READINGS_A_BLOCK: u32 = 60;
/// From here on a block takes real work, and not many should be ready ahead of it.
const SLOW: Duration = Duration::from_secs(1);

/// What live blocks cover, now and from a boundary on.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    covers: u32,
    next: Option<(u32, u64)>,
    /// Seconds that it took lately until a block was taken, on average.
    takes: Option<f64>,
    behind: bool,
}

/// The blocks that are to be published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// Seconds of a live slot.
    pub(super) slot: u32,
    /// Live lanes.
    pub(super) live: usize,
    /// Blocks a second of all other lanes.
    pub(super) others: f64,
}

impl Pace {
    /// Seconds that the block covers whose time begins there; 0: just its slot.
    pub(super) fn covers_at(&self, start: u64) -> u32 {
        match self.next {
            Some((covers, from)) if start >= from => covers,
            _ => self.covers,
        }
    }

    /// The node took a block after so long.
    pub(super) fn block_took(&mut self, time: Duration) {
        let time = time.as_secs_f64();
        self.takes = Some(match self.takes {
            Some(average) => average + NEWEST * (time - average),
            None => time,
        });
    }

    /// Whether a block takes real work.
    pub(super) fn is_slow(&self) -> bool {
        self.takes.is_some_and(|takes| takes > SLOW.as_secs_f64())
    }

    /// What is wrong, in a sentence, if live blocks cover more than their slots.
    pub(super) fn warning(&self, slot: u32, now: u64) -> Option<String> {
        let (covers, takes) = (self.covers_at(now), self.takes.unwrap_or_default());
        if self.behind {
            return Some(format!(
                "a block takes {takes:.0} s until the node has it, which is too slow even for a block every {covers} s a lane: readings wait on this device; use a network that asks for less proof of work, or share less finely"
            ));
        }
        (covers > slot).then(|| {
            format!(
                "a block takes {takes:.0} s until the node has it, too slow for one every {slot} s: each covers {covers} s of live readings, one reading every {} s",
                spacing(covers).max(1)
            )
        })
    }

    /// Chooses what blocks cover, from the next boundary on. `begun` is where the earliest block that is not yet noted
    /// begins. True if something changed.
    pub(super) fn review(&mut self, load: Load, begun: u64, now: u64) -> bool {
        if let Some((covers, from)) = self.next {
            if begun < from {
                return false;
            }
            (self.covers, self.next) = (covers, None);
        }
        let before = self.behind;
        let wanted = self.wanted(load);
        if wanted == self.covers {
            return before != self.behind;
        }
        let boundary = u64::from(wanted.max(self.covers).max(1));
        self.next = Some((wanted, (now / boundary + 1) * boundary));
        true
    }

    fn wanted(&mut self, load: Load) -> u32 {
        let takes = self.takes.unwrap_or_default();
        let free = BUSY - takes * load.others;
        let needed = takes * load.live as f64 / free.max(f64::MIN_POSITIVE);
        let slowest = STEPS.last().copied().unwrap_or_default();
        self.behind = load.live > 0 && needed > f64::from(slowest);
        if needed <= f64::from(load.slot) {
            // Back to finer blocks only with room to spare, or it would change to and fro.
            let back = self.covers == 0 || needed <= f64::from(load.slot) / 2.0;
            return if back { 0 } else { self.covers };
        }
        let step = STEPS.into_iter().find(|step| needed <= f64::from(*step));
        let step = step.unwrap_or(slowest);
        if step < self.covers && needed > f64::from(step) / 2.0 {
            return self.covers;
        }
        step
    }
}

/// Seconds from one reading to the next in a block that covers so much; 0: all of them.
pub(super) fn spacing(covers: u32) -> u32 {
    if covers > READINGS_A_BLOCK {
        covers / READINGS_A_BLOCK
    } else {
        0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn load(live: usize) -> Load {
        Load {
            slot: 10,
            live,
            others: 3.0 / 900.0,
        }
    }

    fn pace(seconds: u64) -> Pace {
        let mut pace = Pace::default();
        pace.block_took(Duration::from_secs(seconds));
        pace
    }

    #[test]
    fn a_fast_node_changes_nothing() {
        let mut pace = Pace::default();
        assert!(!pace.review(load(3), 1_000, 1_000));
        pace.block_took(Duration::from_millis(30));
        assert!(!pace.review(load(3), 1_000, 1_000));
        assert_eq!((pace.covers_at(5_000), pace.warning(10, 5_000)), (0, None));
        assert!(!pace.is_slow());
    }

    #[test]
    fn slow_work_makes_blocks_cover_more_from_the_next_boundary_on() {
        for (seconds, live, covers) in [
            (8, 1, 60),
            (42, 1, 300),
            (42, 3, 300),
            (126, 1, 900),
            (150, 1, 900),
        ] {
            let mut pace = pace(seconds);
            assert!(pace.review(load(live), 1_000, 1_001), "{seconds} s");
            let from = u64::from(covers) * (1_001 / u64::from(covers) + 1);
            assert_eq!(
                (pace.covers_at(from - 1), pace.covers_at(from)),
                (0, covers),
                "{seconds} s"
            );
            assert!(pace.is_slow());
            let warning = pace.warning(10, from).unwrap();
            assert!(
                warning.contains(&format!("each covers {covers} s")),
                "{warning}"
            );
        }
    }

    #[test]
    fn what_no_step_helps_against_is_said() {
        let mut pace = pace(1_200);
        assert!(pace.review(load(1), 1_000, 1_000));
        assert!(
            pace.warning(10, 9_000)
                .unwrap()
                .contains("less proof of work")
        );
        assert_eq!(pace.covers_at(9_000), 900);
    }

    #[test]
    fn blocks_become_fine_again_only_with_room_to_spare() {
        let mut pace = pace(42);
        pace.review(load(1), 1_000, 1_000);
        assert!(!pace.review(load(1), 1_000, 1_100), "one change at a time");
        assert!(!pace.review(load(1), 1_200, 1_200));
        for _ in 0..2 {
            pace.block_took(Duration::from_secs(30));
        }
        assert!(
            !pace.review(load(1), 1_300, 1_300),
            "a minute would do, but barely"
        );
        for _ in 0..60 {
            pace.block_took(Duration::from_millis(30));
        }
        assert!(pace.review(load(1), 1_500, 1_501));
        // On a boundary of the coarser of the two.
        assert_eq!((pace.covers_at(1_799), pace.covers_at(1_800)), (300, 0));
    }

    #[test]
    fn a_coarse_block_fits_one_block() {
        assert_eq!([0, 60, 300, 900].map(spacing), [0, 0, 5, 15]);
        assert!(STEPS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }
}
