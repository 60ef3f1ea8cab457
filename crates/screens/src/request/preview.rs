//! Yesterday, as a service would have seen it: each kind of data that a request leaves open, at each fineness.

mod measured;

use consent::{ConsentRequest, DeviceId};
use readings::Granularity;
use serde::Serialize;
use specta::Type;
use wallet::{OpenRequest, Wallet};

use self::measured::{flows, phase_points};
use crate::app::App;
use crate::example;
use crate::phases::{self, PhaseLine};
use crate::problem::Problem;
use crate::terms::{Fineness, Kind, seconds};
use crate::usage::{self, Calendar, Point, Span};

/// Less of yesterday than this, and an example is shown instead: 20 of its 24 hours, in quarter hours.
const ENOUGH_QUARTERS: usize = 80;
/// The same for single readings, of which there is at least one a minute.
const ENOUGH_POINTS: usize = ENOUGH_QUARTERS * 15;

/// What would have been seen of one meter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct MeterPreviews {
    /// Which; empty as long as there is no meter.
    pub meter: String,
    /// Each kind at each fineness that can be chosen.
    pub previews: Vec<Preview>,
}

/// Yesterday of one kind at one fineness, as it would have been seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Preview {
    /// What.
    pub kind: Kind,
    /// How finely.
    pub fineness: Fineness,
    /// Why this is not this home but a simulated one; absent if it is this home.
    pub example: Option<ExampleWhy>,
    /// Midnight before.
    pub from: u32,
    /// Midnight after.
    pub to: u32,
    /// Quarter hours, the day, or the time from one reading of a gas, water or heat meter to its next.
    pub spans: Vec<Span>,
    /// Readings of the power.
    pub points: Vec<Point>,
    /// The phases.
    pub phases: Vec<PhaseLine>,
}

/// Why an example is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ExampleWhy {
    /// There is no meter yet.
    NoMeter,
    /// Nothing or not enough was measured here yesterday.
    NotMeasured,
    /// The wallet hears single readings only while a screen shows them, so it has no whole day of them.
    NotKept,
}

impl App {
    /// Yesterday of every meter that could answer: at once, so that a choice on the screen shows without waiting.
    pub(super) fn previews(&self, open: &OpenRequest) -> Result<Vec<MeterPreviews>, Problem> {
        let wallet = self.wallet()?;
        let calendar = Calendar(self.options.zone.clone());
        let day = calendar.day_of(self.now());
        let to = calendar.begin(day);
        let from = calendar.begin(Calendar::later(day, -1));
        let choices = choices(open.signed.request());
        if open.devices.is_empty() {
            let yesterday = Yesterday::example(calendar, from, to, ExampleWhy::NoMeter);
            return Ok(vec![yesterday.of(String::new(), &choices)]);
        }
        let meters = open.devices.iter().map(|(device, _)| {
            let yesterday = Yesterday::measured(&wallet, *device, calendar.clone(), from, to)?;
            Ok(yesterday.of(device.to_string(), &choices))
        });
        meters.collect()
    }
}

/// What can be chosen.
fn choices(request: &ConsentRequest) -> Vec<(Kind, Fineness)> {
    let lanes = request.lanes.iter().flat_map(consent::LaneWish::ways);
    lanes
        .map(|lane| (lane.kind.into(), lane.granularity.into()))
        .collect()
}

/// What is known of a day, or made up for it.
struct Yesterday {
    calendar: Calendar,
    from: u64,
    to: u64,
    quarters: Sourced<Vec<Span>>,
    points: Sourced<Vec<Point>>,
    gas: Sourced<Vec<Span>>,
    phases: Sourced<Vec<PhaseLine>>,
    peaks: Sourced<Vec<PhaseLine>>,
}

/// Something of this home, or of another for a reason.
type Sourced<T> = (Option<ExampleWhy>, T);

impl Yesterday {
    fn example(calendar: Calendar, from: u64, to: u64, why: ExampleWhy) -> Self {
        let why = Some(why);
        Self {
            calendar,
            from,
            to,
            quarters: (why, example::quarters(from)),
            points: (why, example::points(from)),
            gas: (why, example::gas(from)),
            phases: (why, example::phases(from)),
            peaks: (why, example::phase_peaks(from)),
        }
    }

    fn measured(
        wallet: &Wallet,
        device: DeviceId,
        calendar: Calendar,
        from: u64,
        to: u64,
    ) -> Result<Self, Problem> {
        let quarters = usage::intervals(wallet, device, Granularity::QuarterHour, from, to)?;
        if quarters.len() < ENOUGH_QUARTERS {
            return Ok(Self::example(calendar, from, to, ExampleWhy::NotMeasured));
        }
        let peaks = phases::peaks(wallet, device, Granularity::QuarterHour, from, to)?;
        let live = |kind| usage::live(wallet, device, kind, from, to);
        let points = live(readings::Kind::Electricity)?;
        let points: Vec<Point> = points.iter().filter_map(usage::point).collect();
        let mut yesterday = Self {
            gas: (None, flows(&live(readings::Kind::GasWaterHeat)?)),
            phases: (None, phase_points(&live(readings::Kind::Phases)?)),
            quarters: (None, quarters),
            points: (None, points),
            peaks: (None, peaks),
            calendar,
            from,
            to,
        };
        yesterday.stand_in();
        Ok(yesterday)
    }

    /// Puts an example in the place of single readings that were not kept; not of what this home does not have.
    fn stand_in(&mut self) {
        if self.points.1.len() >= ENOUGH_POINTS {
            return;
        }
        let why = Some(ExampleWhy::NotKept);
        let (_, quarters) = &self.quarters;
        self.points = (why, example::points(self.from));
        self.gas = match quarters.iter().any(has_flow) {
            true => (why, example::gas(self.from)),
            false => (None, Vec::new()),
        };
        self.phases = match self.peaks.1.is_empty() {
            true => (None, Vec::new()),
            false => (why, example::phases(self.from)),
        };
    }

    fn of(&self, meter: String, choices: &[(Kind, Fineness)]) -> MeterPreviews {
        let previews = choices
            .iter()
            .map(|(kind, fineness)| self.preview(*kind, *fineness));
        MeterPreviews {
            meter,
            previews: previews.collect(),
        }
    }

    fn preview(&self, kind: Kind, fineness: Fineness) -> Preview {
        let empty = Preview {
            kind,
            fineness,
            example: None,
            from: seconds(self.from),
            to: seconds(self.to),
            spans: Vec::new(),
            points: Vec::new(),
            phases: Vec::new(),
        };
        match (kind, fineness) {
            (Kind::Electricity, Fineness::Live) => Preview {
                example: self.points.0,
                points: self.points.1.clone(),
                ..empty
            },
            (Kind::GasWaterHeat, Fineness::Live) => Preview {
                example: self.gas.0,
                spans: self.gas.1.clone(),
                ..empty
            },
            (Kind::Phases, Fineness::Live) => Preview {
                example: self.phases.0,
                phases: self.phases.1.clone(),
                ..empty
            },
            (Kind::Phases, _) => Preview {
                example: self.peaks.0,
                phases: match fineness {
                    Fineness::Day => self.peaks.1.iter().map(|line| self.highest(line)).collect(),
                    _ => self.peaks.1.clone(),
                },
                ..empty
            },
            (_, fineness) => Preview {
                example: self.quarters.0,
                spans: self.spans(kind, fineness),
                ..empty
            },
        }
    }

    /// Only what is of this kind: a lane carries nothing else.
    fn spans(&self, kind: Kind, fineness: Fineness) -> Vec<Span> {
        let quarters = self.quarters.1.iter().map(|span| only(span, kind));
        let quarters: Vec<Span> = quarters.flatten().collect();
        match fineness {
            Fineness::Day => self
                .calendar
                .by(&quarters, |day| day, |day| Calendar::later(day, 1)),
            _ => quarters,
        }
    }

    /// The highest current of the whole day.
    fn highest(&self, line: &PhaseLine) -> PhaseLine {
        line.by(&self.calendar, |day| day, |day| Calendar::later(day, 1))
    }
}

fn has_flow(span: &Span) -> bool {
    span.gas_l.is_some() || span.water_l.is_some() || span.heat_kj.is_some()
}

/// The part of a span that is of this kind; absent if nothing of it was measured.
fn only(span: &Span, kind: Kind) -> Option<Span> {
    let bare = Span {
        from: span.from,
        to: span.to,
        whole: span.whole,
        replaced: span.replaced,
        ..Span::default()
    };
    match kind {
        Kind::Electricity => {
            (span.import_wh.is_some() || span.export_wh.is_some()).then_some(Span {
                import_wh: span.import_wh,
                import_low_wh: span.import_low_wh,
                export_wh: span.export_wh,
                ..bare
            })
        }
        Kind::GasWaterHeat => has_flow(span).then_some(Span {
            gas_l: span.gas_l,
            water_l: span.water_l,
            heat_kj: span.heat_kj,
            ..bare
        }),
        Kind::Phases => None,
    }
}

#[cfg(test)]
mod tests;
