//! A block of a restricted channel (`docs/protocol.md` section 3.2): header, body, signature, sealed for one place.

use crate::prf::hash;
use crate::sealing::{self, BLOCK_LEN, PLAINTEXT_LEN};
use crate::secret::Key;
use crate::signature::BLOCK_SIGNATURE_LEN;
use crate::{BlockKey, BlockVerifier, ChannelError, ChannelId, Epoch, Hash, Root, Seq, Slot, Tag};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEADER_LEN: usize = 96;
const CID_LEN: usize = 16;
/// How much of a body one block carries.
pub(crate) const PART_LEN: usize = PLAINTEXT_LEN - HEADER_LEN - BLOCK_SIGNATURE_LEN;
/// How many blocks one slot, or one rotation, has at most.
pub(crate) const MAX_PARTS: u16 = 64;

/// The slot in the associated data of rotations, which lie outside the slots.
const ROTATION_SLOT: Slot = Slot(u64::MAX);

/// What a block carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum BlockKind {
    /// A batch of readings of the slot.
    #[n(1)]
    Data = 1,
    /// The keys of the next epoch, for those who stay.
    #[n(2)]
    KeyRotation = 2,
    /// What the day before brought: sequence numbers, last hash, and the public key.
    #[n(3)]
    DayIndex = 3,
    /// A batch from before the grant.
    #[n(4)]
    History = 4,
    /// Nothing: hides that a slot was idle.
    #[n(5)]
    Cover = 5,
}

impl BlockKind {
    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Data,
            2 => Self::KeyRotation,
            3 => Self::DayIndex,
            4 => Self::History,
            5 => Self::Cover,
            _ => return None,
        })
    }
}

/// One block, ready for the Tangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBlock {
    /// Where it goes.
    pub tag: Tag,
    /// What goes there.
    pub data: Box<[u8; BLOCK_LEN]>,
    /// Whose keys sealed it.
    pub epoch: Epoch,
    /// The slot it belongs to; of a rotation, the first slot of the new epoch.
    pub slot: Slot,
    /// Which block of the slot, or of the rotation, it is.
    pub part: u16,
    /// Its number within the channel.
    pub seq: Seq,
}

/// Where a block lies in its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Slot(Epoch, Slot, u16),
    Rotation(Epoch, u16),
}

impl Place {
    /// `cid ‖ u32 epoch ‖ u64 slot ‖ u16 part`.
    fn associated_data(self, cid: &ChannelId) -> [u8; 30] {
        let (epoch, slot, part) = match self {
            Self::Slot(epoch, slot, part) => (epoch, slot, part),
            Self::Rotation(epoch, part) => (epoch, ROTATION_SLOT, part),
        };
        let mut aad = [0; 30];
        cid.as_bytes()
            .iter()
            .chain(&epoch.0.to_le_bytes())
            .chain(&slot.0.to_le_bytes())
            .chain(&part.to_le_bytes())
            .zip(&mut aad)
            .for_each(|(from, to)| *to = *from);
        aad
    }

    fn holds(self, header: &Header) -> bool {
        let rotation = header.kind == BlockKind::KeyRotation;
        match self {
            Self::Slot(epoch, slot, part) => {
                !rotation && (header.epoch, header.slot, header.part) == (epoch, slot, part)
            }
            Self::Rotation(epoch, part) => rotation && (header.epoch, header.part) == (epoch, part),
        }
    }
}

/// The first 96 bytes of a block but for the length of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: BlockKind,
    /// The body goes on in the next part.
    pub(crate) more: bool,
    /// Another body follows in the next part.
    pub(crate) followed: bool,
    pub(crate) epoch: Epoch,
    pub(crate) seq: Seq,
    pub(crate) slot: Slot,
    pub(crate) part: u16,
    pub(crate) codec: u16,
    pub(crate) prev: Hash,
    pub(crate) next_root: Root,
}

impl Header {
    const MORE: u16 = 1;
    const FOLLOWED: u16 = 2;

    fn write(&self, body_len: usize, out: &mut Vec<u8>) {
        let flags =
            if self.more { Self::MORE } else { 0 } | if self.followed { Self::FOLLOWED } else { 0 };
        out.extend_from_slice(&[VERSION, self.kind as u8]);
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&self.epoch.0.to_le_bytes());
        out.extend_from_slice(&self.seq.0.to_le_bytes());
        out.extend_from_slice(&self.slot.0.to_le_bytes());
        out.extend_from_slice(&self.part.to_le_bytes());
        out.extend_from_slice(&self.codec.to_le_bytes());
        out.extend_from_slice(&u32::try_from(body_len).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(self.prev.as_bytes());
        out.extend_from_slice(self.next_root.as_bytes());
    }

    fn read(bytes: &[u8; HEADER_LEN]) -> Option<(Self, usize)> {
        let mut reader = Bytes(bytes);
        let [version, kind] = reader.take()?;
        let flags = u16::from_le_bytes(reader.take()?);
        let epoch = Epoch(u32::from_le_bytes(reader.take()?));
        let seq = Seq(u64::from_le_bytes(reader.take()?));
        let slot = Slot(u64::from_le_bytes(reader.take()?));
        let part = u16::from_le_bytes(reader.take()?);
        let codec = u16::from_le_bytes(reader.take()?);
        let length = usize::try_from(u32::from_le_bytes(reader.take()?)).ok()?;
        let header = Self {
            kind: BlockKind::from_byte(kind)?,
            more: flags & Self::MORE != 0,
            followed: flags & Self::FOLLOWED != 0,
            epoch,
            seq,
            slot,
            part,
            codec,
            prev: reader.take::<32>()?.into(),
            next_root: reader.take::<32>()?.into(),
        };
        (version == VERSION && flags <= (Self::MORE | Self::FOLLOWED)).then_some((header, length))
    }
}

/// Signs and seals one block; also returns its hash, the `prev` of the next one.
pub(crate) fn seal(
    cid: &ChannelId,
    place: Place,
    key: &Key,
    signer: &BlockKey,
    header: &Header,
    body: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(Box<[u8; BLOCK_LEN]>, Hash), ChannelError> {
    let mut signed = Zeroizing::new(Vec::with_capacity(CID_LEN + PLAINTEXT_LEN));
    signed.extend_from_slice(cid.as_bytes());
    header.write(body.len(), &mut signed);
    signed.extend_from_slice(body);
    let signature = signer.sign(&signed, rng)?;

    let mut text = Zeroizing::new([0; PLAINTEXT_LEN]);
    let content = signed.iter().skip(CID_LEN).chain(&signature);
    text.iter_mut()
        .zip(content)
        .for_each(|(to, from)| *to = *from);
    let data = sealing::seal(key, &place.associated_data(cid), &text, rng)?;
    Ok((data, hash(&[&signed])))
}

/// A block that opened with the key of its place and names that place. Its signature was not looked at.
pub(crate) struct Opened {
    pub(crate) header: Header,
    pub(crate) hash: Hash,
    /// `cid ‖ header ‖ body`.
    signed: Zeroizing<Vec<u8>>,
    signature: Vec<u8>,
}

/// Why bytes found under a tag are not a block of that place, in the order of the checks, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Junk {
    Length,
    Sealing,
    Header,
}

impl Opened {
    pub(crate) fn open(
        cid: &ChannelId,
        place: Place,
        key: &Key,
        data: &[u8],
    ) -> Result<Self, Junk> {
        if data.len() != BLOCK_LEN {
            return Err(Junk::Length);
        }
        let text = sealing::open(key, &place.associated_data(cid), data).ok_or(Junk::Sealing)?;
        let opened = Self::parse(cid, text.as_slice()).ok_or(Junk::Header)?;
        if place.holds(&opened.header) {
            Ok(opened)
        } else {
            Err(Junk::Header)
        }
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.signed.get(CID_LEN + HEADER_LEN..).unwrap_or_default()
    }

    pub(crate) fn is_signed_by(&self, key: &BlockVerifier) -> bool {
        key.verify(&self.signed, &self.signature).is_ok()
    }

    fn parse(cid: &ChannelId, text: &[u8]) -> Option<Self> {
        let (header, length) = Header::read(text.first_chunk()?)?;
        let (content, rest) = text.split_at_checked(HEADER_LEN.checked_add(length)?)?;
        let (signature, padding) = rest.split_at_checked(BLOCK_SIGNATURE_LEN)?;
        let signed = Zeroizing::new([cid.as_bytes().as_slice(), content].concat());
        let hash = hash(&[&signed]);
        let clean = padding.iter().all(|byte| *byte == 0);
        clean.then(|| Self {
            header,
            hash,
            signed,
            signature: signature.to_vec(),
        })
    }
}

/// Reads fixed-size fields off the front of a slice.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }
}

#[cfg(test)]
mod tests;
