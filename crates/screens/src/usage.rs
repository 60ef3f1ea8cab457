//! What was used and given back, as graphs draw it.

use consent::DeviceId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use readings::{Batch, Granularity, Interval, Kind, Lane, Reading, UnixSeconds, Watt};
use serde::Serialize;
use specta::Type;
use wallet::{Wallet, WalletError};

use crate::terms::seconds;

/// A stretch of time and what went through the meters in it. Absent means not measured, never zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Type)]
pub struct Span {
    /// Its begin, in unix seconds.
    pub from: u32,
    /// Its end, in unix seconds.
    pub to: u32,
    /// From the grid, in watt hours.
    pub import_wh: Option<u32>,
    /// The part of it in the low tariff.
    pub import_low_wh: Option<u32>,
    /// To the grid, in watt hours.
    pub export_wh: Option<u32>,
    /// Gas, in litres.
    pub gas_l: Option<u32>,
    /// Water, in litres.
    pub water_l: Option<u32>,
    /// Heat, in kilojoules.
    pub heat_kj: Option<u32>,
    /// Whether all of it was measured.
    pub whole: bool,
    /// Whether a meter was replaced in it.
    pub replaced: bool,
}

/// One reading of the power drawn now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Point {
    /// When, in unix seconds.
    pub at: u32,
    /// Watts from the grid; below zero to it.
    pub net_w: i32,
}

/// A sum over several spans.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Type)]
pub struct Totals {
    /// From the grid, in watt hours.
    pub import_wh: Option<u32>,
    /// The part of it in the low tariff.
    pub import_low_wh: Option<u32>,
    /// To the grid, in watt hours.
    pub export_wh: Option<u32>,
    /// Gas, in litres.
    pub gas_l: Option<u32>,
    /// Water, in litres.
    pub water_l: Option<u32>,
    /// Heat, in kilojoules.
    pub heat_kj: Option<u32>,
}

impl Span {
    pub(crate) fn between(from: u64, to: u64) -> Self {
        Self {
            from: seconds(from),
            to: seconds(to),
            ..Self::default()
        }
    }

    fn of(interval: &Interval) -> Self {
        let used = &interval.used;
        let positive = |value: i64| u32::try_from(value).ok();
        Self {
            from: moment(interval.start.0),
            to: moment(interval.end.0),
            import_wh: used.import.sum().and_then(|sum| positive(sum.0)),
            import_low_wh: used.import.t1.and_then(|low| positive(low.0)),
            export_wh: used.export.sum().and_then(|sum| positive(sum.0)),
            gas_l: used.gas.and_then(|gas| positive(gas.0)),
            water_l: used.water.and_then(|water| positive(water.0)),
            heat_kj: used.heat.and_then(|heat| positive(heat.0)),
            whole: interval.complete(),
            replaced: !interval.replaced.is_empty(),
        }
    }

    /// Takes in another span of the same or a part of the same time.
    fn take(&mut self, other: &Self) {
        let mut totals = self.totals();
        totals.take(other);
        self.import_wh = totals.import_wh;
        self.import_low_wh = totals.import_low_wh;
        self.export_wh = totals.export_wh;
        self.gas_l = totals.gas_l;
        self.water_l = totals.water_l;
        self.heat_kj = totals.heat_kj;
        self.replaced |= other.replaced;
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            import_wh: self.import_wh,
            import_low_wh: self.import_low_wh,
            export_wh: self.export_wh,
            gas_l: self.gas_l,
            water_l: self.water_l,
            heat_kj: self.heat_kj,
        }
    }
}

impl Totals {
    /// The sum of these spans.
    pub(crate) fn of(spans: &[Span]) -> Self {
        let mut totals = Self::default();
        for span in spans {
            totals.take(span);
        }
        totals
    }

    fn take(&mut self, span: &Span) {
        add(&mut self.import_wh, span.import_wh);
        add(&mut self.import_low_wh, span.import_low_wh);
        add(&mut self.export_wh, span.export_wh);
        add(&mut self.gas_l, span.gas_l);
        add(&mut self.water_l, span.water_l);
        add(&mut self.heat_kj, span.heat_kj);
    }
}

fn add(sum: &mut Option<u32>, more: Option<u32>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

fn moment(unix: i64) -> u32 {
    u32::try_from(unix.max(0)).unwrap_or(u32::MAX)
}

/// Electricity and gas, water and heat of one device at one fineness, joined by time; the intervals that are known.
pub(crate) fn intervals(
    wallet: &Wallet,
    device: DeviceId,
    granularity: Granularity,
    from: u64,
    to: u64,
) -> Result<Vec<Span>, WalletError> {
    let kinds = [Kind::Electricity, Kind::GasWaterHeat];
    intervals_of(&kinds, wallet, device, granularity, from, to)
}

/// The same of these kinds alone.
pub(crate) fn intervals_of(
    kinds: &[Kind],
    wallet: &Wallet,
    device: DeviceId,
    granularity: Granularity,
    from: u64,
    to: u64,
) -> Result<Vec<Span>, WalletError> {
    let mut spans: std::collections::BTreeMap<u32, Span> = std::collections::BTreeMap::new();
    for &kind in kinds {
        // A batch may hold intervals that lie before its slot, so look a little further.
        let lane = Lane::new(granularity, kind);
        let margin = u64::from(lane.default_slot_seconds());
        for own in wallet.own_data(device, lane, from, to.saturating_add(margin))? {
            let Batch::Intervals(intervals) = own.batch else {
                continue;
            };
            for interval in &intervals {
                let span = Span::of(interval);
                if u64::from(span.from) < from || u64::from(span.from) >= to {
                    continue;
                }
                let known = spans.entry(span.from).or_insert(Span {
                    whole: true,
                    ..Span::between(span.from.into(), span.to.into())
                });
                known.take(&span);
                known.whole &= span.whole;
            }
        }
    }
    Ok(spans.into_values().collect())
}

/// Readings of the live lane, oldest first.
pub(crate) fn live(
    wallet: &Wallet,
    device: DeviceId,
    kind: Kind,
    from: u64,
    to: u64,
) -> Result<Vec<Reading>, WalletError> {
    let lane = Lane::new(Granularity::Live, kind);
    let mut readings: Vec<Reading> = Vec::new();
    for own in wallet.own_data(device, lane, from, to)? {
        if let Batch::Readings(more) = own.batch {
            readings.extend(more);
        }
    }
    readings.sort_by_key(|reading| reading.at);
    Ok(readings)
}

/// The power of a reading; absent if it was not measured.
pub(crate) fn point(reading: &Reading) -> Option<Point> {
    let electricity = &reading.electricity;
    net_point(
        reading.at,
        electricity.power_import,
        electricity.power_export,
    )
}

/// The power drawn less what was given; absent if neither was measured.
pub(crate) fn net_point(
    at: UnixSeconds,
    drawn: Option<Watt>,
    given: Option<Watt>,
) -> Option<Point> {
    if drawn.is_none() && given.is_none() {
        return None;
    }
    let watts = |power: Option<Watt>| power.map_or(0, |watt| watt.0);
    let net = watts(drawn).saturating_sub(watts(given));
    Some(Point {
        at: moment(at.0),
        net_w: i32::try_from(net).ok()?,
    })
}

/// Days and months as people at home count them.
#[derive(Clone)]
pub(crate) struct Calendar(pub(crate) TimeZone);

impl Calendar {
    /// The day of this unix second.
    pub(crate) fn day_of(&self, unix: u64) -> Date {
        let at = i64::try_from(unix)
            .ok()
            .and_then(|unix| Timestamp::from_second(unix).ok());
        Zoned::new(at.unwrap_or_default(), self.0.clone()).date()
    }

    /// The first second of a day.
    pub(crate) fn begin(&self, day: Date) -> u64 {
        let begin = day
            .to_zoned(self.0.clone())
            .map(|begin| begin.timestamp().as_second());
        begin
            .ok()
            .and_then(|begin| u64::try_from(begin).ok())
            .unwrap_or(0)
    }

    /// So many days later, or earlier.
    pub(crate) fn later(day: Date, days: i32) -> Date {
        day.checked_add(days.days()).unwrap_or(day)
    }

    /// Spans put together by day, each of its true length; days without any are left out. A span belongs where its
    /// middle lies: days are counted in UTC (`readings::rollup`), and begin an hour or two after a person's midnight.
    pub(crate) fn by(
        &self,
        spans: &[Span],
        first_of: impl Fn(Date) -> Date,
        next: impl Fn(Date) -> Date,
    ) -> Vec<Span> {
        let mut grouped: Vec<Span> = Vec::new();
        // For each, how long was measured, and half of its longest span, by which its edges may differ.
        let mut measured: Vec<(u32, u32)> = Vec::new();
        for span in spans {
            let middle = u64::from(span.from / 2 + span.to / 2);
            let first = first_of(self.day_of(middle));
            let (from, to) = (self.begin(first), self.begin(next(first)));
            let length = span.to.saturating_sub(span.from);
            let whole = if span.whole { length } else { 0 };
            match grouped.last_mut().zip(measured.last_mut()) {
                Some((last, (sum, half))) if u64::from(last.from) == from => {
                    last.take(span);
                    *sum = sum.saturating_add(whole);
                    *half = (*half).max(length / 2);
                }
                _ => {
                    let mut new = Span::between(from, to);
                    new.take(span);
                    grouped.push(new);
                    measured.push((whole, length / 2));
                }
            }
        }
        for (group, (sum, half)) in grouped.iter_mut().zip(measured) {
            let length = group.to.saturating_sub(group.from);
            group.whole = sum.saturating_add(half) > length;
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn home() -> Calendar {
        Calendar(TimeZone::get("Europe/Amsterdam").unwrap())
    }

    fn quarters(calendar: &Calendar, day: Date) -> Vec<Span> {
        let (from, to) = (calendar.begin(day), calendar.begin(Calendar::later(day, 1)));
        let begins = (from..to).step_by(900);
        let span = |from| Span {
            import_wh: Some(10),
            whole: true,
            ..Span::between(from, from + 900)
        };
        begins.map(span).collect()
    }

    #[test]
    fn a_day_has_its_true_length() {
        let calendar = home();
        for (day, count) in [
            (jiff::civil::date(2026, 3, 29), 92),
            (jiff::civil::date(2026, 10, 25), 100),
            (jiff::civil::date(2026, 6, 19), 96),
        ] {
            let spans = quarters(&calendar, day);
            assert_eq!(spans.len(), count);
            let days = calendar.by(&spans, |day| day, |day| Calendar::later(day, 1));
            assert_eq!(days.len(), 1, "{day}");
            assert_eq!(days[0].import_wh, Some(10 * u32::try_from(count).unwrap()));
            assert!(days[0].whole);
        }
    }

    #[test]
    fn months_of_days_in_utc_are_whole_unless_a_day_is_missing() {
        let calendar = home();
        let day = |days: u32| Span {
            import_wh: Some(1_000),
            whole: true,
            ..Span::between(
                1_767_225_600 + u64::from(days) * 86_400,
                1_767_225_600 + u64::from(days + 1) * 86_400,
            )
        };
        // 2026, in which October is an hour longer than its days.
        let mut days: Vec<Span> = (0..365).map(day).collect();
        let months = |days: &[Span]| {
            calendar.by(days, Date::first_of_month, |first| {
                first.last_of_month().tomorrow().unwrap()
            })
        };
        let whole = |days: &[Span]| months(days).iter().filter(|month| month.whole).count();
        assert_eq!(whole(&days), 12);
        days.remove(40);
        let left = months(&days);
        assert_eq!(whole(&days), 11);
        assert!(!left[1].whole);
        assert_eq!(left[1].import_wh, Some(27_000));
    }

    #[test]
    fn a_day_with_a_hole_is_not_whole_and_what_was_not_measured_is_absent() {
        let calendar = home();
        let mut spans = quarters(&calendar, jiff::civil::date(2026, 6, 19));
        spans.remove(40);
        let days = calendar.by(&spans, |day| day, |day| Calendar::later(day, 1));
        assert!(!days[0].whole);
        assert_eq!(days[0].gas_l, None);
        assert_eq!(Totals::of(&days).import_wh, Some(950));
    }
}
