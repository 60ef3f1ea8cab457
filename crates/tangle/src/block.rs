//! The Stardust block: what travels, and what its id is the hash of (IOTA TIP-24 with the tagged data of TIP-23).

use blake2::{Blake2b, Digest, digest::consts::U32};

use crate::{BlockId, Stored, Tag};

/// The block format that this crate speaks.
const PROTOCOL_VERSION: u8 = 2;
const TAGGED_DATA: u32 = 5;
const NONCE_LENGTH: usize = 8;

/// One block: whom it approves, what it carries, and the nonce that proves the work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// One to eight, sorted, each once. None only in a draft that a node is asked to finish.
    pub parents: Vec<BlockId>,
    /// What it carries.
    pub payload: Payload,
    /// Found by [`crate::pow`]; 0 in a draft.
    pub nonce: u64,
}

/// What a block carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Payload {
    /// Nothing: it only approves its parents.
    None,
    /// Data under a tag of at most 64 bytes.
    TaggedData {
        /// The bytes it is found by.
        tag: Vec<u8>,
        /// The bytes it carries.
        data: Vec<u8>,
    },
    /// Another kind (transaction, milestone), not looked into here.
    Other {
        /// The kind's number.
        kind: u32,
        /// The payload after the kind.
        bytes: Vec<u8>,
    },
}

/// Why bytes are not a block, or content does not fit into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The bytes end inside a field.
    #[error("the block ends inside its {0}")]
    Cut(&'static str),
    /// Another block format.
    #[error("the block has protocol version {0}, expected {PROTOCOL_VERSION}")]
    Version(u8),
    /// Too many parents, or none.
    #[error("the block has {0} parents, expected 1 to {max}", max = Block::MAX_PARENTS)]
    ParentCount(usize),
    /// Parents out of order, or one of them twice.
    #[error("the block's parents are not sorted and unique")]
    ParentOrder,
    /// The payload's length field does not match the payload.
    #[error("the block says its payload has {said} bytes, its fields say {actual}")]
    PayloadLength {
        /// As the length field says.
        said: usize,
        /// As the fields add up.
        actual: usize,
    },
    /// A tag longer than the format allows.
    #[error("the tag has {0} bytes, at most {max} are allowed", max = Block::MAX_TAG_LEN)]
    TagTooLong(usize),
    /// A block longer than the network carries.
    #[error("the block has {0} bytes, at most {max} are allowed", max = Block::MAX_LEN)]
    TooLong(usize),
    /// Bytes after the nonce.
    #[error("{0} bytes follow after the end of the block")]
    Trailing(usize),
}

impl Block {
    /// Longest block that the network carries, in bytes.
    pub const MAX_LEN: usize = 32_768;
    /// Most parents.
    pub const MAX_PARENTS: usize = 8;
    /// Longest tag, in bytes.
    pub const MAX_TAG_LEN: usize = 64;

    /// A block with data under a tag, its nonce still 0. Parents are put in order.
    ///
    /// # Errors
    /// [`BlockError`] when parents are missing or too many, or the whole is longer than [`Block::MAX_LEN`].
    pub fn tagged(mut parents: Vec<BlockId>, tag: &[u8], data: &[u8]) -> Result<Self, BlockError> {
        parents.sort_unstable();
        parents.dedup();
        check_parent_count(parents.len())?;
        if tag.len() > Self::MAX_TAG_LEN {
            return Err(BlockError::TagTooLong(tag.len()));
        }
        let payload = Payload::TaggedData {
            tag: tag.to_vec(),
            data: data.to_vec(),
        };
        let block = Self {
            parents,
            payload,
            nonce: 0,
        };
        check_length(block.encoded_len())?;
        Ok(block)
    }

    /// Reads a complete block.
    ///
    /// # Errors
    /// [`BlockError`] names the first field that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, BlockError> {
        let block = Self::parse_draft(bytes)?;
        check_parent_count(block.parents.len())?;
        Ok(block)
    }

    /// Reads a block that may still lack parents, as a node accepts it to finish it.
    ///
    /// # Errors
    /// As [`Block::parse`], but for missing parents.
    pub fn parse_draft(bytes: &[u8]) -> Result<Self, BlockError> {
        check_length(bytes.len())?;
        let mut rest = Fields(bytes);
        let version = rest.u8("protocol version")?;
        if version != PROTOCOL_VERSION {
            return Err(BlockError::Version(version));
        }
        let parents = rest.parents()?;
        let payload = rest.payload()?;
        let nonce = u64::from_le_bytes(rest.array("nonce")?);
        match rest.0.len() {
            0 => Ok(Self {
                parents,
                payload,
                nonce,
            }),
            more => Err(BlockError::Trailing(more)),
        }
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        bytes.push(PROTOCOL_VERSION);
        bytes.push(self.parents.len() as u8);
        for parent in &self.parents {
            bytes.extend_from_slice(&parent.0);
        }
        bytes.extend_from_slice(&(self.payload.encoded_len() as u32).to_le_bytes());
        self.payload.write(&mut bytes);
        bytes.extend_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// The id of this block.
    pub fn id(&self) -> BlockId {
        BlockId::of(&self.to_bytes())
    }

    /// The 32-byte tag, if this is tagged data under one.
    pub fn tag(&self) -> Option<Tag> {
        match &self.payload {
            Payload::TaggedData { tag, .. } => Tag::from_slice(tag),
            _ => None,
        }
    }

    fn encoded_len(&self) -> usize {
        2 + 32 * self.parents.len() + 4 + self.payload.encoded_len() + NONCE_LENGTH
    }
}

impl Payload {
    fn encoded_len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::TaggedData { tag, data } => 4 + 1 + tag.len() + 4 + data.len(),
            Self::Other { bytes, .. } => 4 + bytes.len(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::TaggedData { tag, data } => {
                out.extend_from_slice(&TAGGED_DATA.to_le_bytes());
                out.push(tag.len() as u8);
                out.extend_from_slice(tag);
                out.extend_from_slice(&(data.len() as u32).to_le_bytes());
                out.extend_from_slice(data);
            }
            Self::Other { kind, bytes } => {
                out.extend_from_slice(&kind.to_le_bytes());
                out.extend_from_slice(bytes);
            }
        }
    }
}

impl BlockId {
    /// The id of the block with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Blake2b::<U32>::digest(bytes).into())
    }
}

impl Stored {
    /// A block as a look-up returns it, `None` when it carries no data under a 32-byte tag.
    pub fn from_block(id: BlockId, block: Block, at: Option<u64>) -> Option<Self> {
        let tag = block.tag()?;
        match block.payload {
            Payload::TaggedData { data, .. } => Some(Self { id, tag, data, at }),
            _ => None,
        }
    }
}

fn check_parent_count(count: usize) -> Result<(), BlockError> {
    match count {
        1..=Block::MAX_PARENTS => Ok(()),
        _ => Err(BlockError::ParentCount(count)),
    }
}

fn check_length(length: usize) -> Result<(), BlockError> {
    if length > Block::MAX_LEN {
        Err(BlockError::TooLong(length))
    } else {
        Ok(())
    }
}

/// What is left to read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], BlockError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(BlockError::Cut(field))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], BlockError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BlockError::Cut(field))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u8(&mut self, field: &'static str) -> Result<u8, BlockError> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    fn u32(&mut self, field: &'static str) -> Result<usize, BlockError> {
        Ok(u32::from_le_bytes(self.array(field)?) as usize)
    }

    fn parents(&mut self) -> Result<Vec<BlockId>, BlockError> {
        let count = self.u8("parents")?.into();
        if count > Block::MAX_PARENTS {
            return Err(BlockError::ParentCount(count));
        }
        let parents = (0..count)
            .map(|_| self.array("parents").map(BlockId))
            .collect::<Result<Vec<_>, _>>()?;
        if !parents.is_sorted_by(|earlier, later| earlier < later) {
            return Err(BlockError::ParentOrder);
        }
        Ok(parents)
    }

    fn payload(&mut self) -> Result<Payload, BlockError> {
        let said = self.u32("payload length")?;
        if said == 0 {
            return Ok(Payload::None);
        }
        let mut fields = Fields(self.take(said, "payload")?);
        let kind = fields.u32("payload kind")? as u32;
        if kind != TAGGED_DATA {
            return Ok(Payload::Other {
                kind,
                bytes: fields.0.to_vec(),
            });
        }
        let payload = fields.tagged_data()?;
        if !fields.0.is_empty() {
            return Err(BlockError::PayloadLength {
                said,
                actual: payload.encoded_len(),
            });
        }
        Ok(payload)
    }

    fn tagged_data(&mut self) -> Result<Payload, BlockError> {
        let tag_length = self.u8("tag length")?.into();
        if tag_length > Block::MAX_TAG_LEN {
            return Err(BlockError::TagTooLong(tag_length));
        }
        let tag = self.take(tag_length, "tag")?.to_vec();
        let data_length = self.u32("data length")?;
        Ok(Payload::TaggedData {
            tag,
            data: self.take(data_length, "data")?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn example() -> Block {
        Block::tagged(
            vec![BlockId([2; 32]), BlockId([1; 32]), BlockId([2; 32])],
            &[7; 32],
            b"data",
        )
        .unwrap()
    }

    #[test]
    fn a_block_comes_back_and_its_parents_are_in_order() {
        let block = example();
        assert_eq!(block.parents, [BlockId([1; 32]), BlockId([2; 32])]);
        assert_eq!(Block::parse(&block.to_bytes()).unwrap(), block);
        assert_eq!(block.tag(), Some(Tag([7; 32])));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = example().to_bytes();
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            Block::parse(&bytes).unwrap_err()
        };
        assert_eq!(Block::parse(&[]), Err(BlockError::Cut("protocol version")));
        assert_eq!(with(0, 1), BlockError::Version(1));
        assert_eq!(with(1, 9), BlockError::ParentCount(9));
        assert_eq!(with(2, 3), BlockError::ParentOrder);
        assert_eq!(with(66, 44), BlockError::Cut("data"));
        assert_eq!(with(74, 65), BlockError::TagTooLong(65));
        assert_eq!(
            with(107, 3),
            BlockError::PayloadLength {
                said: 45,
                actual: 44
            }
        );
        assert_eq!(
            Block::parse(&[good.as_slice(), &[0]].concat()),
            Err(BlockError::Trailing(1))
        );
        assert_eq!(
            Block::parse(&vec![2; 32_769]),
            Err(BlockError::TooLong(32_769))
        );
    }

    #[test]
    fn only_a_draft_may_lack_parents() {
        let draft = Block {
            parents: vec![],
            ..example()
        };
        assert_eq!(
            Block::parse(&draft.to_bytes()),
            Err(BlockError::ParentCount(0))
        );
        assert_eq!(Block::parse_draft(&draft.to_bytes()).unwrap(), draft);
    }

    #[test]
    fn the_longest_block_fits_and_one_byte_more_does_not() {
        let longest = Block::MAX_LEN - example().to_bytes().len() + b"data".len();
        let parents = example().parents;
        assert_eq!(
            Block::tagged(parents.clone(), &[7; 32], &vec![0; longest])
                .unwrap()
                .to_bytes()
                .len(),
            Block::MAX_LEN
        );
        assert_eq!(
            Block::tagged(parents, &[7; 32], &vec![0; longest + 1]),
            Err(BlockError::TooLong(Block::MAX_LEN + 1))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(block) = Block::parse_draft(&bytes) {
                prop_assert_eq!(block.to_bytes(), bytes);
            }
        }

        #[test]
        fn a_damaged_block_is_read_as_what_it_says_or_refused(at in 0usize..119, byte: u8, cut in 0usize..120) {
            let mut bytes = example().to_bytes();
            bytes[at] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Ok(block) = Block::parse_draft(&bytes) {
                prop_assert_eq!(block.to_bytes(), bytes);
            }
        }

        #[test]
        fn every_tagged_block_comes_back(
            parents in proptest::collection::vec(any::<[u8; 32]>(), 1..9),
            tag in proptest::collection::vec(any::<u8>(), 0..65),
            data in proptest::collection::vec(any::<u8>(), 0..5000),
            nonce: u64,
        ) {
            let mut block = Block::tagged(parents.into_iter().map(BlockId).collect(), &tag, &data).unwrap();
            block.nonce = nonce;
            prop_assert_eq!(Block::parse(&block.to_bytes()).unwrap(), block);
        }
    }
}
