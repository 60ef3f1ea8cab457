//! One round over everything that is awaited: say what is due, look up tags, take what came.
//!
//! Work is bounded: a round asks for about [`TAGS_A_ROUND`] tags and looks at 64 blocks under each, then at [`PAGES_A_ROUND`] pages
//! of those under which there are more; and consents take turns, so that one which catches up for a year, or is flooded, does not
//! hold up the others.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use channel::Tag;
use consent::Writer;
use tangle::{Crowds, Stored, TangleError};

use super::session::Session;
use super::{Notice, Provider, ProviderError, held};
use crate::consents::Id;
use crate::store::Part;

/// Tags that one round asks for, about: a consent is never cut in half.
const TAGS_A_ROUND: usize = 1_000;
/// Pages of crowded tags that one round looks at, over all of them: some 4,000 blocks, 16 MB.
const PAGES_A_ROUND: usize = 64;
/// Candidates under one tag that are looked at (`docs/protocol.md` section 3.4).
const CANDIDATES: usize = 64;

/// What a round brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Something came or moved: another round now may bring more.
    pub progress: bool,
    /// Consents wait for their turn.
    pub more: bool,
    /// The tags that were asked for, to be watched.
    pub tags: Vec<tangle::Tag>,
}

/// Who asked for a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asker {
    Inbox(u16),
    Said(Writer),
    Reader(Part),
}

/// What looking behind a crowd brought.
#[derive(Default)]
struct Behind {
    progress: bool,
    more: bool,
}

/// The questions of one consent.
struct Questions {
    session: Arc<Mutex<Session>>,
    asked: Vec<(Asker, Tag)>,
    inbox: bool,
}

impl Questions {
    /// Whether a lane of this consent still waits for what lies under this tag.
    ///
    /// Messages are not looked for behind a crowd: whoever can crowd them is a party to the same consent, and harms only that.
    fn awaits(&self, tag: &tangle::Tag) -> bool {
        let tag = Tag::from(tag.0);
        let asked = self.asked.iter().find(|(_, asked)| *asked == tag);
        match asked {
            Some((Asker::Reader(part), _)) => held(&self.session).awaits(*part, &tag),
            _ => false,
        }
    }
}

impl Provider {
    /// One round at `now`. A node that is away is remembered and told to the listeners.
    ///
    /// # Errors
    /// When the node fails ([`ProviderError::Node`]) or the store does. Nothing is lost: the next round begins where this one did.
    pub async fn poll(self: &Arc<Self>, now: u64) -> Result<Polled, ProviderError> {
        let outcome = self.round(now).await;
        match &outcome {
            Ok(_) => self.node_answers(),
            Err(Failed::Node(error)) => self.node_fails(error, now),
            Err(Failed::Here(_)) => {}
        }
        outcome.map_err(|failed| match failed {
            Failed::Node(error) => ProviderError::Node(error.to_string()),
            Failed::Here(error) => error,
        })
    }

    /// Waits until something was asked of this provider that a round should look at.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    async fn round(self: &Arc<Self>, now: u64) -> Result<Polled, Failed> {
        self.learn_network().await?;
        self.publish(now).await?;
        self.confirm(now).await?;
        self.tidy_up(now).await?;
        let (questions, mut more) = self
            .blocking(move |provider| Ok(provider.questions(now)))
            .await?;
        let questions = Arc::new(questions);
        let tags: Vec<_> = questions
            .iter()
            .flat_map(|questions| &questions.asked)
            .map(|(_, tag)| tangle::Tag((*tag).into()))
            .collect();
        let found = if tags.is_empty() {
            Vec::new()
        } else {
            self.tangle.by_tags(&tags).await.inspect_err(|_| {
                for questions in questions.iter() {
                    held(&questions.session).unanswered();
                }
            })?
        };
        let crowded = Crowds::crowded(&found);
        let mut progress = self.take(&questions, found, now).await?;
        if !crowded.is_empty() {
            let behind = self.look_behind(&questions, crowded, now).await?;
            progress |= behind.progress;
            more |= behind.more;
        }
        held(&self.crowds).keep(&tags);
        self.publish(now).await?;
        Ok(Polled {
            progress,
            more,
            tags,
        })
    }

    async fn take(
        self: &Arc<Self>,
        questions: &Arc<Vec<Questions>>,
        found: Vec<Stored>,
        now: u64,
    ) -> Result<bool, Failed> {
        let questions = Arc::clone(questions);
        self.blocking(move |provider| provider.answers(&questions, found, now))
            .await
    }

    /// Goes on behind crowded tags where something is still awaited, a page of each in turn.
    async fn look_behind(
        self: &Arc<Self>,
        questions: &Arc<Vec<Questions>>,
        crowded: Vec<tangle::Tag>,
        now: u64,
    ) -> Result<Behind, Failed> {
        let mut crowds = std::mem::take(&mut *held(&self.crowds));
        let behind = self
            .pages_behind(&mut crowds, questions, crowded, now)
            .await;
        // Whatever became of the node: the pages that were looked at need not be looked at again.
        *held(&self.crowds) = crowds;
        behind
    }

    async fn pages_behind(
        self: &Arc<Self>,
        crowds: &mut Crowds,
        questions: &Arc<Vec<Questions>>,
        crowded: Vec<tangle::Tag>,
        now: u64,
    ) -> Result<Behind, Failed> {
        let mut behind = Behind::default();
        let mut waiting = VecDeque::from(crowded);
        for _ in 0..PAGES_A_ROUND {
            waiting.retain(|tag| questions.iter().any(|asked| asked.awaits(tag)));
            let Some(tag) = waiting.pop_front() else {
                return Ok(behind);
            };
            let (page, more) = crowds.next_page(&*self.tangle, tag).await?;
            behind.progress |= self.take(questions, page, now).await?;
            if more {
                waiting.push_back(tag);
            }
        }
        behind.more = !waiting.is_empty();
        Ok(behind)
    }

    async fn learn_network(&self) -> Result<(), Failed> {
        if held(&self.node).network.is_some() {
            return Ok(());
        }
        let network = self.tangle.network().await?;
        tracing::info!(
            "the Tangle is reached: network {}, {}",
            network.name,
            network.node
        );
        held(&self.node).network = Some(network.name);
        Ok(())
    }

    /// The tags to ask for, from the consents whose turn it is.
    fn questions(&self, now: u64) -> (Vec<Questions>, bool) {
        let mut turn = held(&self.turn);
        let sessions: Vec<_> = held(&self.sessions)
            .iter()
            .map(|(id, session)| (id.clone(), Arc::clone(session)))
            .collect();
        let start =
            sessions.partition_point(|(id, _)| turn.as_ref().is_some_and(|last| id <= last));
        let (before, after) = sessions.split_at_checked(start).unwrap_or((&[], &[]));
        let mut questions = Vec::new();
        let mut tags = 0_usize;
        for (id, session) in after.iter().chain(before) {
            if tags >= TAGS_A_ROUND {
                return (questions, true);
            }
            *turn = Some(Id::clone(id));
            let asked = held(session).questions(now);
            tags = tags.saturating_add(asked.len());
            let inbox = asked
                .iter()
                .any(|(asker, _)| matches!(asker, Asker::Inbox(_)));
            questions.push(Questions {
                session: Arc::clone(session),
                asked,
                inbox,
            });
        }
        (questions, false)
    }

    fn answers(
        &self,
        questions: &[Questions],
        found: Vec<Stored>,
        now: u64,
    ) -> Result<bool, ProviderError> {
        let mut by_tag: HashMap<[u8; 32], Vec<Vec<u8>>> = HashMap::new();
        for stored in found {
            let candidates = by_tag.entry(stored.tag.0).or_default();
            if candidates.len() < CANDIDATES {
                candidates.push(stored.data);
            }
        }
        let mut progress = false;
        for questions in questions {
            let mut session = held(&questions.session);
            let outcome = session.take_answers(questions, &by_tag, &self.identity, now);
            match outcome.and_then(|moved| self.keep(&mut session).map(|()| moved)) {
                Ok(moved) => progress |= moved,
                Err(error @ ProviderError::Store(_)) => {
                    self.restore(&mut session)?;
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!("consent {}: {error}", session.id());
                    self.restore(&mut session)?;
                }
            }
        }
        Ok(progress)
    }

    fn node_answers(&self) {
        let mut node = held(&self.node);
        node.problem = None;
        if node.unreachable_since.take().is_some() {
            tracing::info!("the node answers again");
            let _ = self.notices.send(Notice::Node {
                unreachable_since: None,
            });
        }
    }

    fn node_fails(&self, error: &TangleError, now: u64) {
        let mut node = held(&self.node);
        let problem = error.to_string();
        if node.problem.as_ref() != Some(&problem) {
            tracing::warn!(
                "{problem}; what waits to be sent is kept, and reading goes on when it answers"
            );
        }
        node.problem = Some(problem);
        if node.unreachable_since.is_none() {
            node.unreachable_since = Some(now);
            let _ = self.notices.send(Notice::Node {
                unreachable_since: Some(now),
            });
        }
    }

    /// Work on the store and on signatures, away from the threads that wait for the network.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, Failed> {
        let provider = Arc::clone(self);
        let outcome = tokio::task::spawn_blocking(move || work(&provider)).await;
        outcome
            .unwrap_or_else(|error| Err(ProviderError::Protocol(error.to_string())))
            .map_err(Failed::Here)
    }
}

impl Session {
    /// What this consent wants to look up: messages first, then lanes, as long as it may read.
    fn questions(&mut self, now: u64) -> Vec<(Asker, Tag)> {
        let mut asked = Vec::new();
        for (number, assembler) in &self.awaited.inbox {
            asked.extend(
                assembler
                    .wanted()
                    .into_iter()
                    .map(|tag| (Asker::Inbox(*number), tag)),
            );
        }
        for (writer, (_, assembler)) in &self.awaited.said {
            asked.extend(
                assembler
                    .wanted()
                    .into_iter()
                    .map(|tag| (Asker::Said(*writer), tag)),
            );
        }
        if self.consent.may_read(now) {
            for (part, reader) in &mut self.readers {
                asked.extend(
                    reader
                        .wanted(now)
                        .into_iter()
                        .map(|tag| (Asker::Reader(*part), tag)),
                );
            }
        }
        asked
    }

    /// The node did not answer: what the lanes asked for is still to be looked at.
    fn unanswered(&mut self) {
        for reader in self.readers.values_mut() {
            reader.unanswered();
        }
    }

    /// Takes what was found: messages before readings, because a message may say that reading is over.
    fn take_answers(
        &mut self,
        questions: &Questions,
        found: &HashMap<[u8; 32], Vec<Vec<u8>>>,
        identity: &super::Identity,
        now: u64,
    ) -> Result<bool, ProviderError> {
        let under = |tag: &Tag| found.get(tag.as_bytes());
        let mut lanes: BTreeMap<Part, Vec<Tag>> = BTreeMap::new();
        let mut moved = false;
        for (asker, tag) in &questions.asked {
            let Some(candidates) = under(tag) else {
                continue;
            };
            match asker {
                Asker::Inbox(number) => {
                    let assembler = self.awaited.inbox.get_mut(number);
                    moved |=
                        assembler.is_some_and(|assembler| announced(assembler, tag, candidates));
                }
                Asker::Said(writer) => {
                    let assembler = self.awaited.said.get_mut(writer);
                    moved |= assembler
                        .is_some_and(|(_, assembler)| announced(assembler, tag, candidates));
                }
                Asker::Reader(part) => lanes.entry(*part).or_default().push(*tag),
            }
        }
        moved |= self.open_inbox(identity, now)?;
        moved |= self.listen(identity, now)?;
        // A message that is still being put together is not too late.
        self.let_time_pass(questions.inbox && !moved, now)?;
        for (part, tags) in lanes {
            for tag in tags
                .iter()
                .filter(|_| self.consent.may_read(now))
                .collect::<Vec<_>>()
            {
                moved |=
                    under(tag).is_some_and(|candidates| self.offer(part, tag, candidates, now));
            }
        }
        self.ask_for_keys(identity, now)?;
        self.speak(identity, now)?;
        Ok(moved)
    }
}

/// Hands a message's blocks over; says whether it now wants more of them or is complete.
fn announced(assembler: &mut channel::MessageAssembler, tag: &Tag, candidates: &[Vec<u8>]) -> bool {
    let before = assembler.wanted().len();
    assembler.offer(tag, candidates) || assembler.wanted().len() != before
}

/// Who failed.
pub(super) enum Failed {
    Node(TangleError),
    Here(ProviderError),
}

impl From<TangleError> for Failed {
    fn from(error: TangleError) -> Self {
        Self::Node(error)
    }
}
