//! Home: a card a meter, requests on top.

mod last_known;

use consent::{ConsentView, DeviceView};
use readings::{Granularity, Kind, Lane};
use serde::Serialize;
use specta::Type;
use wallet::{OpenRequest, Wallet};

use crate::app::{App, SyncState};
use crate::kept::KeptAnswer;
use crate::problem::Problem;
use crate::terms::{LaneName, seconds};
use crate::usage::{self, Calendar, Point, Span, Totals};

pub use last_known::LastKnown;

/// A live reading older than this is not "now".
const FRESH: u64 = 90;
/// A Pi that has said nothing for this long is said to be away.
pub(crate) const SILENT: u64 = 35 * 60;
/// A screen asks for the live lane this far ahead, and again before that.
const WATCH_AHEAD: u64 = 180;

/// What Home shows.
#[derive(Clone, PartialEq, Debug, Serialize, Type)]
pub struct HomeScreen {
    /// Requests that wait for an answer, newest first.
    pub requests: Vec<WaitingRequest>,
    /// What was said yes to and the node does not know yet.
    pub kept: Vec<KeptAnswer>,
    /// The meters.
    pub meters: Vec<MeterCard>,
    /// Whether this is up to date.
    pub sync: SyncState,
    /// When this was put together.
    pub now: u32,
}

/// A request that waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct WaitingRequest {
    /// Which.
    pub consent: String,
    /// Who asks. A stranger's text.
    pub service: String,
    /// What its heading names.
    pub lanes: Vec<LaneName>,
    /// What for, to follow “to” or “om”. A stranger's text.
    pub purpose: String,
    /// Until when it can be answered.
    pub expires_at: u32,
}

/// One meter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct MeterCard {
    /// Which.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added. Notifications go by it, and no screen.
    #[serde(skip)]
    pub added_at: u32,
    /// When something of it was last heard.
    pub last_seen: Option<u32>,
    /// Nothing was heard of it for a long time.
    pub away: bool,
    /// Since when something that its Pi said is missing, although what it said later is there.
    pub missing_since: Option<u32>,
    /// The power now, if it is measured now.
    pub live: Option<LiveNow>,
    /// The last power that is known, where none is measured now.
    pub last: Option<LastKnown>,
    /// Since midnight.
    pub today: Today,
    /// Who sees something of it, or will as soon as its Pi has handed over keys.
    pub watchers: Vec<Watcher>,
}

/// The power at this moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct LiveNow {
    /// When it was measured.
    pub at: u32,
    /// Watts from the grid; below zero to it.
    pub net_w: i32,
}

/// A day so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Today {
    /// Midnight.
    pub from: u32,
    /// The next midnight.
    pub to: u32,
    /// Its quarter hours, those that are known.
    pub spans: Vec<Span>,
    /// The last minutes, while a screen looks on.
    pub points: Vec<Point>,
    /// Their sum.
    pub totals: Totals,
}

/// A service that sees something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Watcher {
    /// Under which consent.
    pub consent: String,
    /// Its name. A stranger's text.
    pub service: String,
}

impl App {
    /// Home.
    ///
    /// # Errors
    /// [`Problem::Locked`], or of the database.
    pub fn home(&self) -> Result<HomeScreen, Problem> {
        let wallet = self.wallet()?;
        let speaker = self.speaker();
        let requests = wallet.waiting_requests()?;
        let devices = running(&wallet);
        let meters = devices.iter().map(|device| self.card(&wallet, device));
        Ok(HomeScreen {
            requests: requests
                .iter()
                .map(|open| waiting(open, speaker.language()))
                .collect(),
            kept: kept(&wallet)?,
            meters: meters.collect::<Result<_, _>>()?,
            sync: self.sync_state(),
            now: seconds(self.now()),
        })
    }

    /// Asks every meter for its live readings while a screen shows them. Call it again every minute or two.
    ///
    /// # Errors
    /// [`Problem`]; a node that does not answer is none.
    pub async fn watch(&self) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let lanes = Kind::ALL
            .into_iter()
            .map(|kind| Lane::new(Granularity::Live, kind))
            .collect();
        let until = self.now().saturating_add(WATCH_AHEAD);
        for device in running(&wallet) {
            wallet.watch(device.id, &lanes, until).await?;
        }
        Ok(())
    }

    fn card(&self, wallet: &Wallet, device: &DeviceView) -> Result<MeterCard, Problem> {
        let now = self.now();
        let calendar = Calendar(self.options.zone.clone());
        let day = calendar.day_of(now);
        let (from, to) = (calendar.begin(day), calendar.begin(Calendar::later(day, 1)));
        let spans = usage::intervals(wallet, device.id, Granularity::QuarterHour, from, to)?;
        let readings = usage::live(
            wallet,
            device.id,
            Kind::Electricity,
            now.saturating_sub(3600).max(from),
            u64::MAX,
        )?;
        let points: Vec<Point> = readings.iter().filter_map(usage::point).collect();
        let live = points
            .last()
            .filter(|point| u64::from(point.at) + FRESH >= now);
        let last_seen = last_seen(wallet, device, &spans, &points)?;
        let heard = last_seen.map_or(device.added_at, u64::from);
        Ok(MeterCard {
            id: device.id.to_string(),
            name: device.name.clone(),
            added_at: seconds(device.added_at),
            last_seen,
            away: heard.saturating_add(SILENT) < now,
            missing_since: wallet.missing_from(device.id).map(seconds),
            live: live.map(|point| LiveNow {
                at: point.at,
                net_w: point.net_w,
            }),
            last: match live {
                Some(_) => None,
                None => LastKnown::of(wallet, device.id)?,
            },
            today: Today {
                from: seconds(from),
                to: seconds(to),
                totals: Totals::of(&spans),
                spans,
                points,
            },
            watchers: watchers(wallet, device, now),
        })
    }
}

/// The devices that are still this wallet's.
pub(crate) fn running(wallet: &Wallet) -> Vec<DeviceView> {
    let mut devices = wallet.devices();
    devices.retain(|device| device.removed_at.is_none());
    devices.sort_by_key(|device| device.added_at);
    devices
}

fn last_seen(
    wallet: &Wallet,
    device: &DeviceView,
    spans: &[Span],
    points: &[Point],
) -> Result<Option<u32>, Problem> {
    let status = wallet.device_status(device.id)?;
    let said = status.map(|status| seconds(status.last_telegram.unwrap_or(status.at)));
    let measured = spans
        .last()
        .map(|span| span.to)
        .max(points.last().map(|point| point.at));
    Ok(said.max(measured))
}

fn watchers(wallet: &Wallet, device: &DeviceView, now: u64) -> Vec<Watcher> {
    let sees = |consent: &&ConsentView| consent.device == device.id && consent.reads_at(now);
    let consents = wallet.consents();
    let watchers = consents.iter().filter(sees).map(Watcher::of);
    watchers.collect()
}

impl Watcher {
    pub(crate) fn of(consent: &ConsentView) -> Self {
        Self {
            consent: consent.id.to_string(),
            service: consent.service().to_owned(),
        }
    }
}

/// A no that is kept changes nothing for anybody.
fn kept(wallet: &Wallet) -> Result<Vec<KeptAnswer>, Problem> {
    let mut kept = wallet.kept_answers()?;
    kept.retain(|answer| answer.yes);
    Ok(kept.into_iter().map(KeptAnswer::from).collect())
}

fn waiting(open: &OpenRequest, language: consent::Language) -> WaitingRequest {
    let request = open.signed.request();
    WaitingRequest {
        consent: open.consent.to_string(),
        service: request.provider.name.clone(),
        lanes: crate::request::heading(&request.lanes),
        purpose: request.purpose.text.text(language).to_owned(),
        expires_at: seconds(request.expires_at),
    }
}
