//! A request: everything that has to be known before saying yes or no, and the answer.

pub(crate) mod preview;

use consent::words;
use consent::{
    Choices, ConsentLink, ConsentRequest, End, Expression, LaneWish, Language, Localised,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::{OpenRequest, Sites, WalletError};

use self::preview::MeterPreviews;
use crate::app::App;
use crate::kept::{KeptAnswer, Said};
use crate::problem::Problem;
use crate::proof::Proof;
use crate::terms::{Fineness, Kind, LaneName, seconds};

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
    /// What the heading names.
    pub heading: Vec<LaneName>,
    /// What is asked for.
    pub lanes: Vec<LaneRow>,
    /// The past, if it is asked for.
    pub history: Option<History>,
    /// From when.
    pub from: u32,
    /// Until when it is asked for.
    pub until: u32,
    /// The ends that are offered, the nearest first; the last is what was asked for, to its last whole day.
    pub ends: Vec<OfferedEnd>,
    /// What happens to the data.
    pub handling: Handling,
    /// What would have been seen yesterday, of each meter that could answer; an example if there is none.
    pub previews: Vec<MeterPreviews>,
    /// The meters that could answer it.
    pub meters: Vec<(String, String)>,
    /// The answer, if one was given that the node does not know yet.
    pub kept: Option<KeptAnswer>,
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
    /// Where the person can go back to; absent unless the site vouches for the request.
    pub back: Option<String>,
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

/// An end that is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct OfferedEnd {
    /// Until when.
    pub until: u32,
    /// What its length is called: 30 days are a month, 91 three months, 365 a year.
    pub days: u16,
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
    /// [`Problem::Link`] or [`Problem::Request`] if they are not what they should be.
    pub async fn open_link(&self, link: &str, sites: &dyn Sites) -> Result<Arrived, Problem> {
        let link: ConsentLink = link
            .trim()
            .parse()
            .map_err(|error| Problem::from(WalletError::Link(error)))?;
        let wallet = self.wallet()?;
        let open = self.unless_given_up(wallet.open_request(&link, sites));
        let open = open.await??;
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
        let open = wallet.request(consent)?;
        let mut shown = self.show(&open);
        shown.previews = self.previews(&open)?;
        Ok(shown)
    }

    /// Says yes, to no more than this, for its owner. Without the node it is kept, and nothing is shared yet.
    ///
    /// # Errors
    /// [`Problem::AnswerKept`] if it was answered already. As [`App::prove`]; [`Problem::Choice`] if the choices do not answer the request.
    pub async fn grant(
        &self,
        consent: &str,
        meter: &str,
        answer: &Answer,
        proof: Proof<'_>,
    ) -> Result<Said, Problem> {
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
        wallet
            .grant(
                consent,
                device,
                &choices,
                self.language(),
                Expression::DeviceUnlock,
            )
            .await?;
        Said::about(&wallet, consent)
    }

    /// Says no. It needs nothing.
    ///
    /// # Errors
    /// [`Problem::RequestUsed`] if it was answered, [`Problem::AnswerKept`] if the node does not know that yet.
    pub async fn decline(&self, consent: &str) -> Result<Said, Problem> {
        let wallet = self.wallet()?;
        let consent = wallet.find_consent(consent)?;
        wallet.decline(consent, self.language()).await?;
        Said::about(&wallet, consent)
    }

    fn show(&self, open: &OpenRequest) -> RequestScreen {
        let language = self.language();
        let request = open.signed.request();
        let text = |text: &Localised| text.text(language).to_owned();
        let now = self.now();
        let zone = &self.options.zone;
        let least = Choices::least(request, now, zone);
        RequestScreen {
            consent: open.consent.to_string(),
            expires_at: seconds(request.expires_at),
            service: service(open, language),
            purpose: text(&request.purpose.text),
            without: request.without.as_ref().map(text),
            heading: heading(&request.lanes),
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
            ends: End::offered(request, now, zone)
                .into_iter()
                .map(OfferedEnd::from)
                .collect(),
            handling: Handling::of(request, language),
            previews: Vec::new(),
            meters: open
                .devices
                .iter()
                .map(|(id, name)| (id.to_string(), name.clone()))
                .collect(),
            kept: open.kept.clone().map(KeptAnswer::from),
            least: Answer {
                lanes: least
                    .lanes
                    .iter()
                    .map(|lane| LaneChoice {
                        kind: lane.kind.into(),
                        fineness: lane.granularity.into(),
                    })
                    .collect(),
                until: seconds(least.until),
                history_days: least.history_days,
            },
            now: seconds(now),
        }
    }
}

impl From<End> for OfferedEnd {
    fn from(end: End) -> Self {
        Self {
            until: seconds(end.until),
            days: end.days,
        }
    }
}

impl Handling {
    pub(crate) fn of(request: &ConsentRequest, language: Language) -> Self {
        let handling = &request.handling;
        let text = |text: &Localised| text.text(language).to_owned();
        let recipients = handling.recipients.iter();
        Self {
            retention: words::retention(handling.retention_days, language),
            recipients: recipients
                .map(|other| (other.name.clone(), text(&other.why)))
                .collect(),
            transfers: handling.transfers.clone(),
            automated_decisions: handling.automated_decisions.as_ref().map(text),
        }
    }
}

/// A site without its scheme.
pub(crate) fn host(site: &str) -> &str {
    site.split_once("://").map_or(site, |(_, host)| host)
}

fn service(open: &OpenRequest, language: Language) -> Service {
    let provider = &open.signed.request().provider;
    Service {
        name: provider.name.clone(),
        site: host(&provider.site).to_owned(),
        site_checked: open.site_checked,
        site_sentence: words::site_checked(&provider.site, open.site_checked, language),
        acquaintance: words::acquaintance(open.acquaintance, language).to_owned(),
        contact: provider.contact.clone(),
        privacy_notice: provider.privacy_notice.url.clone(),
        authority: provider.complaint_authority.name.text(language).to_owned(),
        authority_url: provider.complaint_authority.url.clone(),
        back: back(
            &provider.site,
            open.site_checked,
            open.signed.request().callback.as_deref(),
        ),
    }
}

/// The page that the signed request names, if it is one of the site that vouches for the request; or else that site. A
/// screen opens it when the person asks for it, and never by itself: the request may have come from another screen.
fn back(site: &str, site_checked: bool, callback: Option<&str>) -> Option<String> {
    if !site_checked || !consent::is_web_address(site) {
        return None;
    }
    let of_the_site = |page: &&str| {
        page.strip_prefix(site)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    };
    Some(callback.filter(of_the_site).unwrap_or(site).to_owned())
}

/// What the heading of a request names: what the service cannot do without, or else everything that it asks for.
pub(crate) fn heading(wishes: &[LaneWish]) -> Vec<LaneName> {
    let any = wishes.iter().any(|wish| wish.needed);
    let named = wishes.iter().filter(|wish| wish.needed || !any);
    named.map(|wish| wish.lane.into()).collect()
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

#[cfg(test)]
mod tests;
