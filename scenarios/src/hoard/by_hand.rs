//! The secrets of a lane, taken out of a reader, and used by hand: written from `docs/protocol.md` section 3 alone, with nothing
//! of the channel crate but its PRF.

use anyhow::Context as _;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use channel::{Reader, Tag, prf};
use minicbor::Decode;
use minicbor::bytes::ByteArray;

/// Parts of a slot, or of a rotation, that are tried.
const PARTS: u16 = 4;
const HEADER: usize = 96;

/// One epoch of a lane, as far as somebody holds its keys.
#[derive(Clone)]
pub struct LaneSecrets {
    /// The channel.
    pub cid: [u8; 16],
    /// The epoch.
    pub epoch: u32,
    /// The first slot that the keys open.
    pub slot: u64,
    slot_length: u32,
    chain: [u8; 32],
    next_day: [u8; 32],
    rotation: [u8; 32],
}

/// What opens one block, if it is the one that belongs there.
#[derive(Clone)]
pub struct HandKey {
    /// Where the block lies.
    pub tag: Tag,
    key: [u8; 32],
    associated_data: [u8; 30],
}

/// A block that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// The first 96 bytes.
    pub header: [u8; HEADER],
    /// What it carries.
    pub body: Vec<u8>,
    /// Everything after that, signature first.
    pub rest: Vec<u8>,
}

#[derive(Decode)]
struct StoredReader {
    #[n(0)]
    cid: ByteArray<16>,
    #[n(1)]
    slot_length: u32,
    #[n(3)]
    epochs: Vec<StoredEpoch>,
}

#[derive(Decode)]
struct StoredEpoch {
    #[n(0)]
    epoch: u32,
    #[n(3)]
    ratchet: StoredRatchet,
    #[n(4)]
    rotation: ByteArray<32>,
}

#[derive(Decode)]
struct StoredRatchet {
    #[n(1)]
    slot: u64,
    #[n(2)]
    chain: ByteArray<32>,
    #[n(3)]
    next_day: ByteArray<32>,
}

impl LaneSecrets {
    /// The secrets of every epoch that this reader still holds.
    ///
    /// # Errors
    /// When its state is not what this was written for.
    pub fn of(reader: &Reader) -> anyhow::Result<Vec<Self>> {
        let state = reader.to_state();
        let body = state.get(1..).unwrap_or_default();
        let stored: StoredReader =
            minicbor::decode(body).context("the state of a reader has another form than it had")?;
        let secrets = |epoch: &StoredEpoch| Self {
            cid: *stored.cid,
            epoch: epoch.epoch,
            slot: epoch.ratchet.slot,
            slot_length: stored.slot_length,
            chain: *epoch.ratchet.chain,
            next_day: *epoch.ratchet.next_day,
            rotation: *epoch.rotation,
        };
        Ok(stored.epochs.iter().map(secrets).collect())
    }

    /// The keys of every part of every slot up to `now`, and of the rotation, tags included.
    #[must_use]
    pub fn keys_until(&self, now: u64) -> Vec<HandKey> {
        let slots_a_day = u64::from(86_400 / self.slot_length.max(1)).max(1);
        let last = now / u64::from(self.slot_length.max(1));
        let (mut chain, mut next_day) = (self.chain, self.next_day);
        let mut keys: Vec<HandKey> = (0..PARTS).map(|part| self.rotation_key(part)).collect();
        for slot in self.slot..=last.max(self.slot) {
            if slot > self.slot && slot % slots_a_day == 0 {
                chain = prf(&next_day, "chain", &[]);
                next_day = prf(&next_day, "nextday", &[]);
            } else if slot > self.slot {
                chain = prf(&chain, "slot", &[]);
            }
            keys.extend((0..PARTS).map(|part| self.slot_key(&chain, slot, part)));
        }
        keys
    }

    /// What opens this part of the epoch's rotation.
    #[must_use]
    pub fn rotation_key(&self, part: u16) -> HandKey {
        let part_bytes = part.to_le_bytes();
        HandKey {
            tag: prf(&self.rotation, "tag", &[&part_bytes]).into(),
            key: prf(&self.rotation, "enc", &[&part_bytes]),
            associated_data: self.associated_data(u64::MAX, part),
        }
    }

    fn slot_key(&self, chain: &[u8; 32], slot: u64, part: u16) -> HandKey {
        let part_bytes = part.to_le_bytes();
        HandKey {
            tag: prf(&prf(chain, "tag", &[]), "t", &[&part_bytes]).into(),
            key: prf(chain, "enc", &[&part_bytes]),
            associated_data: self.associated_data(slot, part),
        }
    }

    fn associated_data(&self, slot: u64, part: u16) -> [u8; 30] {
        let mut bytes = [0; 30];
        let fields = [
            self.cid.as_slice(),
            &self.epoch.to_le_bytes(),
            &slot.to_le_bytes(),
            &part.to_le_bytes(),
        ];
        fields
            .concat()
            .iter()
            .zip(&mut bytes)
            .for_each(|(from, to)| *to = *from);
        bytes
    }
}

impl HandKey {
    /// The block, if this key opens it.
    #[must_use]
    pub fn open(&self, block: &[u8]) -> Option<Plain> {
        let (nonce, sealed) = block.split_first_chunk::<24>()?;
        let payload = Payload {
            msg: sealed,
            aad: &self.associated_data,
        };
        let text = XChaCha20Poly1305::new(&self.key.into())
            .decrypt(&XNonce::from(*nonce), payload)
            .ok()?;
        let (header, rest) = text.split_first_chunk::<HEADER>()?;
        let length = u32::from_le_bytes(*header.get(28..)?.first_chunk()?);
        let (body, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        Some(Plain {
            header: *header,
            body: body.to_vec(),
            rest: rest.to_vec(),
        })
    }

    /// Seals something for this place: whoever can open can also seal.
    #[must_use]
    pub fn seal(&self, plain: &Plain, nonce: [u8; 24]) -> Option<Vec<u8>> {
        let text = [plain.header.as_slice(), &plain.body, &plain.rest].concat();
        let payload = Payload {
            msg: &text,
            aad: &self.associated_data,
        };
        let sealed = XChaCha20Poly1305::new(&self.key.into())
            .encrypt(&XNonce::from(nonce), payload)
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }
}

impl Plain {
    /// Whether it is DATA or HISTORY.
    #[must_use]
    pub fn carries_readings(&self) -> bool {
        matches!(self.header.get(1), Some(1 | 4))
    }

    /// The number of its type.
    #[must_use]
    pub fn kind(&self) -> u8 {
        self.header.get(1).copied().unwrap_or_default()
    }

    /// The slot that it names.
    #[must_use]
    pub fn slot(&self) -> u64 {
        let bytes = self.header.get(16..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// Its number in the channel.
    #[must_use]
    pub fn seq(&self) -> u64 {
        let bytes = self.header.get(8..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}
