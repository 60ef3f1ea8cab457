//! A meter: live, day, week, month, year.

mod drawn;
mod phases_now;
mod priced;

use consent::DeviceView;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::Wallet;

use crate::app::App;
use crate::costs::Costs;
use crate::home::LastKnown;
use crate::phases::PhaseLine;
use crate::price_file::PriceReach;
use crate::price_list::PriceList;
use crate::problem::Problem;
use crate::terms::seconds;
use crate::usage::{Calendar, Point, Span, Totals};
use drawn::Stretch;
pub use phases_now::PhaseNow;
use priced::Measured;

/// The live graph reaches back so far at most.
const LIVE_WINDOW: u64 = 15 * 60;
/// And so far at least.
const LIVE_LEAST: u64 = 2 * 60;

/// How much of time a graph shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// The last quarter of an hour or what was followed of it, reading by reading.
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
    /// The last power that is known, of the live graph.
    pub last: Option<LastKnown>,
    /// The phases at the last reading, of the live graph.
    pub phases: Vec<PhaseNow>,
    /// The highest current of each phase, of every other graph, those that are known.
    pub phase_peaks: Vec<PhaseLine>,
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
        let known = running(&wallet, meter)?;
        let now = self.now();
        let calendar = Calendar(self.options.zone.clone());
        let asked = day.and_then(|day| day.parse().ok());
        let frame = Frame::around(asked.unwrap_or_else(|| calendar.day_of(now)), period);
        let (from, to) = match period {
            Period::Live => (now.saturating_sub(LIVE_WINDOW), now),
            _ => (calendar.begin(frame.first), calendar.begin(frame.next)),
        };
        let stretch = Stretch {
            wallet: &wallet,
            device: known.id,
            calendar: &calendar,
            from,
            to,
        };
        let drawn = stretch.drawn(period)?;
        let from = match period {
            Period::Live => live_begin(drawn.first_reading(), to),
            _ => from,
        };
        let prices = wallet.settings()?.prices;
        let measured = Measured {
            device: known.id,
            period,
            frame: (from, to),
            spans: &drawn.spans,
            quarters: &drawn.quarters,
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
            totals: Totals::of(&drawn.spans),
            standby_w: (period == Period::Day)
                .then(|| standby(&drawn.quarters, from))
                .flatten(),
            peak: peak(&drawn.quarters),
            spans: drawn.spans,
            points: drawn.points,
            last: drawn.last,
            phases: drawn.phases,
            phase_peaks: drawn.phase_peaks,
            lately: drawn.lately,
            now: seconds(now),
        })
    }
}

/// Where the live graph begins: single readings are heard only while a screen shows them, so before the first there is
/// nothing to draw.
fn live_begin(first: Option<u32>, to: u64) -> u64 {
    let earliest = to.saturating_sub(LIVE_WINDOW);
    let latest = to.saturating_sub(LIVE_LEAST);
    first.map_or(earliest, |first| u64::from(first).max(earliest).min(latest))
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

fn running(wallet: &Wallet, meter: &str) -> Result<DeviceView, Problem> {
    let device = wallet.find_device(Some(meter))?;
    let running = crate::home::running(wallet);
    let known = running.into_iter().find(|known| known.id == device);
    known.ok_or(Problem::NotFound)
}

/// The quarter hour with the highest use.
fn peak(quarters: &[Span]) -> Option<Span> {
    let used = quarters.iter().filter(|span| span.import_wh > Some(0));
    used.copied().max_by_key(|span| span.import_wh)
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

#[cfg(test)]
mod tests {
    use super::live_begin;

    #[test]
    fn the_live_graph_begins_with_the_first_reading_and_grows_to_a_quarter_of_an_hour() {
        let now = 10_000;
        let begins = |first| live_begin(first, now);
        assert_eq!(begins(Some(9_995)), 9_880, "two minutes are the least");
        assert_eq!(begins(Some(9_700)), 9_700);
        assert_eq!(
            begins(Some(9_000)),
            9_100,
            "a quarter of an hour is the most"
        );
        assert_eq!(begins(None), 9_100);
        assert_eq!(live_begin(Some(5), 60), 0);
    }
}
