//! Objects of a telegram become a reading: the only place where they do.

mod channels;

use p1::{Dialect, Dimension, Measure, Object, Season, Telegram, Timed, Timestamp, Value};

use channels::chosen_channels;

use crate::{Mark, Meter, MeterTime, Quantity, Reading, Serials, UnixSeconds};

impl Reading {
    /// What the telegram says, read at `at` on the device's clock.
    ///
    /// Tariff 1 is the low one, of the night, and tariff 2 the normal one, as the Netherlands number them; Belgian
    /// meters number them the other way round, which is put right here.
    ///
    /// A value that the meter can not have meant (unreadable, in another unit, measured at an impossible time) is
    /// missing and named in [`Reading::implausible`]; the rest of the telegram stands. Whether registers fit what came
    /// before is for a [`Judge`](crate::Judge) to say.
    pub fn from_telegram(telegram: &Telegram<'_>, at: UnixSeconds) -> Self {
        let mut reading = Self::at(at);
        let now = clock(telegram).unwrap_or(at.0);
        let numbering = Numbering::of(telegram.dialect());
        for object in telegram.objects() {
            if let Some(quantity) = own_quantity(&object) {
                reading.take(numbering.register(quantity), &object.value());
            } else if is_peak(&object) {
                reading.take_peak(&object.value(), now);
            }
        }
        if let Some(tariff) = &mut reading.electricity.tariff {
            tariff.0 = numbering.tariff(tariff.0);
        }
        for (meter, channel) in chosen_channels(telegram) {
            if let Some(said) = channel.said {
                reading.take_metered(meter, said, now);
            }
        }
        reading
    }

    fn take(&mut self, quantity: Quantity, value: &Value<'_>) {
        let number = own_number(quantity, value);
        let taken = number.is_some() && quantity.put(self, number);
        if !taken && !matches!(value, Value::Empty) {
            self.implausible.insert(quantity);
        }
    }

    /// The highest average of a quarter of an hour in this month, with the time of it. A month that has none yet gives
    /// a zero at an impossible time.
    fn take_peak(&mut self, value: &Value<'_>, now: i64) {
        let Value::Timed(timed) = value else { return };
        let trusted = timed
            .trusted(now)
            .and_then(|(time, measure)| Some((meter_time(&time)?, measure)));
        if let Some((time, measure)) = trusted
            && let Some(number) = scaled(Quantity::Peak, &measure)
            && Quantity::Peak.put(self, Some(number))
        {
            Quantity::PeakMeasured.put(self, Some(time.to_number()));
        } else {
            self.implausible.insert(Quantity::Peak);
            self.implausible.insert(Quantity::PeakMeasured);
        }
    }

    fn take_metered(&mut self, meter: Meter, timed: Option<Timed<'_>>, now: i64) {
        let Some((register, measured)) = metered_quantities(meter) else {
            return;
        };
        let trusted = timed
            .and_then(|timed| timed.trusted(now))
            .and_then(|(time, measure)| Some((meter_time(&time)?, scaled(register, &measure)?)));
        if let Some((time, number)) = trusted
            && register.put(self, Some(number))
        {
            measured.put(self, Some(time.to_number()));
        } else {
            self.implausible.insert(register);
            self.implausible.insert(measured);
        }
    }
}

impl Serials {
    /// The serial numbers that the telegram states, as it prints them.
    pub fn from_telegram(telegram: &Telegram<'_>) -> Self {
        let mut serials = Self::default();
        let own = telegram
            .objects()
            .filter_map(|object| Some((own_serial_rank(&object)?, serial(&object)?)));
        serials.set(
            Meter::Electricity,
            own.min_by_key(|(rank, _)| *rank).map(|(_, serial)| serial),
        );
        for (meter, channel) in chosen_channels(telegram) {
            serials.set(meter, channel.serial);
        }
        serials
    }
}

/// How a country numbers its two tariffs.
#[derive(Clone, Copy, PartialEq)]
enum Numbering {
    /// 1 is the low one: the Netherlands, and whoever says nothing else.
    LowFirst,
    /// 1 is the normal one: Belgium (e-MUCS P1, section 5).
    NormalFirst,
}

impl Numbering {
    fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::EMucs(_) => Self::NormalFirst,
            _ => Self::LowFirst,
        }
    }

    fn register(self, quantity: Quantity) -> Quantity {
        use Quantity as Q;
        match (self, quantity) {
            (Self::NormalFirst, Q::ImportT1) => Q::ImportT2,
            (Self::NormalFirst, Q::ImportT2) => Q::ImportT1,
            (Self::NormalFirst, Q::ExportT1) => Q::ExportT2,
            (Self::NormalFirst, Q::ExportT2) => Q::ExportT1,
            _ => quantity,
        }
    }

    fn tariff(self, number: u16) -> u16 {
        match (self, number) {
            (Self::NormalFirst, 1) => 2,
            (Self::NormalFirst, 2) => 1,
            _ => number,
        }
    }
}

fn is_peak(object: &Object<'_>) -> bool {
    object.obis.is_current() && matches!(object.obis.groups(), (1, 0 | 1, 1, 6, 0))
}

/// What an object of the electricity meter itself says (DSMR 5.0.2 P1, section 6.12).
fn own_quantity(object: &Object<'_>) -> Option<Quantity> {
    use Quantity as Q;
    if !object.obis.is_current() {
        return None;
    }
    Some(match object.obis.groups() {
        (0, 0, 1, 0, 0) => Q::MeterTime,
        (0, 0, 96, 14, 0) => Q::Tariff,
        (0, 0, 96, 7, 21) => Q::PowerFailures,
        (0, 0, 96, 7, 9) => Q::LongPowerFailures,
        (1, 0 | 1, 1, 4, 0) => Q::Demand,
        (1, 0 | 1, 1, 7, 0) => Q::PowerImport,
        (1, 0 | 1, 2, 7, 0) => Q::PowerExport,
        (1, 0 | 1, 1, 8, 0) => Q::Import,
        (1, 0 | 1, 1, 8, 1) => Q::ImportT1,
        (1, 0 | 1, 1, 8, 2) => Q::ImportT2,
        (1, 0 | 1, 1, 8, 3) => Q::ImportT3,
        (1, 0 | 1, 1, 8, 4) => Q::ImportT4,
        (1, 0 | 1, 2, 8, 0) => Q::Export,
        (1, 0 | 1, 2, 8, 1) => Q::ExportT1,
        (1, 0 | 1, 2, 8, 2) => Q::ExportT2,
        (1, 0 | 1, 2, 8, 3) => Q::ExportT3,
        (1, 0 | 1, 2, 8, 4) => Q::ExportT4,
        (1, 0 | 1, 32, 7, 0) => Q::VoltageL1,
        (1, 0 | 1, 31, 7, 0) => Q::CurrentL1,
        (1, 0 | 1, 21, 7, 0) => Q::PowerImportL1,
        (1, 0 | 1, 22, 7, 0) => Q::PowerExportL1,
        (1, 0 | 1, 32, 32, 0) => Q::SagsL1,
        (1, 0 | 1, 32, 36, 0) => Q::SwellsL1,
        (1, 0 | 1, 52, 7, 0) => Q::VoltageL2,
        (1, 0 | 1, 51, 7, 0) => Q::CurrentL2,
        (1, 0 | 1, 41, 7, 0) => Q::PowerImportL2,
        (1, 0 | 1, 42, 7, 0) => Q::PowerExportL2,
        (1, 0 | 1, 52, 32, 0) => Q::SagsL2,
        (1, 0 | 1, 52, 36, 0) => Q::SwellsL2,
        (1, 0 | 1, 72, 7, 0) => Q::VoltageL3,
        (1, 0 | 1, 71, 7, 0) => Q::CurrentL3,
        (1, 0 | 1, 61, 7, 0) => Q::PowerImportL3,
        (1, 0 | 1, 62, 7, 0) => Q::PowerExportL3,
        (1, 0 | 1, 72, 32, 0) => Q::SagsL3,
        (1, 0 | 1, 72, 36, 0) => Q::SwellsL3,
        _ => return None,
    })
}

fn own_number(quantity: Quantity, value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Time(time) => meter_time(time).map(MeterTime::to_number),
        Value::Measure(measure) => scaled(quantity, measure),
        _ => None,
    }
}

/// The measure in steps of the quantity's unit; `None` in another unit, or without one.
fn scaled(quantity: Quantity, measure: &Measure) -> Option<i64> {
    use Quantity as Q;
    let (dimension, decimals) = match quantity {
        Q::PowerImport | Q::PowerExport | Q::Demand | Q::Peak => (Dimension::Power, 0),
        Q::PowerImportL1 | Q::PowerImportL2 | Q::PowerImportL3 => (Dimension::Power, 0),
        Q::PowerExportL1 | Q::PowerExportL2 | Q::PowerExportL3 => (Dimension::Power, 0),
        Q::VoltageL1 | Q::VoltageL2 | Q::VoltageL3 => (Dimension::Voltage, 1),
        Q::CurrentL1 | Q::CurrentL2 | Q::CurrentL3 => (Dimension::Current, 2),
        Q::Gas | Q::Water => (Dimension::Volume, 3),
        Q::Heat | Q::Cold => return kilojoules(measure),
        register if Q::REGISTERS.contains(&register) => (Dimension::Energy, 0),
        _ => return measure.count(),
    };
    measure.scaled(dimension, decimals)
}

/// Heat meters count in joules, or in watt-hours of 3.6 kJ.
fn kilojoules(measure: &Measure) -> Option<i64> {
    let of_watt_hours = || {
        let watt_hours = measure.scaled(Dimension::Energy, 0)?;
        Some(watt_hours.checked_mul(36)? / 10)
    };
    measure.scaled(Dimension::Heat, -3).or_else(of_watt_hours)
}

fn meter_time(time: &Timestamp) -> Option<MeterTime> {
    let small = |number: u8| i8::try_from(number).ok();
    let mark = match time.season {
        Some(Season::Winter) => Mark::Winter,
        Some(Season::Summer) => Mark::Summer,
        None => Mark::Unmarked,
    };
    MeterTime::new(
        i16::try_from(time.year).ok()?,
        small(time.month)?,
        small(time.day)?,
        small(time.hour)?,
        small(time.minute)?,
        small(time.second)?,
        mark,
    )
    .ok()
}

fn metered_quantities(meter: Meter) -> Option<(Quantity, Quantity)> {
    match meter {
        Meter::Electricity => None,
        Meter::Gas => Some((Quantity::Gas, Quantity::GasMeasured)),
        Meter::Water => Some((Quantity::Water, Quantity::WaterMeasured)),
        Meter::Heat => Some((Quantity::Heat, Quantity::HeatMeasured)),
        Meter::Cold => Some((Quantity::Cold, Quantity::ColdMeasured)),
        Meter::SecondElectricity => Some((Quantity::SecondMeter, Quantity::SecondMeterMeasured)),
    }
}

fn clock(telegram: &Telegram<'_>) -> Option<i64> {
    telegram.clock().map(|clock| clock.unix_seconds())
}

/// Lower ranks are the better witnesses; every telegram of a meter has the same ones.
fn own_serial_rank(object: &Object<'_>) -> Option<u8> {
    match object.obis.groups() {
        (0, 0, 96, 1, 1) => Some(0),
        (0, 0, 96, 1, 0) => Some(1),
        (1, 0, 96, 1, 0 | 1) => Some(2),
        (0, 0, 42, 0, 0) => Some(3),
        (1, 0, 0, 0, 0) => Some(4),
        _ => None,
    }
}

fn serial(object: &Object<'_>) -> Option<String> {
    match object.value() {
        Value::Text(text) if !text.raw.is_empty() => Some(
            text.raw
                .to_string()
                .chars()
                .take(Serials::LONGEST)
                .collect(),
        ),
        _ => None,
    }
}
