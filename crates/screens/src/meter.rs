//! A meter: live, day, week, month, year.

mod priced;

use consent::DeviceId;
use jiff::civil::Date;
use readings::{Granularity, Kind, Phase, Phases, Reading};
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::{Wallet, WalletError};

use crate::app::{App, SyncState};
use crate::costs::Costs;
use crate::price_file::PriceReach;
use crate::price_list::PriceList;
use crate::problem::Problem;
use crate::terms::seconds;
use crate::usage::{self, Calendar, Point, Span, Totals};
use priced::Measured;

/// The live graph reaches back so far.
const LIVE_WINDOW: u64 = 15 * 60;

/// How much of time a graph shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// The last quarter of an hour, reading by reading.
    Live,
    /// A day in quarter hours.
    Day,
    /// Monday to Sunday in days.
    Week,
    /// A month in days.
    Month,
    /// A year in months.
    Year,
}

/// What the screen of a meter shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct MeterScreen {
    /// Which.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// How much of time.
    pub period: Period,
    /// The first day of it, as 2026-06-19.
    pub day: String,
    /// The first day of the period before.
    pub earlier: String,
    /// The first day of the period after; absent if it has not begun.
    pub later: Option<String>,
    /// Where the graph begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// The bars, those that are known.
    pub spans: Vec<Span>,
    /// The readings, of the live graph.
    pub points: Vec<Point>,
    /// The phases at the last reading.
    pub phases: Vec<PhaseNow>,
    /// What was last measured of gas, water and heat, beside the live graph: they are not told reading by reading.
    pub lately: Option<Span>,
    /// All bars together.
    pub totals: Totals,
    /// The lowest quarter hour of the day between midnight and six, in watts: what is always on.
    pub standby_w: Option<u32>,
    /// The quarter hour with the highest use.
    pub peak: Option<Span>,
    /// What energy costs here, if the person has said so.
    pub prices: Option<PriceList>,
    /// What the period cost; absent without prices.
    pub costs: Option<Costs>,
    /// The time of which prices of each hour are known, whatever prices are chosen; absent without any.
    pub price_reach: Option<PriceReach>,
    /// Why the prices of each hour cannot be used.
    pub price_problem: Option<Problem>,
    /// When this was put together.
    pub now: u32,
    /// Whether this is up to date.
    pub sync: SyncState,
}

/// One phase at one moment, and how it came there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PhaseNow {
    /// 1, 2 or 3.
    pub phase: u8,
    /// In tenths of volts.
    pub decivolts: Option<u32>,
    /// In hundredths of amperes.
    pub centiamperes: Option<u32>,
    /// Watts from the grid; below zero to it.
    pub net_w: Option<i32>,
    /// The same of every reading of the live graph.
    pub points: Vec<Point>,
}

impl App {
    /// A meter over a period; without a day, over the one that is now.
    ///
    /// # Errors
    /// [`Problem::NotFound`] if there is no such meter.
    pub fn meter(
        &self,
        meter: &str,
        period: Period,
        day: Option<&str>,
    ) -> Result<MeterScreen, Problem> {
        let wallet = self.wallet()?;
        let device = wallet.find_device(Some(meter))?;
        let known = crate::home::running(&wallet)
            .into_iter()
            .find(|known| known.id == device);
        let known = known.ok_or(Problem::NotFound)?;
        let now = self.now();
        let calendar = Calendar(self.options.zone.clone());
        let asked = day.and_then(|day| day.parse().ok());
        let frame = Frame::around(asked.unwrap_or_else(|| calendar.day_of(now)), period);
        let (from, to) = match period {
            Period::Live => (now.saturating_sub(LIVE_WINDOW), now),
            _ => (calendar.begin(frame.first), calendar.begin(frame.next)),
        };
        let quarters = match period {
            Period::Live | Period::Year => Vec::new(),
            _ => usage::intervals(&wallet, device, Granularity::QuarterHour, from, to)?,
        };
        let spans = match period {
            Period::Live => Vec::new(),
            Period::Day => quarters.clone(),
            Period::Week | Period::Month => {
                calendar.by(&quarters, |day| day, |day| Calendar::later(day, 1))
            }
            Period::Year => {
                let days = usage::intervals(&wallet, device, Granularity::Day, from, to)?;
                calendar.by(&days, Date::first_of_month, |first| {
                    Calendar::later(first.last_of_month(), 1)
                })
            }
        };
        let live = |kind| match period {
            Period::Live => usage::live(&wallet, device, kind, from, u64::MAX),
            _ => Ok(Vec::new()),
        };
        let points: Vec<Point> = live(Kind::Electricity)?
            .iter()
            .filter_map(usage::point)
            .collect();
        let prices = wallet.settings()?.prices;
        let measured = Measured {
            device,
            period,
            frame: (from, to),
            spans: &spans,
            quarters: &quarters,
        };
        let priced = measured.priced(&wallet, prices)?;
        Ok(MeterScreen {
            prices: prices.map(PriceList::from),
            costs: priced.costs,
            price_reach: priced.reach,
            price_problem: priced.problem,
            id: known.id.to_string(),
            name: known.name.clone(),
            period,
            day: frame.first.to_string(),
            earlier: frame.before.to_string(),
            later: (calendar.begin(frame.next) <= now).then(|| frame.next.to_string()),
            from: seconds(from),
            to: seconds(to),
            totals: Totals::of(&spans),
            standby_w: (period == Period::Day)
                .then(|| standby(&quarters, from))
                .flatten(),
            peak: quarters
                .iter()
                .copied()
                .filter(|span| span.import_wh > Some(0))
                .max_by_key(|span| span.import_wh),
            spans,
            points,
            phases: phases(&live(Kind::Phases)?),
            lately: match period {
                Period::Live => lately(&wallet, device, now)?,
                _ => None,
            },
            now: seconds(now),
            sync: self.sync_state(),
        })
    }
}

/// The days around a period.
struct Frame {
    before: Date,
    first: Date,
    next: Date,
}

impl Frame {
    fn around(day: Date, period: Period) -> Self {
        let first = match period {
            Period::Live | Period::Day => day,
            Period::Week => Calendar::later(day, -i32::from(day.weekday().to_monday_zero_offset())),
            Period::Month => day.first_of_month(),
            Period::Year => day.first_of_year(),
        };
        let (next, last_before) = (
            match period {
                Period::Live | Period::Day => Calendar::later(first, 1),
                Period::Week => Calendar::later(first, 7),
                Period::Month => Calendar::later(first.last_of_month(), 1),
                Period::Year => Calendar::later(first.last_of_year(), 1),
            },
            Calendar::later(first, -1),
        );
        let before = match period {
            Period::Live | Period::Day => last_before,
            Period::Week => Calendar::later(first, -7),
            Period::Month => last_before.first_of_month(),
            Period::Year => last_before.first_of_year(),
        };
        Self {
            before,
            first,
            next,
        }
    }
}

/// Nothing is known of what is always on while the roof gives something back.
fn standby(quarters: &[Span], midnight: u64) -> Option<u32> {
    let night = seconds(midnight)..seconds(midnight + 6 * 3600);
    let quiet = quarters
        .iter()
        .filter(|span| night.contains(&span.from) && span.whole);
    let quiet = quiet.filter(|span| span.export_wh.unwrap_or(0) == 0);
    quiet
        .filter_map(|span| span.import_wh)
        .min()
        .map(|wh| wh.saturating_mul(4))
}

/// Gas, water and heat of the newest quarter of an hour that has any, of the last three hours.
fn lately(wallet: &Wallet, device: DeviceId, now: u64) -> Result<Option<Span>, WalletError> {
    let from = now.saturating_sub(3 * 3600);
    let quarters = usage::intervals(wallet, device, Granularity::QuarterHour, from, now)?;
    let measured = |span: &&Span| span.gas_l.or(span.water_l).or(span.heat_kj).is_some();
    Ok(quarters.iter().rfind(measured).copied())
}

/// The phases that the last reading has, each with its power in all of them.
fn phases(readings: &[Reading]) -> Vec<PhaseNow> {
    let Some(last) = readings.last() else {
        return Vec::new();
    };
    let one = |of: fn(&Phases) -> &Phase, number: u8| {
        let phase = of(&last.phases);
        (*phase != Phase::default()).then(|| PhaseNow {
            phase: number,
            decivolts: phase.voltage.map(|voltage| voltage.0),
            centiamperes: phase.current.map(|current| current.0),
            net_w: net(phase),
            points: readings
                .iter()
                .filter_map(|reading| {
                    let at = u32::try_from(reading.at.0).ok()?;
                    let net_w = net(of(&reading.phases))?;
                    Some(Point { at, net_w })
                })
                .collect(),
        })
    };
    let all = [
        one(|phases| &phases.l1, 1),
        one(|phases| &phases.l2, 2),
        one(|phases| &phases.l3, 3),
    ];
    all.into_iter().flatten().collect()
}

/// Watts from the grid; below zero to it; absent if not measured.
fn net(phase: &Phase) -> Option<i32> {
    let drawn = phase.power_import.map(|watt| watt.0);
    let given = phase.power_export.map(|watt| watt.0);
    drawn.or(given)?;
    let net = drawn.unwrap_or(0).saturating_sub(given.unwrap_or(0));
    i32::try_from(net).ok()
}

#[cfg(test)]
mod tests {
    use readings::{UnixSeconds, Watt};

    use super::*;

    #[test]
    fn a_phase_has_its_power_in_every_reading_and_one_that_is_not_there_is_left_out() {
        let reading = |at: i64, drawn: u32, given: u32| {
            let mut reading = Reading::at(UnixSeconds(at));
            reading.phases.l1.power_import = Some(Watt(drawn.into()));
            reading.phases.l1.power_export = Some(Watt(given.into()));
            reading
        };
        let shown = phases(&[reading(10, 500, 0), reading(20, 0, 126)]);
        let point = |at, net_w| Point { at, net_w };
        assert_eq!(
            shown,
            [PhaseNow {
                phase: 1,
                decivolts: None,
                centiamperes: None,
                net_w: Some(-126),
                points: vec![point(10, 500), point(20, -126)],
            }]
        );
        assert_eq!(phases(&[]), []);
    }
}
