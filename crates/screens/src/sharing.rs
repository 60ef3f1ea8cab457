//! Sharing: who sees what, until when, and stopping it.

use std::time::Duration;

use consent::{ConsentState, ConsentView, Step};
use serde::Serialize;
use specta::Type;
use wallet::Wallet;

use crate::app::App;
use crate::problem::Problem;
use crate::receipt::ReceiptLines;
use crate::request::{self, Handling};
use crate::terms::{LaneName, seconds};

/// Something that ends within this time is said to end soon.
const SOON: u64 = 14 * 86_400;
/// A step waits no longer for its answer: the rest shows on the card as it comes.
const PATIENCE: Duration = Duration::from_millis(1);

/// What Sharing shows.
#[derive(Clone, PartialEq, Debug, Serialize, Type)]
pub struct SharingScreen {
    /// What is shared now, and what is being stopped.
    pub now: Vec<ConsentCard>,
    /// What has ended.
    pub ended: Vec<ConsentCard>,
}

/// How a consent stands, in the words that never mix up who ended it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Yes was said, and the Pi has not handed over keys yet.
    Starting,
    /// The service could read, and has not confirmed.
    Granted,
    /// The service reads.
    Sharing,
    /// The same, and it ends soon.
    EndsSoon,
    /// Paused by the person.
    Paused,
    /// Stopped by the person, and not everybody has confirmed.
    Stopping,
    /// Stopped by the person.
    Stopped,
    /// The agreed time is over.
    RanOut,
    /// Ended by the service.
    EndedByService,
    /// The meter was removed.
    MeterRemoved,
}

/// One consent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ConsentCard {
    /// Which.
    pub id: String,
    /// Who. A stranger's text.
    pub service: String,
    /// What for. A stranger's text.
    pub purpose: String,
    /// How it stands.
    pub standing: Standing,
    /// What is shared.
    pub lanes: Vec<LaneName>,
    /// Since when.
    pub since: u32,
    /// Until when.
    pub until: u32,
    /// When it ended, if it has.
    pub ended_at: Option<u32>,
    /// How many days of the past, if any.
    pub history_days: Option<u16>,
    /// The end of the last readings that the Pi has sent for it, as far as this wallet reads the same.
    pub last_sent: Option<u32>,
    /// When the meter is known to have been read last, for what the wallet does not read itself.
    pub heard_at: Option<u32>,
    /// The meter.
    pub meter: String,
    /// The parties were shown different messages.
    pub forked: bool,
    /// Since when something that the Pi or the service said is missing, although what was said later is there.
    pub missing_since: Option<u32>,
    /// Whether the Pi has confirmed the pause; until then the service may still read.
    pub pause_holds: bool,
    /// What was decided last and the node does not know yet; a stop says so itself.
    pub waits: Option<Undelivered>,
    /// How far a stop has come.
    pub stop: Option<StopProgress>,
    /// When the person asked for erasure.
    pub erasure_asked_at: Option<u32>,
    /// When the service said that everything is erased, and how many readings.
    pub erased: Option<(u32, u32)>,
}

/// What can wait for the node, but for a stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Undelivered {
    /// The pause.
    Pause,
    /// Its end.
    Resume,
    /// The question to erase.
    Erasure,
}

/// The steps of a stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct StopProgress {
    /// When it was asked for.
    pub asked_at: u32,
    /// Whether it was told, or still waits for the node.
    pub told: bool,
    /// When the Pi confirmed that the keys are changed.
    pub keys_changed_at: Option<u32>,
    /// The end of the last reading that the service can open.
    pub last_readable: Option<u32>,
    /// When the service confirmed.
    pub confirmed_at: Option<u32>,
}

/// A consent with everything that is written about it.
#[derive(Clone, PartialEq, Debug, Serialize, Type)]
pub struct ConsentDetails {
    /// The card.
    pub card: ConsentCard,
    /// Its site, without `https://`.
    pub site: String,
    /// Whether the site vouched for the request.
    pub site_checked: bool,
    /// Where a person can ask.
    pub contact: String,
    /// The privacy notice.
    pub privacy_notice: String,
    /// What happens to the data.
    pub handling: Handling,
    /// The authority to complain with, and where.
    pub authority: (String, String),
    /// What the receipt says.
    pub receipt: ReceiptLines,
    /// What happened.
    pub log: Vec<crate::activity::ActivityLine>,
}

impl App {
    /// Sharing.
    ///
    /// # Errors
    /// [`Problem::Locked`].
    pub fn sharing(&self) -> Result<SharingScreen, Problem> {
        let wallet = self.wallet()?;
        let cards = wallet
            .consents()
            .iter()
            .map(|view| self.consent_card(view))
            .collect::<Result<Vec<_>, _>>()?;
        let (now, ended) = cards
            .into_iter()
            .partition(|card| card.standing.is_current());
        Ok(SharingScreen { now, ended })
    }

    /// One consent.
    ///
    /// # Errors
    /// [`Problem::NotFound`].
    pub fn consent(&self, consent: &str) -> Result<ConsentDetails, Problem> {
        let wallet = self.wallet()?;
        let id = wallet.find_consent(consent)?;
        let view = wallet.consent(id)?;
        let language = self.language();
        let request = view.signed.request();
        let log = self.activity_of(&wallet, id);
        Ok(ConsentDetails {
            card: self.consent_card(&view)?,
            site: request::host(&request.provider.site).to_owned(),
            site_checked: wallet.site_checked(id),
            contact: request.provider.contact.clone(),
            privacy_notice: request.provider.privacy_notice.url.clone(),
            handling: Handling::of(request, language),
            authority: (
                request
                    .provider
                    .complaint_authority
                    .name
                    .text(language)
                    .to_owned(),
                request.provider.complaint_authority.url.clone(),
            ),
            receipt: ReceiptLines::of(&view),
            log,
        })
    }

    /// Leaves the service out for now. It holds when the card says so.
    ///
    /// # Errors
    /// [`Problem::WrongState`].
    pub async fn pause(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        wallet.pause(wallet.find_consent(consent)?).await?;
        Ok(())
    }

    /// Lets the service read again.
    ///
    /// # Errors
    /// [`Problem::WrongState`].
    pub async fn resume(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        wallet.resume(wallet.find_consent(consent)?).await?;
        Ok(())
    }

    /// Stops sharing. It stands when this returns; the card shows each step as it comes.
    ///
    /// # Errors
    /// [`Problem::WrongState`] if there is nothing to stop.
    pub async fn stop(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        wallet
            .revoke(wallet.find_consent(consent)?, PATIENCE, |_| ())
            .await?;
        Ok(())
    }

    /// Asks the service to erase what it has.
    ///
    /// # Errors
    /// [`Problem::WrongState`] if it has not ended.
    pub async fn ask_erasure(&self, consent: &str) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        wallet
            .ask_erasure(wallet.find_consent(consent)?, PATIENCE, |_| ())
            .await?;
        Ok(())
    }

    fn consent_card(&self, view: &ConsentView) -> Result<ConsentCard, Problem> {
        let wallet = self.wallet()?;
        let undelivered = wallet.undelivered_on(view.id)?;
        let stopping = said(&undelivered, Step::Revoke);
        let waits = waits(&undelivered);
        let devices = wallet.devices();
        let meter = devices.iter().find(|device| device.id == view.device);
        let now = self.now();
        let ending = view.ending_at(now);
        Ok(ConsentCard {
            id: view.id.to_string(),
            service: view.service().to_owned(),
            purpose: view
                .signed
                .request()
                .purpose
                .text
                .text(self.language())
                .to_owned(),
            standing: match (stopping, waits) {
                (Some(_), _) => Standing::Stopping,
                (None, Some(Undelivered::Pause)) if ending.is_none() => Standing::Paused,
                _ => standing(view, now),
            },
            lanes: view.agreement.lanes.iter().map(LaneName::from).collect(),
            since: seconds(view.authorised_at),
            until: seconds(view.agreement.until),
            ended_at: ending.map(|ending| seconds(ending.at)),
            history_days: view.agreement.history_days,
            last_sent: last_sent(&wallet, view)?.map(seconds),
            heard_at: wallet.last_measured(view.device)?.map(seconds),
            meter: meter.map(|device| device.name.clone()).unwrap_or_default(),
            forked: view.forked,
            missing_since: wallet.missing_on(view.id).map(seconds),
            pause_holds: view.state == ConsentState::Paused && !view.reads_at(now),
            waits,
            stop: stop(view, stopping),
            erasure_asked_at: view
                .erasure_requested_at
                .or(said(&undelivered, Step::Erase))
                .map(seconds),
            erased: view
                .purged
                .map(|(at, readings)| (seconds(at), seconds(readings))),
        })
    }
}

impl Standing {
    fn is_current(self) -> bool {
        matches!(
            self,
            Self::Starting
                | Self::Granted
                | Self::Sharing
                | Self::EndsSoon
                | Self::Paused
                | Self::Stopping
        )
    }
}

fn standing(view: &ConsentView, now: u64) -> Standing {
    if let Some(ending) = view.ending_at(now) {
        return ended(view, ending.how);
    }
    match view.state {
        ConsentState::Granted => Standing::Granted,
        ConsentState::Active if view.agreement.until <= now.saturating_add(SOON) => {
            Standing::EndsSoon
        }
        ConsentState::Active => Standing::Sharing,
        ConsentState::Paused => Standing::Paused,
        // What was never agreed on has no card.
        _ => Standing::Starting,
    }
}

/// Who ended it, also after everything was erased.
fn ended(view: &ConsentView, how: ConsentState) -> Standing {
    let confirmed = view.delivery.device_at.is_some() && view.delivery.service_at.is_some();
    match how {
        ConsentState::Expired => Standing::RanOut,
        ConsentState::Terminated => Standing::EndedByService,
        ConsentState::DeviceLost => Standing::MeterRemoved,
        _ if confirmed || view.state == ConsentState::Erased => Standing::Stopped,
        _ => Standing::Stopping,
    }
}

/// What was sent since the yes, and could be opened.
fn last_sent(wallet: &Wallet, view: &ConsentView) -> Result<Option<u64>, Problem> {
    if view.opened.is_empty() {
        return Ok(None);
    }
    let sent = wallet.last_sent(view.device, &view.agreement.lanes)?;
    let readable = view.last_readable().unwrap_or(u64::MAX);
    let closed_unread = !view.closed.is_empty() && view.last_readable().is_none();
    Ok(sent
        .map(|sent| sent.min(readable))
        .filter(|sent| *sent > view.authorised_at && !closed_unread))
}

fn stop(view: &ConsentView, undelivered: Option<u64>) -> Option<StopProgress> {
    let stopped = view.was_revoked();
    let asked_at = undelivered.or(view.delivery.asked_at.filter(|_| stopped))?;
    Some(StopProgress {
        asked_at: seconds(asked_at),
        told: undelivered.is_none(),
        keys_changed_at: view.delivery.device_at.filter(|_| stopped).map(seconds),
        last_readable: view.last_readable().filter(|_| stopped).map(seconds),
        confirmed_at: view.delivery.service_at.filter(|_| stopped).map(seconds),
    })
}

/// When this was said, if the node could not be told yet.
fn said(undelivered: &[(u64, Step)], wanted: Step) -> Option<u64> {
    let mut steps = undelivered.iter();
    steps.find(|(_, step)| *step == wanted).map(|(at, _)| *at)
}

/// What was said last counts; after a stop that is the stop.
fn waits(undelivered: &[(u64, Step)]) -> Option<Undelivered> {
    match undelivered.last()? {
        (_, Step::Pause) => Some(Undelivered::Pause),
        (_, Step::Resume) => Some(Undelivered::Resume),
        (_, Step::Erase) => Some(Undelivered::Erasure),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_is_what_waits_and_a_stop_says_so_itself() {
        let pause = [(5, Step::Pause)];
        let resume = [(5, Step::Pause), (6, Step::Resume)];
        let stop = [(5, Step::Pause), (7, Step::Revoke)];
        assert_eq!(waits(&[]), None);
        assert_eq!(waits(&pause), Some(Undelivered::Pause));
        assert_eq!(waits(&resume), Some(Undelivered::Resume));
        assert_eq!(waits(&[(8, Step::Erase)]), Some(Undelivered::Erasure));
        assert_eq!((waits(&stop), said(&stop, Step::Revoke)), (None, Some(7)));
        assert_eq!(said(&pause, Step::Revoke), None);
    }
}
