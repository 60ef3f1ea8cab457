//! Milestones (IOTA TIP-29): signed statements of what belongs to the Tangle, in which order.

mod coordinator;
mod key;
mod merkle;

use blake2::{Blake2b, Digest, digest::consts::U32};
use data_encoding::HEXLOWER;
use serde::{Serialize, Serializer};
use tangle::{Block, BlockId, Payload};

pub use self::key::KeyError;
pub(crate) use self::{
    coordinator::{Coordinator, coordinate, payload},
    key::CoordinatorKey,
    merkle::merkle_root,
};

/// The number of this kind of payload.
pub(crate) const KIND: u32 = 7;
const PROTOCOL_VERSION: u8 = 2;
const ED25519: u8 = 0;
const HASH: usize = 32;
const PUBLIC_KEY: usize = 32;
const SIGNATURE: usize = 64;

/// BLAKE2b-256 of a milestone's essence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct MilestoneId(pub(crate) [u8; HASH]);

/// Which milestone, in the form of the REST and event interfaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MilestoneInfo {
    pub(crate) index: u32,
    /// Unix seconds.
    pub(crate) timestamp: u32,
    pub(crate) milestone_id: MilestoneId,
}

/// What is signed. Carries no options and no metadata, for nothing of the sort exists without a ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Essence {
    pub(crate) index: u32,
    /// Unix seconds, later than those of the milestone before.
    pub(crate) timestamp: u32,
    pub(crate) previous: MilestoneId,
    pub(crate) parents: Vec<BlockId>,
    /// Merkle root of the blocks that this milestone is the first to refer to, in white-flag order.
    pub(crate) inclusion_root: [u8; HASH],
    /// Merkle root of those among them that changed the ledger: none.
    pub(crate) applied_root: [u8; HASH],
}

/// A milestone as it lies in a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Milestone {
    pub(crate) essence: Essence,
    pub(crate) signatures: Vec<SignatureOf>,
}

/// A public key and what it signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SignatureOf {
    pub(crate) public_key: [u8; PUBLIC_KEY],
    pub(crate) signature: [u8; SIGNATURE],
}

impl MilestoneId {
    /// What the first milestone names as the one before it.
    pub(crate) const NONE: Self = Self([0; HASH]);
}

impl std::fmt::Display for MilestoneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "0x{}", HEXLOWER.encode(&self.0))
    }
}

impl Serialize for MilestoneId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Essence {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + 4 + 1 + HASH + 1 + HASH * 10 + 3);
        bytes.extend_from_slice(&self.index.to_le_bytes());
        bytes.extend_from_slice(&self.timestamp.to_le_bytes());
        bytes.push(PROTOCOL_VERSION);
        bytes.extend_from_slice(&self.previous.0);
        bytes.push(self.parents.len() as u8);
        for parent in &self.parents {
            bytes.extend_from_slice(&parent.0);
        }
        bytes.extend_from_slice(&self.inclusion_root);
        bytes.extend_from_slice(&self.applied_root);
        // No metadata (a length of 16 bits), no options (a count of 8 bits).
        bytes.extend_from_slice(&[0, 0, 0]);
        bytes
    }

    /// The milestone's id, which is also what is signed.
    pub(crate) fn id(&self) -> MilestoneId {
        MilestoneId(Blake2b::<U32>::digest(self.to_bytes()).into())
    }

    pub(crate) fn info(&self) -> MilestoneInfo {
        MilestoneInfo {
            index: self.index,
            timestamp: self.timestamp,
            milestone_id: self.id(),
        }
    }

    /// A block with this milestone. Its nonce is 0: milestones show signatures instead of work (TIP-24).
    pub(crate) fn into_block(self, signature: SignatureOf) -> Block {
        let parents = self.parents.clone();
        let milestone = Milestone {
            essence: self,
            signatures: vec![signature],
        };
        let payload = Payload::Other {
            kind: KIND,
            bytes: milestone.to_bytes(),
        };
        Block {
            parents,
            payload,
            nonce: 0,
        }
    }
}

impl Milestone {
    /// The payload after its kind.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.essence.to_bytes();
        bytes.push(self.signatures.len() as u8);
        for signed in &self.signatures {
            bytes.push(ED25519);
            bytes.extend_from_slice(&signed.public_key);
            bytes.extend_from_slice(&signed.signature);
        }
        bytes
    }

    /// Reads the payload after its kind. `None` for anything but a milestone without metadata and options, which are
    /// the only ones that this node makes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = Fields(bytes);
        let index = u32::from_le_bytes(rest.array()?);
        let timestamp = u32::from_le_bytes(rest.array()?);
        let [PROTOCOL_VERSION] = rest.array()? else {
            return None;
        };
        let previous = MilestoneId(rest.array()?);
        let parents = (0..rest.count()?)
            .map(|_| rest.array().map(BlockId))
            .collect::<Option<Vec<_>>>()?;
        let (inclusion_root, applied_root) = (rest.array()?, rest.array()?);
        let [0, 0, 0] = rest.array()? else {
            return None;
        };
        let signatures = (0..rest.count()?)
            .map(|_| rest.signature())
            .collect::<Option<Vec<_>>>()?;
        let essence = Essence {
            index,
            timestamp,
            previous,
            parents,
            inclusion_root,
            applied_root,
        };
        rest.0.is_empty().then_some(Self {
            essence,
            signatures,
        })
    }

    /// The milestone in a block, if there is one.
    pub(crate) fn of(block: &Block) -> Option<Self> {
        match &block.payload {
            Payload::Other { kind: KIND, bytes } => Self::parse(bytes),
            _ => None,
        }
    }
}

/// What is left to read.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn count(&mut self) -> Option<usize> {
        self.array().map(|[count]: [u8; 1]| count.into())
    }

    fn signature(&mut self) -> Option<SignatureOf> {
        let [ED25519] = self.array()? else {
            return None;
        };
        Some(SignatureOf {
            public_key: self.array()?,
            signature: self.array()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use iota_client::block::{
        Block as ClientBlock, payload::Payload as ClientPayload, protocol::ProtocolParameters,
    };

    use super::*;

    fn example() -> (Essence, CoordinatorKey) {
        let essence = Essence {
            index: 7,
            timestamp: 1_700_000_000,
            previous: MilestoneId([3; 32]),
            parents: vec![BlockId([1; 32]), BlockId([2; 32])],
            inclusion_root: merkle_root(&[BlockId([9; 32])]),
            applied_root: merkle_root(&[]),
        };
        (essence, CoordinatorKey::from_seed([5; 32]))
    }

    /// The client library reads every field, finds the same id, and the signature holds.
    #[test]
    fn the_client_library_reads_and_verifies_it() {
        let (essence, key) = example();
        let block = essence.clone().into_block(key.sign(&essence));
        let theirs =
            ClientBlock::unpack_strict(block.to_bytes(), &ProtocolParameters::default()).unwrap();
        assert_eq!(*theirs.id(), block.id().0);
        let Some(ClientPayload::Milestone(milestone)) = theirs.payload() else {
            unreachable!("it is a milestone");
        };
        assert_eq!(*milestone.essence().index(), 7);
        assert_eq!(milestone.id().to_string(), essence.id().to_string());
        let public_key = key.public_key().trim_start_matches("0x").to_owned();
        milestone.validate(&[public_key], 1).unwrap();
    }

    #[test]
    fn it_comes_back_and_damage_is_noticed() {
        let (essence, key) = example();
        let block = essence.clone().into_block(key.sign(&essence));
        let milestone = Milestone::of(&block).unwrap();
        assert_eq!(milestone.essence, essence);
        assert_eq!(milestone.essence.info().milestone_id, essence.id());
        let bytes = milestone.to_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Milestone::parse(bytes.get(..cut).unwrap()), None);
        }
        assert_eq!(Milestone::parse(&[bytes, vec![0]].concat()), None);
    }
}
