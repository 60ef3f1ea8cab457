//! What a household owns, drawn once from its seed.

use std::fmt;

use rand::RngExt;

use crate::dice::{Purpose, dice};

/// What stands in a house and how big it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Equipment {
    /// How many people live there.
    pub people: u8,
    /// One or three phases.
    pub phases: u8,
    /// What is never switched off, in watts.
    pub base_watts: i32,
    /// Solar panels, in watts at full sun.
    pub solar_watts: Option<i32>,
    /// A heat pump, in watts of electricity.
    pub heat_pump_watts: Option<i32>,
    /// An electric car, in watts while it charges.
    pub car_watts: Option<i32>,
    /// A gas boiler, which also makes the hot water.
    pub gas: bool,
    /// Heat that the house loses, in watts per degree.
    pub loss_watts_per_degree: i32,
    /// Minutes from one start of the fridge to the next.
    pub fridge_period: i64,
    /// Whether the meter prints tenths of an ampere, or whole ones.
    pub fine_currents: bool,
}

/// The household that has everything, to show what a meter can say.
const SHOW_HOUSE: u64 = 1;

impl Equipment {
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = dice(seed, Purpose::Equipment, 0);
        let people = dice.random_range(1..=5);
        let mut owns = |chance| dice.random_bool(chance) || seed == SHOW_HOUSE;
        let (three_phases, gas) = (owns(0.75), owns(0.85));
        let (solar, heat_pump, car) = (owns(0.75), owns(0.5) || !gas, owns(0.5));
        Self {
            people,
            phases: if three_phases { 3 } else { 1 },
            base_watts: dice.random_range(70..200) + 15 * i32::from(people),
            solar_watts: solar.then(|| dice.random_range(1_800..6_000)),
            heat_pump_watts: heat_pump.then(|| dice.random_range(1_200..2_600)),
            car_watts: car.then_some(if three_phases { 11_040 } else { 3_680 }),
            gas,
            loss_watts_per_degree: dice.random_range(120..260),
            fridge_period: dice.random_range(42..70),
            fine_currents: dice.random_bool(0.5),
        }
    }
}

/// One sentence: what is there.
impl fmt::Display for Equipment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilowatts = |watts: i32| f64::from(watts) / 1000.0;
        write!(f, "{} people, {} phase(s)", self.people, self.phases)?;
        if let Some(watts) = self.solar_watts {
            write!(f, ", solar panels of {:.1} kW", kilowatts(watts))?;
        }
        if let Some(watts) = self.heat_pump_watts {
            write!(f, ", a heat pump of {:.1} kW", kilowatts(watts))?;
        }
        if let Some(watts) = self.car_watts {
            write!(
                f,
                ", an electric car that charges with {:.1} kW",
                kilowatts(watts)
            )?;
        }
        f.write_str(if self.gas { ", gas" } else { ", no gas" })
    }
}
