//! Activity: everything that happened, and the proof that nothing of it is missing.

use std::path::PathBuf;

use consent::{Activity, ConsentId, Fact, Topic};
use serde::Serialize;
use specta::Type;
use wallet::Wallet;

use crate::app::App;
use crate::home::Watcher;
use crate::problem::Problem;
use crate::terms::seconds;

/// What Activity shows, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ActivityScreen {
    /// The lines.
    pub lines: Vec<ActivityLine>,
    /// The consents that have a card of their own, each with its service.
    pub consents: Vec<Watcher>,
    /// When this was put together.
    pub now: u32,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ActivityLine {
    /// Its number in the journal.
    pub number: u32,
    /// When.
    pub at: u32,
    /// What happened.
    pub headline: String,
    /// What it means, or what to do.
    pub detail: Option<String>,
    /// What it is about.
    pub topic: ActivityTopic,
    /// Something did not work, or was refused.
    pub failed: bool,
    /// The picture beside it.
    pub sign: Sign,
    /// The consent that it is about, which has no card if it never came to a yes.
    pub consent: Option<String>,
}

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityTopic {
    /// Requests and consents.
    Sharing,
    /// Meters.
    Meters,
    /// The wallet itself.
    Wallet,
}

/// The picture beside a line; the words say it too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is a picture of what it says")]
pub enum Sign {
    Home,
    Meter,
    Request,
    Yes,
    No,
    Seen,
    Pause,
    Resume,
    Stop,
    Erase,
    Export,
    Failed,
}

/// What a check found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct CheckResult {
    /// When.
    pub at: u32,
    /// How many entries were checked.
    pub entries: u32,
    /// How many the node has; absent if it did not answer.
    pub on_node: Option<u32>,
    /// Nothing is missing.
    pub whole: bool,
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ExportResult {
    /// The folder.
    pub folder: String,
    /// How many files.
    pub files: u32,
}

impl App {
    /// Activity.
    ///
    /// # Errors
    /// [`Problem::Locked`].
    pub fn activity(&self) -> Result<ActivityScreen, Problem> {
        let wallet = self.wallet()?;
        Ok(ActivityScreen {
            lines: self.activity_lines(&wallet, |_| true),
            consents: wallet.consents().iter().map(Watcher::of).collect(),
            now: seconds(self.now()),
        })
    }

    /// Checks that nothing is missing or changed.
    ///
    /// # Errors
    /// [`Problem::JournalBroken`] names the first entry that does not fit; [`Problem::GivenUp`].
    pub async fn check_activity(&self) -> Result<CheckResult, Problem> {
        let wallet = self.wallet()?;
        let checked = self.unless_given_up(wallet.check_journal()).await??;
        Ok(CheckResult {
            at: seconds(self.now()),
            entries: checked.entries,
            on_node: checked.on_tangle,
            whole: checked.is_whole(),
        })
    }

    /// Writes activity, receipts and readings into a new folder of this name, which only its owner can read.
    ///
    /// # Errors
    /// [`Problem::Export`], [`Problem::GivenUp`].
    pub async fn export(&self, folder: PathBuf) -> Result<ExportResult, Problem> {
        let wallet = self.wallet()?;
        // What waits for the node can be given up; what is written is written whole.
        drop(self.unless_given_up(wallet.sync()).await?);
        let exported = wallet.export(&folder).await?;
        Ok(ExportResult {
            folder: folder.display().to_string(),
            files: u32::try_from(exported.files.len()).unwrap_or(u32::MAX),
        })
    }

    pub(crate) fn activity_lines(
        &self,
        wallet: &Wallet,
        wanted: impl Fn(&Activity) -> bool,
    ) -> Vec<ActivityLine> {
        let speaker = self.speaker();
        let activity = wallet.activity();
        let lines = activity
            .iter()
            .rev()
            .filter(|line| wanted(line))
            .map(|line| {
                let sentence = speaker.activity(line);
                ActivityLine {
                    number: line.number,
                    at: seconds(line.at),
                    headline: sentence.headline,
                    detail: sentence.detail,
                    topic: match line.fact.topic() {
                        Topic::Sharing => ActivityTopic::Sharing,
                        Topic::Meters => ActivityTopic::Meters,
                        Topic::Wallet => ActivityTopic::Wallet,
                    },
                    failed: line.fact.did_not_work(),
                    sign: sign(&line.fact),
                    consent: consent_of(&line.fact).map(|consent| consent.to_string()),
                }
            });
        lines.collect()
    }
}

fn sign(fact: &Fact) -> Sign {
    match fact {
        fact if fact.did_not_work() => Sign::Failed,
        Fact::WalletCreated => Sign::Home,
        Fact::Exported { .. } => Sign::Export,
        Fact::RequestOpened { .. } => Sign::Request,
        Fact::Authorised { .. } => Sign::Yes,
        Fact::Declined { .. } => Sign::No,
        Fact::Granted { .. } | Fact::Accepted { .. } => Sign::Seen,
        Fact::Paused { .. } | Fact::PauseHolds { .. } => Sign::Pause,
        Fact::Resumed { .. } | Fact::ResumeHolds { .. } => Sign::Resume,
        Fact::ErasureRequested { .. } | Fact::Purged { .. } => Sign::Erase,
        Fact::Stopped { .. }
        | Fact::Closed { .. }
        | Fact::StopConfirmed { .. }
        | Fact::Terminated { .. } => Sign::Stop,
        _ => Sign::Meter,
    }
}

/// Whether a fact is about this consent.
pub(crate) fn is_about(fact: &Fact, wanted: ConsentId) -> bool {
    consent_of(fact) == Some(wanted)
}

/// The consent that a fact is about.
fn consent_of(fact: &Fact) -> Option<ConsentId> {
    match fact {
        Fact::RequestOpened { consent, .. }
        | Fact::RequestRefused { consent, .. }
        | Fact::RequestLapsed { consent, .. }
        | Fact::Declined { consent, .. }
        | Fact::Authorised { consent, .. }
        | Fact::Granted { consent, .. }
        | Fact::Accepted { consent, .. }
        | Fact::Paused { consent, .. }
        | Fact::PauseHolds { consent, .. }
        | Fact::Resumed { consent, .. }
        | Fact::ResumeHolds { consent, .. }
        | Fact::Stopped { consent, .. }
        | Fact::Closed { consent, .. }
        | Fact::StopConfirmed { consent, .. }
        | Fact::Terminated { consent, .. }
        | Fact::ErasureRequested { consent, .. }
        | Fact::Purged { consent, .. }
        | Fact::LogForked { consent, .. } => Some(*consent),
        Fact::WalletCreated
        | Fact::DeviceAdded { .. }
        | Fact::DeviceRenamed { .. }
        | Fact::DeviceDeleted { .. }
        | Fact::OwnerLanes { .. }
        | Fact::DeviceReported { .. }
        | Fact::DeviceRefused { .. }
        | Fact::Exported { .. } => None,
    }
}
