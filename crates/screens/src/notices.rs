//! Notifications: what is worth telling a person who looks elsewhere, each once.
//!
//! What is told is what Home and Sharing show anyway. The sentences are here and not with the other words of the
//! screens, because the system shows them and no screen does.

mod words;

use consent::Language;
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::Appearance;

use crate::app::App;
use crate::home::HomeScreen;
use crate::problem::Problem;
use crate::sharing::{ConsentCard, SharingScreen, Standing};

const DAY: u32 = 86_400;
/// So long before its end a consent is said to end.
const BEFORE_THE_END: u32 = 3 * DAY;
/// A service that has not confirmed anything for so long is silent.
const NO_ANSWER: u32 = DAY;
/// The law gives a service so long to erase (GDPR, article 12(3)).
const ERASING: u32 = 30 * DAY;
/// A meter of which nothing was heard for so long is silent: a restart or an update is over by then.
const METER_SILENT: u32 = 3600;

/// One notification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Of what sort.
    pub kind: NoticeKind,
    /// What happened.
    pub title: String,
    /// What it means and what to do.
    pub body: String,
}

/// What notifications there are: each can be switched off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A service asks.
    Request,
    /// Something that is shared is about to end.
    Ending,
    /// A service does not answer.
    Service,
    /// Nothing is heard of a meter.
    Meter,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Request, Self::Ending, Self::Service, Self::Meter];

    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Ending => "ending",
            Self::Service => "service",
            Self::Meter => "meter",
        }
    }

    /// Those that are told.
    pub(crate) fn told(window: &Appearance) -> Vec<Self> {
        let quiet = |kind: &Self| window.quiet.iter().any(|name| name == kind.name());
        Self::ALL.into_iter().filter(|kind| !quiet(kind)).collect()
    }
}

/// Something to tell, and how it is known that it was told.
struct Due {
    about: String,
    what: String,
    notice: Notice,
}

impl App {
    /// What is to be told now. Each comes once, also if it is not wanted or not shown: who switches notifications on is
    /// not told about last month. `watched` says that somebody looks at the window; a request that shows there is not
    /// told besides.
    ///
    /// # Errors
    /// [`Problem::Locked`], or of the database.
    pub fn notices(&self, watched: bool) -> Result<Vec<Notice>, Problem> {
        // A wallet that has not heard anything yet knows nothing of silence.
        let sync = self.sync_state();
        if !sync.heard || sync.problem.is_some() {
            return Ok(Vec::new());
        }
        let wallet = self.wallet()?;
        let told = NoticeKind::told(&wallet.settings()?.window);
        let mut notices = Vec::new();
        for due in due(&self.home()?, &self.sharing()?, self.language()) {
            let first = wallet.first_told(&due.about, &due.what)?;
            let kind = due.notice.kind;
            if first && told.contains(&kind) && !(watched && kind == NoticeKind::Request) {
                notices.push(due.notice);
            }
        }
        Ok(notices)
    }

    /// Chooses what notifications there are.
    ///
    /// # Errors
    /// [`Problem`] if the settings cannot be written.
    pub fn choose_notices(&self, told: &[NoticeKind]) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        let quiet = NoticeKind::ALL
            .into_iter()
            .filter(|kind| !told.contains(kind));
        settings.window.quiet = quiet.map(|kind| kind.name().to_owned()).collect();
        wallet.keep_settings(&settings)?;
        Ok(())
    }
}

fn due(home: &HomeScreen, sharing: &SharingScreen, language: Language) -> Vec<Due> {
    let requests = home.requests.iter().map(|request| Due {
        about: format!("request/{}", request.consent),
        what: "asks".into(),
        notice: words::request(&request.service, language),
    });
    let meters = home.meters.iter().filter_map(|meter| {
        let heard = meter.last_seen.unwrap_or(meter.added_at);
        (heard.saturating_add(METER_SILENT) < home.now).then(|| Due {
            about: format!("meter/{}", meter.id),
            what: heard.to_string(),
            notice: words::meter(&meter.name, language),
        })
    });
    let cards = sharing.now.iter().chain(&sharing.ended);
    let consents = cards.flat_map(|card| about(card, home.now, language));
    requests.chain(meters).chain(consents).collect()
}

fn about(card: &ConsentCard, now: u32, language: Language) -> Vec<Due> {
    let due = |sort: &str, notice| Due {
        about: format!("{sort}/{}", card.id),
        what: card.until.to_string(),
        notice,
    };
    let over = |since: u32, patience: u32| since.saturating_add(patience) < now;
    let service = card.service.as_str();
    let running = matches!(
        card.standing,
        Standing::Sharing | Standing::EndsSoon | Standing::Paused
    );
    let ends = running && card.until <= now.saturating_add(BEFORE_THE_END);
    let accepts = card.standing == Standing::Granted && over(card.since, NO_ANSWER);
    let stops = card.stop.is_some_and(|stop| {
        stop.told
            && stop.keys_changed_at.is_some()
            && stop.confirmed_at.is_none()
            && over(stop.asked_at, NO_ANSWER)
    });
    let erases = card.erased.is_none()
        && card
            .erasure_asked_at
            .is_some_and(|asked| over(asked, ERASING));
    let all = [
        ends.then(|| {
            due(
                "ends",
                words::ends(service, card.until - now.min(card.until), language),
            )
        }),
        accepts.then(|| due("accepts", words::accepts(service, language))),
        stops.then(|| due("stops", words::stops(service, language))),
        erases.then(|| due("erases", words::erases(service, language))),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
