//! What people switch on in a day.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::Equipment;
use crate::dice::{Purpose, dice};

/// Something that runs for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The minute in which it starts, counted since 1970.
    pub(crate) start: i64,
    pub(crate) minutes: i64,
    pub(crate) load: Load,
}

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Electricity, on one of the phases.
    Watts { watts: i32, phase: usize },
    /// Gas, in millilitres a minute.
    Gas(i32),
}

/// All that is switched on during a day, counted since 1970; some of it runs on into the next.
pub(crate) fn runs(seed: u64, equipment: &Equipment, day: i64) -> Vec<Run> {
    let midnight = day * 1440 - local_offset(day);
    let mut plan = Plan {
        midnight,
        dice: dice(seed, Purpose::Habits, day),
        runs: Vec::new(),
    };
    plan.mornings(equipment);
    plan.evenings(equipment);
    plan.housework(equipment);
    plan.car(equipment);
    plan.runs
}

/// Minutes by which the clock on the wall is ahead of UTC at noon of that day.
fn local_offset(day: i64) -> i64 {
    let noon = p1::Timestamp::from_unix(day * 86_400 + 43_200);
    noon.map_or(60, |noon| (i64::from(noon.hour) - 12) * 60)
}

struct Plan {
    midnight: i64,
    dice: ChaCha8Rng,
    runs: Vec<Run>,
}

const KITCHEN: usize = 0;
const LAUNDRY: usize = 1;
const GARAGE: usize = 2;
/// A boiler that makes hot water for one shower.
const SHOWER_GAS: i32 = 28_000;

impl Plan {
    fn mornings(&mut self, equipment: &Equipment) {
        for _ in 0..equipment.people {
            let rises = self.dice.random_range(6 * 60..9 * 60);
            self.electric(rises + 10, 3, 2_100, KITCHEN);
            self.electric(rises, 40, 60, LAUNDRY);
            if self.dice.random_bool(0.7) {
                let minutes = self.dice.random_range(4..11);
                self.shower(equipment, rises, minutes);
            }
        }
    }

    fn shower(&mut self, equipment: &Equipment, at: i64, minutes: i64) {
        if equipment.gas {
            self.add(at, minutes, Load::Gas(SHOWER_GAS));
        } else {
            self.electric(at + minutes, 3 * minutes, 2_000, LAUNDRY);
        }
    }

    fn evenings(&mut self, equipment: &Equipment) {
        let dinner = self.dice.random_range(17 * 60..19 * 60);
        let cooking = self.dice.random_range(15..45);
        let (hob, oven) = (
            self.dice.random_range(800..2_400),
            self.dice.random_bool(0.3),
        );
        self.electric(dinner, cooking, hob, KITCHEN);
        if oven {
            self.electric(dinner - 15, cooking + 20, 1_900, KITCHEN);
        }
        let (lights, bed) = (
            self.dice.random_range(120..380),
            self.dice.random_range(22 * 60..24 * 60),
        );
        self.electric(dinner, bed - dinner, lights, LAUNDRY);
        if equipment.gas && self.dice.random_bool(0.3) {
            self.add(dinner, cooking, Load::Gas(4_000));
        }
    }

    fn housework(&mut self, equipment: &Equipment) {
        let chance = 0.15 * f64::from(equipment.people);
        if self.dice.random_bool(chance) {
            let start = self.dice.random_range(9 * 60..20 * 60);
            self.electric(start, 22, 2_050, LAUNDRY);
            self.electric(start + 22, 65, 240, LAUNDRY);
        }
        if self.dice.random_bool(chance) {
            let start = self.dice.random_range(19 * 60..23 * 60);
            self.electric(start, 18, 1_950, KITCHEN);
            self.electric(start + 50, 14, 1_950, KITCHEN);
        }
    }

    fn car(&mut self, equipment: &Equipment) {
        let Some(watts) = equipment.car_watts.filter(|_| self.dice.random_bool(0.55)) else {
            return;
        };
        let energy = self.dice.random_range(4_000..26_000);
        let at_night = self.dice.random_bool(0.5);
        let plugged_in = if at_night {
            23 * 60 + 5
        } else {
            self.dice.random_range(17 * 60..20 * 60)
        };
        let minutes = i64::from(energy * 60 / watts);
        if equipment.phases == 1 {
            return self.electric(plugged_in, minutes, watts, GARAGE);
        }
        for phase in [KITCHEN, LAUNDRY, GARAGE] {
            self.electric(plugged_in, minutes, watts / 3, phase);
        }
    }

    fn electric(&mut self, minute_of_day: i64, minutes: i64, watts: i32, phase: usize) {
        self.add(minute_of_day, minutes, Load::Watts { watts, phase });
    }

    fn add(&mut self, minute_of_day: i64, minutes: i64, load: Load) {
        self.runs.push(Run {
            start: self.midnight + minute_of_day,
            minutes,
            load,
        });
    }
}
