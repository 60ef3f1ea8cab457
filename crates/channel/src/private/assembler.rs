//! Putting a message together from whatever lies under its tags.

use super::MessageKey;
use super::message::{Fragment, MAX_FRAGMENTS, signed_bytes};
use crate::prf::hash;
use crate::{ChannelError, Hash, IDENTITY_SIGNATURE_LEN, Tag, VerifyingIdentity};
use std::fmt;
use zeroize::Zeroizing;

/// How many candidates under one tag are looked at, the earliest.
const MAX_CANDIDATES: usize = 64;
/// How many different messages under one key are put together at a time. More than one means that somebody who knows
/// the key wrote where another should write, or that two copies of a wallet did.
const MAX_MESSAGES: usize = 64;

/// Collects the blocks of the message that one [`MessageKey`] opens.
pub struct MessageAssembler {
    key: MessageKey,
    pending: Vec<Pending>,
    joined: Vec<Joined>,
}

/// A complete message whose signature, if it has one, was not looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Joined {
    key: MessageKey,
    bytes: Zeroizing<Vec<u8>>,
    hash: Hash,
}

/// A message with a good signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was signed.
    pub body: Zeroizing<Vec<u8>>,
    /// SHA-256 of the body and its signature: what a later message names this one by.
    pub hash: Hash,
}

struct Pending {
    message: Hash,
    last: u8,
    fragments: [Option<Zeroizing<Vec<u8>>>; MAX_FRAGMENTS],
}

impl MessageAssembler {
    /// Waits for the message of `key`.
    #[must_use]
    pub fn new(key: MessageKey) -> Self {
        Self {
            key,
            pending: Vec::new(),
            joined: Vec::new(),
        }
    }

    /// The key that is waited for.
    #[must_use]
    pub const fn key(&self) -> &MessageKey {
        &self.key
    }

    /// The tags to look up now: the first fragment, always, and the ones still missing of the messages it announced.
    #[must_use]
    pub fn wanted(&self) -> Vec<Tag> {
        let missing =
            |index: &u8| *index == 0 || self.pending.iter().any(|pending| pending.misses(*index));
        (0..MAX_FRAGMENTS as u8)
            .filter(missing)
            .map(|index| self.key.tag(index))
            .collect()
    }

    /// Takes what lies under `tag`, earliest first, and says whether a message became complete by it.
    ///
    /// At most 64 candidates are looked at; call again with the next page if there are more.
    pub fn offer(&mut self, tag: &Tag, candidates: &[impl AsRef<[u8]>]) -> bool {
        let Some(index) = (0..MAX_FRAGMENTS as u8).find(|index| self.key.tag(*index) == *tag)
        else {
            return false;
        };
        let before = self.joined.len();
        for candidate in candidates.iter().take(MAX_CANDIDATES) {
            if let Some(fragment) = Fragment::open(&self.key, index, candidate.as_ref()) {
                self.take(fragment);
            }
        }
        self.joined.len() > before
    }

    /// The complete messages, in the order in which they became complete. Usually one.
    #[must_use]
    pub fn joined(&self) -> &[Joined] {
        &self.joined
    }

    /// The first complete message that `signer` signed in `context`.
    #[must_use]
    pub fn verified(&self, signer: &VerifyingIdentity, context: &str) -> Option<Opened> {
        self.joined
            .iter()
            .find_map(|joined| joined.verify(signer, context).ok())
    }

    fn take(&mut self, fragment: Fragment) {
        if self
            .joined
            .iter()
            .any(|joined| joined.hash == fragment.message)
        {
            return;
        }
        let known = |pending: &Pending| {
            pending.message == fragment.message && pending.last == fragment.last
        };
        let at = match self.pending.iter().position(known) {
            Some(at) => at,
            // Only a first fragment announces a message, so that the number of candidates bounds what is kept.
            None if fragment.index == 0
                && self.pending.len() + self.joined.len() < MAX_MESSAGES =>
            {
                self.pending.push(Pending::new(&fragment));
                self.pending.len() - 1
            }
            None => return,
        };
        if let Some(pending) = self.pending.get_mut(at) {
            pending.insert(fragment);
            if let Some(bytes) = pending.join() {
                let Pending { message, .. } = self.pending.remove(at);
                if hash(&[&bytes]) == message {
                    self.joined.push(Joined {
                        key: self.key.clone(),
                        bytes,
                        hash: message,
                    });
                }
            }
        }
    }
}

impl Joined {
    /// Everything that was sealed, for messages that [`seal_unsigned`](super::seal_unsigned) made.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body of a signed message, before its signature was checked: for a first contact, where the key to check it
    /// with is in the body. Trust nothing in it until [`Joined::verify`] said yes.
    #[must_use]
    pub fn unverified_body(&self) -> &[u8] {
        self.split().map(|(body, _)| body).unwrap_or_default()
    }

    /// SHA-256 of the body and its signature.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The body, if `signer` signed it for this place in `context`.
    ///
    /// # Errors
    /// [`ChannelError::BadSignature`] otherwise.
    pub fn verify(
        &self,
        signer: &VerifyingIdentity,
        context: &str,
    ) -> Result<Opened, ChannelError> {
        let (body, signature) = self.split().ok_or(ChannelError::BadSignature)?;
        signer.verify(context, &signed_bytes(&self.key, body), signature)?;
        Ok(Opened {
            body: body.to_vec().into(),
            hash: self.hash,
        })
    }

    fn split(&self) -> Option<(&[u8], &[u8])> {
        self.bytes
            .split_at_checked(self.bytes.len().checked_sub(IDENTITY_SIGNATURE_LEN)?)
    }
}

impl Pending {
    fn new(fragment: &Fragment) -> Self {
        Self {
            message: fragment.message,
            last: fragment.last,
            fragments: Default::default(),
        }
    }

    fn misses(&self, index: u8) -> bool {
        index <= self.last
            && self
                .fragments
                .get(usize::from(index))
                .is_some_and(Option::is_none)
    }

    fn insert(&mut self, fragment: Fragment) {
        if let Some(place) = self.fragments.get_mut(usize::from(fragment.index)) {
            place.get_or_insert(fragment.bytes);
        }
    }

    fn join(&self) -> Option<Zeroizing<Vec<u8>>> {
        let fragments = self.fragments.get(..=usize::from(self.last))?;
        let length = fragments
            .iter()
            .map(|fragment| fragment.as_ref().map(|bytes| bytes.len()))
            .sum::<Option<_>>()?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        fragments
            .iter()
            .flatten()
            .for_each(|fragment| bytes.extend_from_slice(fragment));
        Some(bytes)
    }
}

macro_rules! silent {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
silent!(MessageAssembler, Joined, Opened);
