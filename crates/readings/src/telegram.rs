//! Objects of a telegram become a reading: the only place where they do.

use std::collections::BTreeMap;

use p1::{Dimension, Measure, Object, Season, Telegram, Timed, Timestamp, Value};

use crate::{Mark, Meter, MeterTime, Quantity, Reading, Serials, UnixSeconds};

impl Reading {
    /// What the telegram says, read at `at` on the device's clock.
    ///
    /// A value that the meter can not have meant (unreadable, in another unit, measured at an impossible time) is
    /// missing and named in [`Reading::implausible`]; the rest of the telegram stands. Whether registers fit what came
    /// before is for a [`Judge`](crate::Judge) to say.
    pub fn from_telegram(telegram: &Telegram<'_>, at: UnixSeconds) -> Self {
        let mut reading = Self::at(at);
        for object in telegram.objects() {
            if let Some(quantity) = own_quantity(&object) {
                reading.take(quantity, &object.value());
            }
        }
        let now = clock(telegram).unwrap_or(at.0);
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

/// What an object of the electricity meter itself says (DSMR 5.0.2 P1, section 6.12).
fn own_quantity(object: &Object<'_>) -> Option<Quantity> {
    use Quantity as Q;
    if object.obis.f.is_some_and(|period| period != 255) {
        return None;
    }
    Some(match object.obis.groups() {
        (0, 0, 1, 0, 0) => Q::MeterTime,
        (0, 0, 96, 14, 0) => Q::Tariff,
        (0, 0, 96, 7, 21) => Q::PowerFailures,
        (0, 0, 96, 7, 9) => Q::LongPowerFailures,
        (1, 0, 1, 7, 0) => Q::PowerImport,
        (1, 0, 2, 7, 0) => Q::PowerExport,
        (1, 0, 1, 8, 0) => Q::Import,
        (1, 0, 1, 8, 1) => Q::ImportT1,
        (1, 0, 1, 8, 2) => Q::ImportT2,
        (1, 0, 1, 8, 3) => Q::ImportT3,
        (1, 0, 1, 8, 4) => Q::ImportT4,
        (1, 0, 2, 8, 0) => Q::Export,
        (1, 0, 2, 8, 1) => Q::ExportT1,
        (1, 0, 2, 8, 2) => Q::ExportT2,
        (1, 0, 2, 8, 3) => Q::ExportT3,
        (1, 0, 2, 8, 4) => Q::ExportT4,
        (1, 0, 32, 7, 0) => Q::VoltageL1,
        (1, 0, 31, 7, 0) => Q::CurrentL1,
        (1, 0, 21, 7, 0) => Q::PowerImportL1,
        (1, 0, 22, 7, 0) => Q::PowerExportL1,
        (1, 0, 32, 32, 0) => Q::SagsL1,
        (1, 0, 32, 36, 0) => Q::SwellsL1,
        (1, 0, 52, 7, 0) => Q::VoltageL2,
        (1, 0, 51, 7, 0) => Q::CurrentL2,
        (1, 0, 41, 7, 0) => Q::PowerImportL2,
        (1, 0, 42, 7, 0) => Q::PowerExportL2,
        (1, 0, 52, 32, 0) => Q::SagsL2,
        (1, 0, 52, 36, 0) => Q::SwellsL2,
        (1, 0, 72, 7, 0) => Q::VoltageL3,
        (1, 0, 71, 7, 0) => Q::CurrentL3,
        (1, 0, 61, 7, 0) => Q::PowerImportL3,
        (1, 0, 62, 7, 0) => Q::PowerExportL3,
        (1, 0, 72, 32, 0) => Q::SagsL3,
        (1, 0, 72, 36, 0) => Q::SwellsL3,
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
        Q::PowerImport | Q::PowerExport => (Dimension::Power, 0),
        Q::PowerImportL1 | Q::PowerImportL2 | Q::PowerImportL3 => (Dimension::Power, 0),
        Q::PowerExportL1 | Q::PowerExportL2 | Q::PowerExportL3 => (Dimension::Power, 0),
        Q::VoltageL1 | Q::VoltageL2 | Q::VoltageL3 => (Dimension::Voltage, 1),
        Q::CurrentL1 | Q::CurrentL2 | Q::CurrentL3 => (Dimension::Current, 2),
        Q::Gas | Q::Water => (Dimension::Volume, 3),
        Q::Heat => (Dimension::Heat, -3),
        register if Q::REGISTERS.contains(&register) => (Dimension::Energy, 0),
        _ => return measure.count(),
    };
    measure.scaled(dimension, decimals)
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
    }
}

/// What a channel of the M-Bus says.
#[derive(Default)]
struct Channel<'a> {
    device_type: Option<i64>,
    serial: Option<String>,
    /// What it measured; inside, `None` where that can not be read.
    said: Option<Option<Timed<'a>>>,
}

impl Channel<'_> {
    /// By its type (EN 13757-3), or where the meter gives none by its unit.
    fn meter(&self) -> Option<Meter> {
        match self.device_type {
            Some(3) => Some(Meter::Gas),
            Some(4 | 10..=13) => Some(Meter::Heat),
            Some(6 | 7) => Some(Meter::Water),
            Some(_) => None,
            None => {
                let measure = self.said??.measure?;
                if measure.scaled(Dimension::Volume, 3).is_some() {
                    Some(Meter::Gas)
                } else {
                    measure.scaled(Dimension::Heat, -3).map(|_| Meter::Heat)
                }
            }
        }
    }

    /// When it measured something that can be trusted.
    fn measured(&self, clock: i64) -> Option<i64> {
        let (time, _) = self.said??.trusted(clock)?;
        Some(time.unix_seconds())
    }
}

/// One channel a meter. Where there are several of one type, the old one of two after a replacement fell silent long
/// ago, or says what can not be: of those that spoke within a day of the last, the lowest channel is the meter.
fn chosen_channels<'a>(telegram: &Telegram<'a>) -> BTreeMap<Meter, Channel<'a>> {
    const SILENT: i64 = 86_400;
    let clock = clock(telegram).unwrap_or(i64::MAX);
    let mut chosen: BTreeMap<Meter, Channel<'a>> = BTreeMap::new();
    for channel in all_channels(telegram).into_values() {
        let Some(meter) = channel.meter() else {
            continue;
        };
        let outlived = |before: &Channel<'_>| {
            let silent_since = before
                .measured(clock)
                .map(|measured| measured.saturating_add(SILENT));
            channel.measured(clock) > silent_since
        };
        if chosen.get(&meter).is_none_or(outlived) {
            chosen.insert(meter, channel);
        }
    }
    chosen
}

fn clock(telegram: &Telegram<'_>) -> Option<i64> {
    telegram
        .objects()
        .find_map(|object| match (object.obis.groups(), object.value()) {
            ((0, 0, 1, 0, 0), Value::Time(time)) => Some(time.unix_seconds()),
            _ => None,
        })
}

fn all_channels<'a>(telegram: &Telegram<'a>) -> BTreeMap<u8, Channel<'a>> {
    let mut channels: BTreeMap<u8, Channel<'a>> = BTreeMap::new();
    for object in telegram.objects() {
        let obis = object.obis;
        match obis.groups() {
            (0, 1.., 24, 1, 0) => {
                if let Value::Measure(device_type) = object.value() {
                    channels.entry(obis.b).or_default().device_type = device_type.count();
                }
            }
            (0, 1.., 96, 1, 0 | 1) | (7, 0, 0, 0, 0) => {
                let channel = channels.entry(obis.b).or_default();
                channel.serial = channel.serial.take().or_else(|| serial(&object));
            }
            (0, 1.., 24, 2, 1 | 3) | (0, 1.., 24, 3, 0) | (7, 0, 23, 1, 0) => {
                match object.value() {
                    Value::Empty => {}
                    Value::Timed(timed) => {
                        channels.entry(obis.b).or_default().said = Some(Some(timed))
                    }
                    _ => channels.entry(obis.b).or_default().said = Some(None),
                }
            }
            _ => {}
        }
    }
    channels
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
