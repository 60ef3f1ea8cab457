//! Activity: everything that happened, and the proof that nothing of it is missing.

use std::path::PathBuf;

use consent::words::Speaker;
use consent::{Activity, ConsentId, Fact, Topic};
use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::Wallet;

use crate::app::App;
use crate::home::Watcher;
use crate::problem::Problem;
use crate::terms::seconds;

/// So many lines are on a page.
const PAGE: usize = 50;

/// A page of what Activity shows, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ActivityScreen {
    /// What was asked for.
    pub filter: ActivityFilter,
    /// The lines of this page.
    pub lines: Vec<ActivityLine>,
    /// When the line before them was, which is on the page before.
    pub above: Option<u32>,
    /// How many lines there are on all pages.
    pub total: u32,
    /// The newest number in the journal: who names it for the next page gets what follows, whatever happens meanwhile.
    pub newest: u32,
    /// The consents that have a card of their own, each with its service.
    pub consents: Vec<Watcher>,
    /// When this was put together.
    pub now: u32,
}

/// Which lines are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityFilter {
    /// All of them.
    All,
    /// Requests and consents.
    Sharing,
    /// Meters.
    Meters,
    /// What did not work or was refused.
    Failed,
}

impl ActivityFilter {
    fn lets_through(self, fact: &Fact) -> bool {
        match self {
            Self::All => true,
            Self::Sharing => fact.topic() == Topic::Sharing,
            Self::Meters => fact.topic() == Topic::Meters,
            Self::Failed => fact.did_not_work(),
        }
    }
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
    /// The picture beside it.
    pub sign: Sign,
    /// The consent that it is about, which has no card if it never came to a yes.
    pub consent: Option<String>,
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
    /// A page of Activity; without the newest number, of all that happened until now.
    ///
    /// # Errors
    /// [`Problem::Locked`].
    pub fn activity(
        &self,
        filter: ActivityFilter,
        newest: Option<u32>,
        page: u32,
    ) -> Result<ActivityScreen, Problem> {
        let wallet = self.wallet()?;
        let speaker = self.speaker();
        let screen = wallet.with_activity(|activity| {
            let newest = newest
                .or_else(|| Some(activity.last()?.number))
                .unwrap_or(0);
            let part = Part::of(activity, filter, newest, page);
            ActivityScreen {
                filter,
                lines: lines(&speaker, part.lines.into_iter()),
                above: part.above.map(|line| seconds(line.at)),
                total: part.total,
                newest,
                consents: Vec::new(),
                now: seconds(self.now()),
            }
        });
        let consents = wallet.consents().iter().map(Watcher::of).collect();
        Ok(ActivityScreen { consents, ..screen })
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

    /// Everything that happened with a consent, newest first.
    pub(crate) fn activity_of(&self, wallet: &Wallet, consent: ConsentId) -> Vec<ActivityLine> {
        let speaker = self.speaker();
        wallet.with_activity(|activity| {
            let newest_first = activity.iter().rev();
            lines(
                &speaker,
                newest_first.filter(|line| is_about(&line.fact, consent)),
            )
        })
    }
}

/// A page of what happened, newest first.
struct Part<'a> {
    lines: Vec<&'a Activity>,
    /// The line before them.
    above: Option<&'a Activity>,
    /// So many are on all pages.
    total: u32,
}

impl<'a> Part<'a> {
    fn of(activity: &'a [Activity], filter: ActivityFilter, newest: u32, page: u32) -> Self {
        let wanted = activity
            .iter()
            .rev()
            .filter(|line| line.number <= newest && filter.lets_through(&line.fact));
        let page = usize::try_from(page).unwrap_or(usize::MAX);
        let before = page.saturating_mul(PAGE);
        let above = before.checked_sub(1);
        Self {
            above: above.and_then(|last| wanted.clone().nth(last)),
            total: u32::try_from(wanted.clone().count()).unwrap_or(u32::MAX),
            lines: wanted.skip(before).take(PAGE).collect(),
        }
    }
}

fn lines<'a>(speaker: &Speaker, activity: impl Iterator<Item = &'a Activity>) -> Vec<ActivityLine> {
    let lines = activity.map(|line| {
        let sentence = speaker.activity(line);
        ActivityLine {
            number: line.number,
            at: seconds(line.at),
            headline: sentence.headline,
            detail: sentence.detail,
            sign: sign(&line.fact),
            consent: consent_of(&line.fact).map(|consent| consent.to_string()),
        }
    });
    lines.collect()
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

#[cfg(test)]
mod tests {
    use consent::DeviceId;

    use super::*;

    /// A meter that was named again and again, and every tenth time something else happened.
    fn happened(count: u32) -> Vec<Activity> {
        let line = |number| Activity {
            number,
            at: u64::from(number) * 60,
            fact: if number % 10 == 0 {
                Fact::WalletCreated
            } else {
                Fact::DeviceRenamed {
                    device: DeviceId([7; 20]),
                    from: "Meter".to_owned(),
                    to: "Lindelaan 14".to_owned(),
                }
            },
        };
        (0..count).map(line).collect()
    }

    fn numbers(part: &Part<'_>) -> Vec<u32> {
        part.lines.iter().map(|line| line.number).collect()
    }

    #[test]
    fn pages_follow_each_other_from_the_newest_to_the_oldest() {
        let activity = happened(120);
        let page = |page| Part::of(&activity, ActivityFilter::All, 119, page);
        let all: Vec<u32> = (0..3).flat_map(|number| numbers(&page(number))).collect();
        assert_eq!(all, (0..120).rev().collect::<Vec<_>>());
        assert_eq!(page(0).above, None);
        assert_eq!(page(1).above.map(|line| line.number), Some(70));
        assert_eq!(page(2).lines.len(), 20);
        assert_eq!(page(3).lines.len() + page(u32::MAX).lines.len(), 0);
        assert_eq!(page(0).total, 120);
    }

    #[test]
    fn what_happens_while_somebody_reads_moves_no_page() {
        let (before, after) = (happened(120), happened(125));
        let page = |activity| numbers(&Part::of(activity, ActivityFilter::All, 119, 1));
        assert_eq!(page(&before), page(&after));
    }

    #[test]
    fn a_filter_counts_only_what_it_lets_through() {
        let activity = happened(120);
        let meters = Part::of(&activity, ActivityFilter::Meters, 119, 1);
        assert_eq!(meters.total, 108);
        assert_eq!(meters.lines.len(), 50);
        let lets_through = |line: &&&Activity| line.fact.topic() == Topic::Meters;
        assert_eq!(meters.lines.iter().filter(lets_through).count(), 50);
        let none = Part::of(&activity, ActivityFilter::Failed, 119, 0);
        assert_eq!((none.total, none.lines.len()), (0, 0));
    }
}
