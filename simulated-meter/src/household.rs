//! A household and its meter.

use p1::Timestamp;
use rand::RngExt;

use crate::demand::{Demand, Quarters, month_of};
use crate::dice::{Purpose, dice};
use crate::history::{History, Totals};
use crate::{Dialect, Equipment, print};

/// When the meters of all simulated households were installed: 2020-01-01, in unix seconds. Asked
/// for an earlier time, they answer as at this one.
pub const INSTALLED: i64 = 1_577_836_800;
/// The last second that two digits for the year can name.
const LAST: i64 = 4_102_444_800 - 3_601;

/// A household with its meter: a pure function of its seed and the time.
#[derive(Clone, Debug)]
pub struct Household {
    seed: u64,
    dialect: Dialect,
    equipment: Equipment,
    history: History,
    quarters: Quarters,
    /// When the month began that was last asked for, and the registers then.
    month: Option<(i64, Totals)>,
}

/// What the meter measures in one second.
#[derive(Clone, Debug, PartialEq)]
pub struct Now {
    /// The meter's clock.
    pub clock: Timestamp,
    /// The registers.
    pub totals: Totals,
    /// Whether the low tariff applies.
    pub low_tariff: bool,
    /// Watts on each phase, drawn from the grid if positive, fed into it if negative; zero on the
    /// second and third of a household with one phase.
    pub watts: [i32; 3],
    /// Volts on each phase, in tenths.
    pub decivolts: [i32; 3],
    /// When gas was last read, and how much had flowed by then, in litres.
    pub gas: Option<(Timestamp, u64)>,
    /// What meters in Belgium say about quarters of an hour.
    pub demand: Option<Demand>,
    /// What meters in Hungary keep: the beginning of the month, and the registers then.
    pub month: Option<(Timestamp, Totals)>,
}

impl Now {
    /// Watts on all phases together, drawn from the grid if positive.
    pub fn net_watts(&self) -> i32 {
        self.watts.iter().sum()
    }
}

impl Household {
    /// The household of this seed, with a meter that speaks DSMR 5.0.
    pub fn new(seed: u64) -> Self {
        let equipment = Equipment::of(seed);
        let history = History::new(INSTALLED / 86_400, first_totals(seed, &equipment));
        Self {
            seed,
            dialect: Dialect::default(),
            equipment,
            history,
            quarters: Quarters::default(),
            month: None,
        }
    }

    /// The same household with a meter that speaks another dialect.
    #[must_use]
    pub fn with_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// The dialect that its meter speaks.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What it owns.
    pub fn equipment(&self) -> &Equipment {
        &self.equipment
    }

    /// What its meter prints at a time: a telegram from `/` to the line end after the checksum.
    pub fn telegram_at(&mut self, unix_seconds: i64) -> Vec<u8> {
        let now = self.measure_at(unix_seconds);
        print::telegram(self.seed, self.dialect, &self.equipment, &now)
    }

    /// What its meter measures at a time.
    pub fn measure_at(&mut self, unix_seconds: i64) -> Now {
        let at = unix_seconds.clamp(INSTALLED, LAST);
        let gas = self.gas_at(at - at.rem_euclid(self.dialect.gas_interval()));
        let (minute, mut totals) = self.history.minute_at(self.seed, &self.equipment, at);
        let mut flicker = flicker(self.seed, at.div_euclid(60), minute.net());
        let second = at.rem_euclid(60);
        for _ in 0..second {
            let watts = minute.net() + flicker.next().unwrap_or(0);
            totals.add_energy(minute.low_tariff, watts, 1);
        }
        let [first, other, another] = minute.phases;
        let watts = [first + flicker.next().unwrap_or(0), other, another];
        Now {
            clock: clock_at(at),
            demand: (self.dialect == Dialect::Belgium).then(|| self.demand_at(at, &totals)),
            month: (self.dialect == Dialect::Hungary).then(|| self.month_at(at)),
            totals,
            low_tariff: minute.low_tariff,
            watts,
            decivolts: self.decivolts_at(at, watts),
            gas,
        }
    }

    fn demand_at(&mut self, at: i64, totals: &Totals) -> Demand {
        let start = at - at.rem_euclid(900);
        let (_, before) = self.history.minute_at(self.seed, &self.equipment, start);
        let drawn = |totals: &Totals| totals.import.iter().sum::<u64>();
        Demand {
            average: (drawn(totals) - drawn(&before)) / 900,
            peak: self.quarters.peak(self.seed, &self.equipment, at),
            past: self.quarters.past(self.seed, &self.equipment, at),
        }
    }

    fn month_at(&mut self, at: i64) -> (Timestamp, Totals) {
        let begins = month_of(at).max(INSTALLED);
        let totals = match self.month {
            Some((known, totals)) if known == begins => totals,
            _ => {
                let (_, totals) = self.history.minute_at(self.seed, &self.equipment, begins);
                totals
            }
        };
        self.month = Some((begins, totals));
        (clock_at(begins), totals)
    }

    fn gas_at(&mut self, at: i64) -> Option<(Timestamp, u64)> {
        let (_, totals) = self.history.minute_at(self.seed, &self.equipment, at);
        self.equipment
            .gas
            .then(|| (clock_at(at), totals.gas / 1000))
    }

    /// About 231 volts, less under load, more when the sun feeds in.
    fn decivolts_at(&self, at: i64, watts: [i32; 3]) -> [i32; 3] {
        let mut street = dice(self.seed, Purpose::Voltage, at.div_euclid(10));
        watts.map(|watts| 2_310 + street.random_range(-12..=12) - watts / 250)
    }
}

fn clock_at(at: i64) -> Timestamp {
    const NEVER: Timestamp = Timestamp {
        year: 2000,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        season: None,
    };
    Timestamp::from_unix(at).unwrap_or(NEVER)
}

/// What the meter showed when it was installed: nobody has a new one.
fn first_totals(seed: u64, equipment: &Equipment) -> Totals {
    const WATT_SECONDS_A_KWH: u64 = 3_600_000;
    let mut dice = dice(seed, Purpose::Equipment, 1);
    let mut register = || dice.random_range(200..6_000);
    let (import, gas) = ([register(), register()], register());
    let export = if equipment.solar_watts.is_some() {
        [register(), register()]
    } else {
        [0, 0]
    };
    Totals {
        import: import.map(|kwh| kwh * WATT_SECONDS_A_KWH),
        export: export.map(|kwh| kwh * WATT_SECONDS_A_KWH),
        gas: if equipment.gas { gas * 1_000_000 } else { 0 },
    }
}

/// By how many watts each second differs from its minute. The second half of the minute takes back
/// what the first half added, so that the minute's energy stays what it is; and power never changes
/// its direction within a minute.
fn flicker(seed: u64, minute: i64, net: i32) -> impl Iterator<Item = i32> {
    let most = net.abs().min(25);
    let mut dice = dice(seed, Purpose::Seconds, minute);
    let half: Vec<i32> = (0..30).map(|_| dice.random_range(-most..=most)).collect();
    let back: Vec<i32> = half.iter().map(|watts| -watts).collect();
    half.into_iter().chain(back)
}
