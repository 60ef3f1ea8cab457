//! Registers only go up, and no faster than a connection allows: what does not fit is withheld and reported.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Meter, Quantity, Reading, Tariff};

/// The serial numbers of a household's meters, as the meters print them.
///
/// They serve to notice that a meter was replaced. They are no part of a [`Reading`] and never leave the device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serials(BTreeMap<Meter, String>);

impl Serials {
    /// The most characters that a serial number is kept with: as many as DSMR 5 allows.
    pub const LONGEST: usize = 96;

    /// The serial number of this meter, if it was stated.
    pub fn of(&self, meter: Meter) -> Option<&str> {
        self.0.get(&meter).map(String::as_str)
    }

    /// States the serial number of a meter, or that it was not stated.
    pub fn set(&mut self, meter: Meter, serial: Option<String>) {
        match serial {
            Some(serial) => self.0.insert(meter, serial),
            None => self.0.remove(&meter),
        };
    }
}

/// Something about a meter that a person should hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterEvent {
    /// Its serial number changed; its registers begin anew.
    Replaced(Meter),
    /// One of its registers went on from another number for so long that it must be true.
    Restarted {
        /// The register.
        quantity: Quantity,
        /// Where it stood.
        from: i64,
        /// Where it stands.
        to: i64,
    },
    /// Another tariff is in force.
    TariffSwitched {
        /// The one before.
        from: Tariff,
        /// The one now.
        to: Tariff,
    },
    /// The meter's clock was set: it went on by so many seconds more, or fewer, than the device's.
    ClockChanged {
        /// Forward, if positive.
        seconds: i64,
    },
    /// A value that can not be was withheld.
    Withheld {
        /// What it is of.
        quantity: Quantity,
        /// What the meter said.
        value: i64,
        /// The least it could have been.
        least: i64,
        /// The most it could have been.
        most: i64,
    },
}

/// Judges each reading by those before it.
///
/// A register that drops, or rises faster than 100 kW, 40 m³ of gas an hour, 10 m³ of water an hour or 300 kW of
/// heat or cold, is withheld: its value becomes `None` and its name is put into [`Reading::implausible`]. When ten readings
/// in a row agree on the new numbers, the register counts as restarted. A new serial number that two readings in a
/// row state means a new meter. In both cases [`Reading::replaced`] names the meter. Values of the moment are
/// withheld outside 0 to 1 MW, 500 V and 1,000 A.
///
/// What it remembers can be stored in between, by serde.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Judge {
    serials: Serials,
    /// New serial numbers that one reading stated.
    rumours: Serials,
    registers: BTreeMap<Quantity, Register>,
    #[serde(default)]
    tariff: Option<Tariff>,
    /// By how many seconds the meter's clock was ahead of the device's.
    #[serde(default)]
    ahead: Option<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Register {
    stood: Standing,
    doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Standing {
    value: i64,
    /// Seconds: when the meter behind measured it, or where it does not say, when the device read it.
    measured: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Doubt {
    stood: Standing,
    readings: u8,
}

impl Judge {
    /// A judge that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The reading without what can not be, and what should be said about it.
    pub fn judge(&mut self, mut reading: Reading, serials: &Serials) -> (Reading, Vec<MeterEvent>) {
        let mut events = Vec::new();
        for meter in Meter::ALL {
            if self.is_new(meter, serials) {
                self.forget(meter);
                reading.replaced.insert(meter);
                events.push(MeterEvent::Replaced(meter));
            }
        }
        for quantity in Quantity::ALL {
            let verdict = quantity
                .of(&reading)
                .and_then(|value| self.verdict(quantity, value, &reading));
            match verdict {
                Some(event @ MeterEvent::Restarted { .. }) => {
                    reading.replaced.insert(quantity.meter());
                    events.push(event);
                }
                Some(event) => {
                    quantity.withhold(&mut reading);
                    events.push(event);
                }
                None => {}
            }
        }
        events.extend(self.switched(&reading));
        events.extend(self.clock_changed(&reading));
        (reading, events)
    }

    fn switched(&mut self, reading: &Reading) -> Option<MeterEvent> {
        let to = reading.electricity.tariff?;
        let from = self.tariff.replace(to).filter(|from| *from != to)?;
        Some(MeterEvent::TariffSwitched { from, to })
    }

    /// Clocks drift; what counts is a step within one reading. A clock that never tells summer from winter is not
    /// judged in the hour that happens twice.
    fn clock_changed(&mut self, reading: &Reading) -> Option<MeterEvent> {
        /// Seconds that telegrams may be late.
        const STEP: i64 = 60;
        let ahead = reading.meter_time?.to_unix()?.0 - reading.at.0;
        let seconds = ahead - self.ahead.replace(ahead)?;
        (seconds.abs() > STEP).then_some(MeterEvent::ClockChanged { seconds })
    }

    /// Where there is no checksum, a damaged serial number looks like a new meter: two must agree.
    fn is_new(&mut self, meter: Meter, stated: &Serials) -> bool {
        let Some(serial) = stated.of(meter) else {
            return false;
        };
        let known = self.serials.of(meter);
        let confirmed =
            known != Some(serial) && (known.is_none() || self.rumours.of(meter) == Some(serial));
        let new = confirmed && known.is_some();
        if confirmed {
            self.serials.set(meter, Some(serial.to_owned()));
        }
        let rumour = self.serials.of(meter) != Some(serial);
        self.rumours.set(meter, rumour.then(|| serial.to_owned()));
        new
    }

    fn forget(&mut self, meter: Meter) {
        self.registers
            .retain(|quantity, _| quantity.meter() != meter);
    }

    fn verdict(&mut self, quantity: Quantity, value: i64, reading: &Reading) -> Option<MeterEvent> {
        let Some(pace) = Pace::of(quantity) else {
            return outside(quantity, value, 0, most_of_the_moment(quantity)?);
        };
        if value < 0 {
            return outside(quantity, value, 0, i64::MAX);
        }
        let now = Standing {
            value,
            measured: measured(quantity, reading),
        };
        match self.registers.get_mut(&quantity) {
            Some(register) => register.verdict(quantity, pace, now),
            None => {
                let register = Register {
                    stood: now,
                    doubt: None,
                };
                self.registers.insert(quantity, register);
                None
            }
        }
    }
}

impl Register {
    fn verdict(&mut self, quantity: Quantity, pace: Pace, now: Standing) -> Option<MeterEvent> {
        /// How many readings in a row must agree on new numbers.
        const CONVINCED: u8 = 10;
        let before = self.stood;
        if pace.allows(before, now) {
            (self.stood, self.doubt) = (now, None);
            return None;
        }
        let readings = match self.doubt {
            Some(doubt) if pace.allows(doubt.stood, now) => doubt.readings.saturating_add(1),
            _ => 1,
        };
        if readings >= CONVINCED {
            (self.stood, self.doubt) = (now, None);
            return Some(MeterEvent::Restarted {
                quantity,
                from: before.value,
                to: now.value,
            });
        }
        self.doubt = Some(Doubt {
            stood: now,
            readings,
        });
        outside(quantity, now.value, before.value, pace.most(before, now))
    }
}

/// How fast a register can rise.
#[derive(Clone, Copy)]
struct Pace {
    an_hour: i64,
    /// Seconds that a register may be ahead of its time: some meters behind report once an hour.
    ahead: i64,
}

impl Pace {
    fn of(quantity: Quantity) -> Option<Self> {
        let pace = |an_hour, ahead| Some(Self { an_hour, ahead });
        match quantity {
            Quantity::Gas => pace(40_000, 3_600),
            Quantity::Water => pace(10_000, 3_600),
            Quantity::Heat | Quantity::Cold => pace(300 * 3_600, 3_600),
            Quantity::SecondMeter => pace(100_000, 3_600),
            register if Quantity::REGISTERS.contains(&register) => pace(100_000, 60),
            _ => None,
        }
    }

    fn most(self, before: Standing, now: Standing) -> i64 {
        let seconds = now
            .measured
            .saturating_sub(before.measured)
            .max(0)
            .saturating_add(self.ahead);
        before
            .value
            .saturating_add((self.an_hour / 60).saturating_mul(seconds) / 60)
    }

    fn allows(self, before: Standing, now: Standing) -> bool {
        (before.value..=self.most(before, now)).contains(&now.value)
    }
}

fn measured(quantity: Quantity, reading: &Reading) -> i64 {
    let behind = &reading.gas_water_heat;
    let measured = match quantity {
        Quantity::Gas => behind.gas.measured,
        Quantity::Water => behind.water.measured,
        Quantity::Heat => behind.heat.measured,
        Quantity::Cold => behind.cold.measured,
        Quantity::SecondMeter => reading.electricity.second.measured,
        _ => None,
    };
    measured.map_or(reading.at.0, |measured| measured.wall_seconds())
}

fn most_of_the_moment(quantity: Quantity) -> Option<i64> {
    use Quantity as Q;
    match quantity {
        Q::PowerImport | Q::PowerImportL1 | Q::PowerImportL2 | Q::PowerImportL3 => Some(1_000_000),
        Q::Demand | Q::Peak => Some(1_000_000),
        Q::PowerExport | Q::PowerExportL1 | Q::PowerExportL2 | Q::PowerExportL3 => Some(1_000_000),
        Q::VoltageL1 | Q::VoltageL2 | Q::VoltageL3 => Some(5_000),
        Q::CurrentL1 | Q::CurrentL2 | Q::CurrentL3 => Some(100_000),
        _ => None,
    }
}

fn outside(quantity: Quantity, value: i64, least: i64, most: i64) -> Option<MeterEvent> {
    (!(least..=most).contains(&value)).then_some(MeterEvent::Withheld {
        quantity,
        value,
        least,
        most,
    })
}
