//! The channels of the M-Bus: which meters hang behind the electricity meter, and what each of them says.

use std::collections::BTreeMap;

use p1::{Dimension, Object, Telegram, Timed, Value};

use super::{clock, kilojoules, serial};
use crate::Meter;

/// What a channel of the M-Bus says.
#[derive(Default)]
pub(super) struct Channel<'a> {
    device_type: Option<i64>,
    pub(super) serial: Option<String>,
    /// What it measured; inside, `None` where that can not be read.
    pub(super) said: Option<Option<Timed<'a>>>,
}

impl<'a> Channel<'a> {
    /// Some meters give every hour of a day: the newest counts.
    fn hear(&mut self, timed: Timed<'a>) {
        let at = |said: &Timed<'_>| said.at.timestamp().map(|time| time.unix_seconds());
        let newer = match &self.said {
            Some(Some(before)) => at(&timed) >= at(before),
            _ => true,
        };
        if newer {
            self.said = Some(Some(timed));
        }
    }

    /// By its type (EN 13757-3), or where the meter gives none by its unit. One for heat and cold counts heat.
    fn meter(&self) -> Option<Meter> {
        match self.device_type {
            Some(2) => Some(Meter::SecondElectricity),
            Some(3) => Some(Meter::Gas),
            Some(4 | 12 | 13) => Some(Meter::Heat),
            Some(6 | 7 | 21 | 22) => Some(Meter::Water),
            Some(10 | 11) => Some(Meter::Cold),
            Some(_) => None,
            None => {
                let measure = self.said??.measure?;
                if measure.scaled(Dimension::Volume, 3).is_some() {
                    Some(Meter::Gas)
                } else {
                    kilojoules(&measure).map(|_| Meter::Heat)
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
pub(super) fn chosen_channels<'a>(telegram: &Telegram<'a>) -> BTreeMap<Meter, Channel<'a>> {
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

/// By medium and channel.
fn all_channels<'a>(telegram: &Telegram<'a>) -> BTreeMap<(u8, u8), Channel<'a>> {
    let mut channels: BTreeMap<(u8, u8), Channel<'a>> = BTreeMap::new();
    for object in telegram.objects() {
        let Some((place, said)) = said_of_a_channel(&object) else {
            continue;
        };
        let channel = channels.entry(place).or_default();
        channel.device_type = channel.device_type.or(device_type_of(place.0));
        match (said, object.value()) {
            (_, Value::Empty) => {}
            (Said::Type, Value::Measure(device_type)) => channel.device_type = device_type.count(),
            (Said::Type, _) => {}
            (Said::Serial, _) => channel.serial = channel.serial.take().or_else(|| serial(&object)),
            (Said::Register, Value::Timed(timed)) => channel.hear(timed),
            (Said::Register, _) => channel.said = Some(None),
        }
    }
    channels
}

/// What an object says of a channel.
enum Said {
    Type,
    Serial,
    Register,
}

const COLD: u8 = 6;

/// The medium and the channel, and what is said of it. Before there were channels, DSMR 2 gave each medium codes of its
/// own: heat 5, cold 6, gas 7, water 8 and 9. What DSMR 3 gives under `24.3.1` is the cold of a meter for heat and cold.
fn said_of_a_channel(object: &Object<'_>) -> Option<((u8, u8), Said)> {
    let (medium, channel, c, d, e) = object.obis.groups();
    let place = (medium, channel);
    match (medium, channel, (c, d, e)) {
        (0, 1.., (24, 1, 0)) => Some((place, Said::Type)),
        (0, 1.., (96, 1, 0 | 1)) | (5..=9, _, (0, 0, 0)) => Some((place, Said::Serial)),
        (0, 1.., (24, 3, 1)) => Some(((COLD, channel), Said::Register)),
        (0, 1.., (24, 2, 1 | 3) | (24, 3, 0)) => Some((place, Said::Register)),
        (5..=9, _, (1, 0, 0) | (23, 1 | 2, 0)) => Some((place, Said::Register)),
        _ => None,
    }
}

/// The type (EN 13757-3) that a medium stands for.
fn device_type_of(medium: u8) -> Option<i64> {
    match medium {
        5 => Some(4),
        COLD => Some(10),
        7 => Some(3),
        8 | 9 => Some(7),
        _ => None,
    }
}
