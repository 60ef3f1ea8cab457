//! A request: everything that has to be known before saying yes or no, and the answer.

use consent::words;
use consent::{Choices, ConsentLink, ConsentRequest, Expression, LaneWish, Language, Localised};
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::{OpenRequest, Sites, WalletError};

use crate::app::App;
use crate::example;
use crate::problem::Problem;
use crate::proof::Proof;
use crate::terms::{Fineness, Kind, LaneName, seconds};
use crate::usage::{self, Calendar, Point, Span};

const DAY: u64 = 86_400;
/// Less of yesterday than this, and an example is shown instead: 20 of its 24 hours, in quarter hours.
const ENOUGH_QUARTERS: usize = 80;

/// What a request shows, in the order in which it is read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct RequestScreen {
    /// Which.
    pub consent: String,
    /// Until when it can be answered.
    pub expires_at: u32,
    /// Who asks.
    pub service: Service,
    /// What for, to follow “to” or “om”. A stranger's text.
    pub purpose: String,
    /// What the service still does for somebody who says no. A stranger's text.
    pub without: Option<String>,
    /// What is asked for.
    pub lanes: Vec<LaneRow>,
    /// The past, if it is asked for.
    pub history: Option<History>,
    /// From when.
    pub from: u32,
    /// Until when it is asked for.
    pub until: u32,
    /// The ends that are offered, the nearest first; the last is what was asked for.
    pub ends: Vec<u32>,
    /// What happens to the data.
    pub handling: Handling,
    /// What would have been seen yesterday, at each fineness.
    pub previews: Vec<Preview>,
    /// The meters that could answer it.
    pub meters: Vec<(String, String)>,
    /// What the screen begins with: as little as the service can use.
    pub least: Answer,
    /// When this was put together.
    pub now: u32,
}

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Service {
    /// Its name. A stranger's text.
    pub name: String,
    /// Its site, without `https://`.
    pub site: String,
    /// Whether the site vouches for this request.
    pub site_checked: bool,
    /// The sentence about that.
    pub site_sentence: String,
    /// Whether something is or was shared with it, in a sentence.
    pub acquaintance: String,
    /// Where a person can ask.
    pub contact: String,
    /// The privacy notice.
    pub privacy_notice: String,
    /// The authority to complain with.
    pub authority: String,
    /// Where.
    pub authority_url: String,
}

/// One kind of data that is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct LaneRow {
    /// What is asked for, and how finely.
    pub asked: LaneName,
    /// Whether the service cannot do without it.
    pub needed: bool,
    /// What it is for. A stranger's text.
    pub why: String,
    /// Coarser ways with which the service also works.
    pub coarser: Vec<Coarser>,
}

/// A coarser way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Coarser {
    /// How finely.
    pub fineness: Fineness,
    /// What does not work then. A stranger's text.
    pub loses: String,
}

/// The past.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct History {
    /// How many days back.
    pub days: u16,
    /// What it is for. A stranger's text.
    pub why: String,
}

/// What happens to the data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Handling {
    /// How long it is kept, in a sentence.
    pub retention: String,
    /// Who else gets it, and what for. Strangers' texts.
    pub recipients: Vec<(String, String)>,
    /// Countries outside the European Economic Area that it goes to, two letters each.
    pub transfers: Vec<String>,
    /// What a computer alone decides, if anything. A stranger's text.
    pub automated_decisions: Option<String>,
}

/// One kind of data in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
pub struct LaneChoice {
    /// What.
    pub kind: Kind,
    /// How finely.
    pub fineness: Fineness,
}

/// What the person chose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
pub struct Answer {
    /// What is shared.
    pub lanes: Vec<LaneChoice>,
    /// Until when.
    pub until: u32,
    /// How many days of the past, if any.
    pub history_days: Option<u16>,
}

/// Yesterday, as it would have been seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Preview {
    /// How finely.
    pub fineness: Fineness,
    /// Not this home, but a simulated one: nothing or not enough was measured here yesterday.
    pub example: bool,
    /// Midnight before.
    pub from: u32,
    /// Midnight after.
    pub to: u32,
    /// Quarter hours or the day.
    pub spans: Vec<Span>,
    /// Readings.
    pub points: Vec<Point>,
}

/// A link that was opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Arrived {
    /// The request under it.
    pub consent: String,
}

impl App {
    /// Opens the request under a link; nothing is shared by that.
    ///
    /// # Errors
    /// [`Problem::Said`] if link or request are not what they should be.
    pub async fn open_link(&self, link: &str, sites: &dyn Sites) -> Result<Arrived, Problem> {
        let link: ConsentLink = link
            .trim()
            .parse()
            .map_err(|error| self.say(&WalletError::Link(error)))?;
        let wallet = self.wallet()?;
        let open = wallet
            .open_request(&link, sites)
            .await
            .map_err(|error| self.say(&error))?;
        Ok(Arrived {
            consent: open.consent.to_string(),
        })
    }

    /// A request that was opened.
    ///
    /// # Errors
    /// [`Problem::RequestUsed`] if it was answered, [`Problem::NotFound`] if it was never opened.
    pub fn request(&self, consent: &str) -> Result<RequestScreen, Problem> {
        let wallet = self.wallet()?;
        let consent = wallet.find_consent(consent)?;
        let open = wallet.request(consent).map_err(|error| self.say(&error))?;
        let mut shown = self.show(&open);
        shown.previews = self.previews(&open)?;
        Ok(shown)
    }

    /// Says yes, to no more than this, for its owner.
    ///
    /// # Errors
    /// As [`App::prove`]; [`Problem::Said`] if the choices do not answer the request.
    pub async fn grant(
        &self,
        consent: &str,
        meter: &str,
        answer: &Answer,
        proof: Proof<'_>,
    ) -> Result<(), Problem> {
        self.prove(proof).await?;
        let wallet = self.wallet()?;
        let consent = wallet.find_consent(consent)?;
        let device = wallet.find_device(Some(meter))?;
        let choices = Choices {
            lanes: answer
                .lanes
                .iter()
                .map(|lane| {
                    LaneName {
                        kind: lane.kind,
                        fineness: lane.fineness,
                    }
                    .into()
                })
                .collect(),
            until: answer.until.into(),
            history_days: answer.history_days,
        };
        let said = wallet
            .grant(
                consent,
                device,
                &choices,
                self.language(),
                Expression::DeviceUnlock,
            )
            .await;
        said.map(drop).map_err(|error| self.say(&error))
    }

    /// Says no. It needs nothing.
    ///
    /// # Errors
    /// [`Problem::RequestUsed`] if it was answered.
    pub async fn decline(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let consent = wallet.find_consent(consent)?;
        wallet.decline(consent, self.language()).await?;
        Ok(())
    }

    fn show(&self, open: &OpenRequest) -> RequestScreen {
        let language = self.language();
        let request = open.signed.request();
        let text = |text: &Localised| text.text(language).to_owned();
        let now = self.now();
        RequestScreen {
            consent: open.consent.to_string(),
            expires_at: seconds(request.expires_at),
            service: service(open, language),
            purpose: text(&request.purpose.text),
            without: request.without.as_ref().map(text),
            lanes: request
                .lanes
                .iter()
                .map(|wish| row(wish, language))
                .collect(),
            history: request.history.as_ref().map(|history| History {
                days: history.days,
                why: text(&history.why),
            }),
            from: seconds(request.from.max(now)),
            until: seconds(request.until),
            ends: ends(request, now),
            handling: Handling {
                retention: words::retention(request.handling.retention_days, language),
                recipients: request
                    .handling
                    .recipients
                    .iter()
                    .map(|other| (other.name.clone(), text(&other.why)))
                    .collect(),
                transfers: request.handling.transfers.clone(),
                automated_decisions: request.handling.automated_decisions.as_ref().map(text),
            },
            previews: Vec::new(),
            meters: open
                .devices
                .iter()
                .map(|(id, name)| (id.to_string(), name.clone()))
                .collect(),
            least: Answer {
                lanes: open
                    .least
                    .lanes
                    .iter()
                    .map(|lane| LaneChoice {
                        kind: lane.kind.into(),
                        fineness: lane.granularity.into(),
                    })
                    .collect(),
                until: seconds(open.least.until),
                history_days: open.least.history_days,
            },
            now: seconds(now),
        }
    }

    /// Yesterday at every fineness: at once, so that a choice on the screen shows without waiting.
    fn previews(&self, open: &OpenRequest) -> Result<Vec<Preview>, Problem> {
        let calendar = Calendar(self.options.zone.clone());
        let day = Calendar::later(calendar.day_of(self.now()), -1);
        let (from, to) = (calendar.begin(day), calendar.begin(Calendar::later(day, 1)));
        let wallet = self.wallet()?;
        let mut quarters = Vec::new();
        let mut points = Vec::new();
        if let [(device, _)] = open.devices.as_slice() {
            quarters = usage::intervals(
                &wallet,
                *device,
                readings::Granularity::QuarterHour,
                from,
                to,
            )?;
            let live = usage::live(&wallet, *device, readings::Kind::Electricity, from, to)?;
            points = live.iter().filter_map(usage::point).collect();
        }
        let home = quarters.len() >= ENOUGH_QUARTERS;
        if !home {
            quarters = example::quarters(from);
        }
        let day = calendar.by(&quarters, |day| day, |day| Calendar::later(day, 1));
        let lived = points.len() >= ENOUGH_QUARTERS * 15;
        if !lived {
            points = example::points(from);
        }
        let preview = |fineness, example, spans: Vec<Span>, points: Vec<Point>| Preview {
            fineness,
            example,
            from: seconds(from),
            to: seconds(to),
            spans,
            points,
        };
        Ok([
            preview(Fineness::Day, !home, day, Vec::new()),
            preview(Fineness::QuarterHour, !home, quarters, Vec::new()),
            preview(Fineness::Live, !lived, Vec::new(), points),
        ]
        .into())
    }
}

fn service(open: &OpenRequest, language: Language) -> Service {
    let provider = &open.signed.request().provider;
    Service {
        name: provider.name.clone(),
        site: provider
            .site
            .split_once("://")
            .map_or(provider.site.clone(), |(_, host)| host.to_owned()),
        site_checked: open.site_checked,
        site_sentence: words::site_checked(&provider.site, open.site_checked, language),
        acquaintance: words::acquaintance(open.shared_before, language).to_owned(),
        contact: provider.contact.clone(),
        privacy_notice: provider.privacy_notice.url.clone(),
        authority: provider.complaint_authority.name.text(language).to_owned(),
        authority_url: provider.complaint_authority.url.clone(),
    }
}

fn row(wish: &LaneWish, language: Language) -> LaneRow {
    LaneRow {
        asked: wish.lane.into(),
        needed: wish.needed,
        why: wish.why.text(language).to_owned(),
        coarser: wish
            .coarser
            .iter()
            .map(|coarser| Coarser {
                fineness: coarser.lane.granularity.into(),
                loses: coarser.loses.text(language).to_owned(),
            })
            .collect(),
    }
}

/// A month, three months, a year, as far as they are shorter than what was asked for; and that.
fn ends(request: &ConsentRequest, now: u64) -> Vec<u32> {
    let from = request.from.max(now);
    let shorter = [30, 91, 365]
        .into_iter()
        .map(|days| from.saturating_add(days * DAY));
    let shorter = shorter.filter(|end| end.saturating_add(DAY) < request.until);
    shorter.chain([request.until]).map(seconds).collect()
}
