//! The body of a KEY_ROTATION (`docs/protocol.md` section 3.5):
//! `u32 epoch ‖ u64 first slot ‖ salt[16] ‖ public key[1312] ‖ n entries of 128 bytes, sorted`.
//!
//! An entry is `id[8] ‖ ChaCha20-Poly1305(u64 slot ‖ C ‖ D_next ‖ R)`: for each reader the keys of the new epoch as of
//! the slot from which that reader may read, and random bytes for readers who do not exist.

use crate::block::Bytes;
use crate::ratchet::{Ratchet, RotationKey};
use crate::secret::Key;
use crate::{
    BLOCK_KEY_LEN, BlockVerifier, ChannelError, ChannelId, Epoch, LanePairwise, Slot, SlotLength,
};
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, aead::Payload};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A rotation names at most this many readers.
pub(crate) const MAX_READERS: usize = 512;
/// Fewer readers are filled up to this many entries, more to the next power of two.
const MIN_ENTRIES: usize = 8;
const ID_LEN: usize = 8;
const ENTRY_LEN: usize = 128;
const SALT_LEN: usize = 16;

/// The new epoch as the device knows it.
pub(crate) struct NewEpoch<'a> {
    pub(crate) cid: &'a ChannelId,
    pub(crate) epoch: Epoch,
    pub(crate) first_slot: Slot,
    pub(crate) key: &'a BlockVerifier,
    pub(crate) ratchet: &'a Ratchet,
    pub(crate) rotation: &'a RotationKey,
}

impl NewEpoch<'_> {
    pub(crate) fn to_body(
        &self,
        readers: &[LanePairwise],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        if readers.len() > MAX_READERS {
            return Err(ChannelError::TooManyReaders {
                readers: readers.len(),
                max: MAX_READERS,
            });
        }
        let mut salt = [0; SALT_LEN];
        rng.fill_bytes(&mut salt);
        let mut entries = readers
            .iter()
            .map(|reader| self.entry(reader, &salt))
            .collect::<Result<Vec<_>, _>>()?;
        let count = readers.len().max(MIN_ENTRIES).next_power_of_two();
        entries.resize_with(count, || random_entry(rng));
        entries.sort_unstable();

        let mut body = Zeroizing::new(Vec::new());
        body.extend_from_slice(&self.epoch.0.to_le_bytes());
        body.extend_from_slice(&self.first_slot.0.to_le_bytes());
        body.extend_from_slice(&salt);
        body.extend_from_slice(self.key.as_bytes());
        entries
            .iter()
            .for_each(|entry| body.extend_from_slice(entry));
        Ok(body)
    }

    fn entry(
        &self,
        reader: &LanePairwise,
        salt: &[u8; SALT_LEN],
    ) -> Result<[u8; ENTRY_LEN], ChannelError> {
        let slot = self.first_slot.max(reader.from_slot());
        let mut ratchet = self.ratchet.clone();
        if !ratchet.seek(slot) {
            return Err(ChannelError::SlotTooFar(slot));
        }
        let (chain, next_day) = ratchet.secrets();
        let keys = Zeroizing::new(
            [
                &slot.0.to_le_bytes(),
                chain.expose().as_slice(),
                next_day.expose(),
                self.rotation.secret().expose(),
            ]
            .concat(),
        );
        let sealed = cipher(&reader.entry_key(self.epoch, salt))
            .encrypt(
                &Nonce::default(),
                Payload {
                    msg: &keys,
                    aad: self.cid.as_bytes(),
                },
            )
            .map_err(|_| ChannelError::CannotSeal)?;
        [reader.entry_id(self.epoch).as_slice(), &sealed]
            .concat()
            .try_into()
            .map_err(|_| ChannelError::CannotSeal)
    }
}

/// A rotation as a reader finds it.
pub(crate) struct Rotation {
    pub(crate) epoch: Epoch,
    pub(crate) first_slot: Slot,
    pub(crate) key: BlockVerifier,
    salt: [u8; SALT_LEN],
    entries: Vec<[u8; ENTRY_LEN]>,
}

/// What one entry gives its reader.
pub(crate) struct Entry {
    pub(crate) ratchet: Ratchet,
    pub(crate) rotation: RotationKey,
}

impl Rotation {
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let mut reader = Bytes(body);
        let epoch = Epoch(u32::from_le_bytes(reader.take()?));
        let first_slot = Slot(u64::from_le_bytes(reader.take()?));
        let salt = reader.take()?;
        let key = BlockVerifier::from_bytes(&reader.take::<BLOCK_KEY_LEN>()?).ok()?;
        let (entries, rest) = reader.0.as_chunks();
        rest.is_empty().then(|| Self {
            epoch,
            first_slot,
            key,
            salt,
            entries: entries.to_vec(),
        })
    }

    /// The entry of `reader`, if there is one.
    pub(crate) fn entry(
        &self,
        cid: &ChannelId,
        slot_length: SlotLength,
        reader: &LanePairwise,
    ) -> Option<Entry> {
        let id = reader.entry_id(self.epoch);
        let cipher = cipher(&reader.entry_key(self.epoch, &self.salt));
        let open = |entry: &[u8; ENTRY_LEN]| {
            let (found, sealed) = entry.split_first_chunk::<ID_LEN>()?;
            let payload = Payload {
                msg: sealed,
                aad: cid.as_bytes(),
            };
            (*found == id).then(|| cipher.decrypt(&Nonce::default(), payload).ok())?
        };
        let keys = Zeroizing::new(self.entries.iter().find_map(open)?);
        let mut keys = Bytes(&keys);
        let slot = Slot(u64::from_le_bytes(keys.take()?));
        let (chain, next_day, rotation) = (
            Key::new(keys.take()?),
            Key::new(keys.take()?),
            Key::new(keys.take()?),
        );
        (slot >= self.first_slot).then(|| Entry {
            ratchet: Ratchet::resume(slot_length, slot, chain, next_day),
            rotation: RotationKey::from_key(rotation),
        })
    }
}

fn cipher(key: &Key) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.expose().into())
}

fn random_entry(rng: &mut dyn CryptoRng) -> [u8; ENTRY_LEN] {
    let mut entry = [0; ENTRY_LEN];
    rng.fill_bytes(&mut entry);
    entry
}
