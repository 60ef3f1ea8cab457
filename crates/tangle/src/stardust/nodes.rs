//! Several nodes of one network: whoever is asked first and who when that one fails.

use std::sync::{Arc, Mutex, PoisonError};

use super::{address, node::Node};
use crate::{Cursor, Settings, TangleError};

/// Bits of a [`Cursor`] that a node may use; the others say which node it came from.
const CURSOR_BITS: u32 = 56;

/// Nodes in the order in which they were named.
pub(super) struct Nodes {
    all: Vec<Arc<Node>>,
    /// The network of the first node that answered: all others must serve the same.
    network: Mutex<Option<String>>,
}

/// One question, asked of one node after the other until one answers.
pub(super) struct Round<'a> {
    nodes: &'a Nodes,
    left: std::vec::IntoIter<Arc<Node>>,
    failures: Vec<TangleError>,
}

impl Nodes {
    pub(super) fn new(addresses: &str, settings: &Settings) -> Result<Self, TangleError> {
        let addresses = address::parse_all(addresses)?;
        // What a node's number has to fit into.
        let most = usize::from(u8::MAX);
        let all = addresses
            .iter()
            .take(most)
            .map(|address| Ok(Arc::new(Node::new(address, settings)?)));
        Ok(Self {
            all: all.collect::<Result<_, TangleError>>()?,
            network: Mutex::new(None),
        })
    }

    pub(super) fn is_one(&self) -> bool {
        self.all.len() == 1
    }

    /// Those that answered last time come first, each group in the order in which it was named.
    pub(super) fn round(&self) -> Round<'_> {
        let mut nodes = self.all.clone();
        nodes.sort_by_key(|node| node.rest.until());
        Round {
            nodes: self,
            left: nodes.into_iter(),
            failures: Vec::new(),
        }
    }

    /// The first answer.
    pub(super) async fn ask<T, F>(
        &self,
        question: impl Fn(Arc<Node>) -> F,
    ) -> Result<(Arc<Node>, T), TangleError>
    where
        F: Future<Output = Result<T, TangleError>>,
    {
        let mut round = self.round();
        while let Some(node) = round.next().await {
            match question(node.clone()).await {
                Ok(answer) => {
                    node.rest.is_over();
                    return Ok((node, answer));
                }
                Err(error) => round.failed(&node, error)?,
            }
        }
        Err(round.failure())
    }

    /// The first answer that `settles` it, else any: what one node forgot, another may know.
    pub(super) async fn any<T, F>(
        &self,
        question: impl Fn(Arc<Node>) -> F,
        settles: impl Fn(&T) -> bool,
    ) -> Result<T, TangleError>
    where
        F: Future<Output = Result<T, TangleError>>,
    {
        let mut round = self.round();
        let mut answered = None;
        while let Some(node) = round.next().await {
            match question(node.clone()).await {
                Ok(answer) => {
                    node.rest.is_over();
                    if settles(&answer) {
                        return Ok(answer);
                    }
                    answered = Some(answer);
                }
                Err(error) => round.failed(&node, error)?,
            }
        }
        answered.ok_or_else(|| round.failure())
    }

    /// The place as others may hand it back: with the node that it belongs to.
    pub(super) fn cursor_of(
        &self,
        node: &Arc<Node>,
        cursor: Cursor,
    ) -> Result<Cursor, TangleError> {
        let number = self.all.iter().position(|other| Arc::ptr_eq(other, node));
        match number {
            Some(number) if cursor.0 >> CURSOR_BITS == 0 => {
                Ok(Cursor((number as u64) << CURSOR_BITS | cursor.0))
            }
            _ => Err(super::failure::malformed(
                node.address(),
                "a place in its order of arrival that no ledger reaches",
            )),
        }
    }

    /// The node that gave this place, and the place as that node knows it.
    pub(super) fn node_of(&self, cursor: Cursor) -> Option<(Arc<Node>, Cursor)> {
        let number = usize::try_from(cursor.0 >> CURSOR_BITS).ok()?;
        let place = Cursor(cursor.0 & ((1 << CURSOR_BITS) - 1));
        Some((self.all.get(number)?.clone(), place))
    }

    /// A node of another network is none of ours, however well it answers.
    async fn check(&self, node: &Node) -> Result<(), TangleError> {
        if self.is_one() {
            return Ok(());
        }
        let name = node.recent_network().await?.name;
        let mut known = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(ours) if *ours != name => Err(TangleError::OtherNetwork {
                node: node.address().to_owned(),
                theirs: name,
                ours: ours.clone(),
            }),
            _ => {
                *known = Some(name);
                Ok(())
            }
        }
    }
}

impl Round<'_> {
    /// The next node that may be asked.
    pub(super) async fn next(&mut self) -> Option<Arc<Node>> {
        loop {
            let node = self.left.next()?;
            if let Some(wish) = node.rest.wish() {
                self.failures.push(wish);
                continue;
            }
            match self.nodes.check(&node).await {
                Ok(()) => return Some(node),
                Err(error) => self.note(&node, error),
            }
        }
    }

    /// # Errors
    /// With what would be the same at every node.
    pub(super) fn failed(&mut self, node: &Node, error: TangleError) -> Result<(), TangleError> {
        if !error.is_of_the_node() {
            return Err(error);
        }
        self.note(node, error);
        Ok(())
    }

    /// Nobody answered.
    pub(super) fn failure(mut self) -> TangleError {
        match (self.failures.len(), self.failures.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                self.failures.extend(last);
                TangleError::NoNodeAnswers(self.failures)
            }
        }
    }

    fn note(&mut self, node: &Node, error: TangleError) {
        // A node without look-up by tag is a good one for everything else.
        if !matches!(
            error,
            TangleError::NoLookUpByTag { .. } | TangleError::Refused { .. }
        ) {
            node.rest.begins(&error);
        }
        if !self.nodes.is_one() {
            tracing::debug!("trying the next node: {error}");
        }
        self.failures.push(error);
    }
}
