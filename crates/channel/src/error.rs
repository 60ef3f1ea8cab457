use crate::{Epoch, Slot};

/// What can go wrong with channels, messages, signatures and grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// Days have to begin with a slot, or the ratchet could not skip them.
    #[error(
        "a slot of {0} s does not divide a day of 86,400 s; choose for instance 10, 60, 900 or 86400"
    )]
    SlotLength(u32),
    /// This slot lies before the next one that may be published.
    #[error("slot {slot} is published or skipped already; the next one is {next}. Check the clock")]
    SlotIsPast {
        /// The slot that was asked for.
        slot: Slot,
        /// The first slot that is free.
        next: Slot,
    },
    /// The slot is more than a century ahead.
    #[error("slot {0} is more than a century ahead; check the clock and the length of a slot")]
    SlotTooFar(Slot),
    /// The state was an old copy: its keys may have been used beyond it.
    #[error("this state was behind the Tangle; rotate into a new epoch before publishing")]
    RotateFirst,
    /// Rotations and day indexes are made by the publisher itself.
    #[error("a block of this kind is made by the publisher itself; publish data, cover or history")]
    KindIsInternal,
    /// A body does not fit into the blocks of one slot.
    #[error("a body of {len} bytes is too long; one slot carries at most {max}")]
    BodyTooLong {
        /// Its length.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// A cover block hides silence and says nothing.
    #[error("a cover block carries no body, this one has {0} bytes")]
    CoverHasBody(usize),
    /// A rotation has room for a limited number of readers.
    #[error("a lane has at most {max} readers, this rotation names {readers}")]
    TooManyReaders {
        /// How many were named.
        readers: usize,
        /// The limit.
        max: usize,
    },
    /// The last epoch number is used up.
    #[error("the channel has used all its epochs; start a new channel")]
    EpochsExhausted,
    /// The last sequence number is used up.
    #[error("the channel has used all its sequence numbers; start a new channel")]
    SequenceExhausted,
    /// The Tangle holds a rotation that this state knows nothing of, so nobody reads this epoch any more.
    #[error(
        "the rotation of epoch {0} is on the Tangle already, so this state is an old copy; start a new channel and grant it anew"
    )]
    Superseded(Epoch),
    /// A block found under an own tag is not one of this channel, or is not newer than the state.
    #[error("the block is not an own one from after the last durable slot")]
    NotOwnBlock,
    /// The public key of an epoch does not hash to its root.
    #[error("the public key of the epoch does not belong to the root")]
    RootMismatch,
    /// Bytes that should be keys, a state, or a grant are not.
    #[error("{what} is malformed: {why}")]
    Malformed {
        /// Which structure.
        what: &'static str,
        /// What the decoder says.
        why: String,
    },
    /// A structure was written by a newer version.
    #[error("{what} has version {version}, this program knows {known}; update the program")]
    Version {
        /// Which structure.
        what: &'static str,
        /// Its version.
        version: u8,
        /// The newest one known.
        known: u8,
    },
    /// A key or a signature has the wrong length.
    #[error("{what} has {expected} bytes, this one has {len}")]
    Length {
        /// Of what.
        what: &'static str,
        /// How long it is.
        len: usize,
        /// How long it has to be.
        expected: usize,
    },
    /// A signature is not by this key, over this message, in this context.
    #[error("the signature is not by this key over this message")]
    BadSignature,
    /// The random generator failed, or the context is longer than FIPS 204 allows.
    #[error("the message could not be signed: no randomness, or a context over 255 bytes")]
    CannotSign,
    /// The AEAD refused, which it does for texts beyond 256 GiB only.
    #[error("the block could not be encrypted")]
    CannotSeal,
    /// A message of a private channel is too long for its fragments.
    #[error("a message of {len} bytes is too long; a private channel carries at most {max}")]
    MessageTooLong {
        /// Its length.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// Sealing or opening a grant failed.
    #[error("the grant does not open: {0}")]
    Kem(#[from] kem::KemError),
    /// A grant is for another consent than the one it was opened for.
    #[error("the grant belongs to another consent")]
    OtherConsent,
}

impl ChannelError {
    pub(crate) fn malformed(what: &'static str, why: impl ToString) -> Self {
        Self::Malformed {
            what,
            why: why.to_string(),
        }
    }
}
