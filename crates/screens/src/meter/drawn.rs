//! What the graphs of a meter are drawn from, by how much of time they show.

use consent::DeviceId;
use jiff::civil::Date;
use readings::{Granularity, Kind};
use wallet::{Wallet, WalletError};

use super::Period;
use super::phases_now::{self, PhaseNow};
use crate::home::LastKnown;
use crate::phases::{self, PhaseLine};
use crate::usage::{self, Calendar, Point, Span};

/// Gas, water and heat of the live graph are looked for this far back.
const LATELY: u64 = 3 * 3600;

/// What is drawn; what a period does not have is empty.
#[derive(Default)]
pub(super) struct Drawn {
    /// The bars.
    pub(super) spans: Vec<Span>,
    /// What they are made of, but for a year.
    pub(super) quarters: Vec<Span>,
    /// The readings of the live graph.
    pub(super) points: Vec<Point>,
    /// The last power that is known, beside the live graph.
    pub(super) last: Option<LastKnown>,
    /// The phases of the live graph.
    pub(super) phases: Vec<PhaseNow>,
    /// The phases of every other graph.
    pub(super) phase_peaks: Vec<PhaseLine>,
    /// What was last measured of gas, water and heat, beside the live graph.
    pub(super) lately: Option<Span>,
}

impl Drawn {
    /// When the first reading of the live graph was taken, of whatever kind.
    pub(super) fn first_reading(&self) -> Option<u32> {
        let phases = self.phases.iter().filter_map(|phase| phase.points.first());
        let all = self.points.first().into_iter().chain(phases);
        all.map(|point| point.at).min()
    }
}

/// A stretch of time of one meter, in unix seconds.
pub(super) struct Stretch<'a> {
    pub(super) wallet: &'a Wallet,
    pub(super) device: DeviceId,
    pub(super) calendar: &'a Calendar,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Stretch<'_> {
    pub(super) fn drawn(&self, period: Period) -> Result<Drawn, WalletError> {
        match period {
            Period::Live => self.live(),
            Period::Day => self.day(),
            Period::Week | Period::Month => self.days(),
            Period::Year => self.months(),
        }
    }

    fn live(&self) -> Result<Drawn, WalletError> {
        let live = |kind| usage::live(self.wallet, self.device, kind, self.from, u64::MAX);
        let readings = live(Kind::Electricity)?;
        Ok(Drawn {
            points: readings.iter().filter_map(usage::point).collect(),
            last: LastKnown::of(self.wallet, self.device)?,
            phases: phases_now::of(&live(Kind::Phases)?),
            lately: self.lately()?,
            ..Drawn::default()
        })
    }

    fn day(&self) -> Result<Drawn, WalletError> {
        let quarters = self.spans(Granularity::QuarterHour)?;
        Ok(Drawn {
            spans: quarters.clone(),
            quarters,
            phase_peaks: self.peaks(Granularity::QuarterHour)?,
            ..Drawn::default()
        })
    }

    fn days(&self) -> Result<Drawn, WalletError> {
        let next = |day| Calendar::later(day, 1);
        let quarters = self.spans(Granularity::QuarterHour)?;
        let peaks = self.peaks(Granularity::QuarterHour)?;
        let by_day = peaks
            .iter()
            .map(|line| line.by(self.calendar, |day| day, next));
        Ok(Drawn {
            spans: self.calendar.by(&quarters, |day| day, next),
            quarters,
            phase_peaks: by_day.collect(),
            ..Drawn::default()
        })
    }

    fn months(&self) -> Result<Drawn, WalletError> {
        let next = |first: Date| Calendar::later(first.last_of_month(), 1);
        let days = self.spans(Granularity::Day)?;
        let peaks = self.peaks(Granularity::Day)?;
        let by_month = peaks
            .iter()
            .map(|line| line.by(self.calendar, Date::first_of_month, next));
        Ok(Drawn {
            spans: self.calendar.by(&days, Date::first_of_month, next),
            phase_peaks: by_month.collect(),
            ..Drawn::default()
        })
    }

    fn spans(&self, granularity: Granularity) -> Result<Vec<Span>, WalletError> {
        usage::intervals(self.wallet, self.device, granularity, self.from, self.to)
    }

    fn peaks(&self, granularity: Granularity) -> Result<Vec<PhaseLine>, WalletError> {
        phases::peaks(self.wallet, self.device, granularity, self.from, self.to)
    }

    /// Gas, water and heat of the newest quarter of an hour that has any.
    fn lately(&self) -> Result<Option<Span>, WalletError> {
        let from = self.to.saturating_sub(LATELY);
        let fine = Granularity::QuarterHour;
        let quarters = usage::intervals(self.wallet, self.device, fine, from, self.to)?;
        let measured = |span: &&Span| span.gas_l.or(span.water_l).or(span.heat_kj).is_some();
        Ok(quarters.iter().rfind(measured).copied())
    }
}
