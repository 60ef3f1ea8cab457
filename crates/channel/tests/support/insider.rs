//! A reader who misuses the keys of the lane, written from `docs/protocol.md` alone: it shares no code with the crate
//! but the PRF, and signs and verifies with another implementation of FIPS 204.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use channel::{LaneKeys, Tag, prf};
use fips204::ml_dsa_44;
use fips204::traits::{SerDes, Signer, Verifier};
use sha2::{Digest, Sha256};

pub(crate) struct Insider {
    pub(crate) cid: [u8; 16],
    pub(crate) epoch: u32,
    pub(crate) slot: u64,
    slot_length: u32,
    chain: [u8; 32],
    next_day: [u8; 32],
    pub(crate) rotation: [u8; 32],
    pub(crate) public_key: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) header: [u8; 96],
    pub(crate) body: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Insider {
    /// Reads the CBOR map of the keys.
    pub(crate) fn new(keys: &LaneKeys) -> Self {
        let bytes = keys.to_bytes();
        assert_eq!(bytes[0], 1, "version");
        let mut d = minicbor::Decoder::new(&bytes[1..]);
        assert_eq!(d.map().unwrap(), Some(9));
        fn key<const N: usize>(d: &mut minicbor::Decoder<'_>, n: u32) -> [u8; N] {
            assert_eq!(d.u32().unwrap(), n);
            d.bytes().unwrap().try_into().unwrap()
        }
        let cid = key(&mut d, 0);
        assert_eq!(d.u32().unwrap(), 1);
        let slot_length = d.u32().unwrap();
        assert_eq!(d.u32().unwrap(), 2);
        let epoch = d.u32().unwrap();
        assert_eq!(d.u32().unwrap(), 3);
        let slot = d.u64().unwrap();
        let (chain, next_day, rotation) = (key(&mut d, 4), key(&mut d, 5), key(&mut d, 6));
        let root: [u8; 32] = key(&mut d, 7);
        let public_key = key::<1312>(&mut d, 8).to_vec();
        let expected = Sha256::new()
            .chain_update(b"mk1/root")
            .chain_update(cid)
            .chain_update(epoch.to_le_bytes())
            .chain_update(&public_key)
            .finalize();
        assert_eq!(root, <[u8; 32]>::from(expected));
        Self {
            cid,
            epoch,
            slot,
            slot_length,
            chain,
            next_day,
            rotation,
            public_key,
        }
    }

    /// C ‖ D_next ‖ R.
    pub(crate) fn secrets(&self) -> Vec<u8> {
        [self.chain, self.next_day, self.rotation].concat()
    }

    fn chain_at(&self, slot: u64) -> [u8; 32] {
        assert!(slot >= self.slot, "the past cannot be derived");
        let per_day = u64::from(86_400 / self.slot_length);
        let (mut chain, mut next_day, mut at) = (self.chain, self.next_day, self.slot);
        while at < slot {
            at += 1;
            if at % per_day == 0 {
                chain = prf(&next_day, "chain", &[]);
                next_day = prf(&next_day, "nextday", &[]);
            } else {
                chain = prf(&chain, "slot", &[]);
            }
        }
        chain
    }

    pub(crate) fn tag(&self, slot: u64, part: u16) -> Tag {
        prf(
            &prf(&self.chain_at(slot), "tag", &[]),
            "t",
            &[&part.to_le_bytes()],
        )
        .into()
    }

    pub(crate) fn rotation_tag(&self, part: u16) -> Tag {
        prf(&self.rotation, "tag", &[&part.to_le_bytes()]).into()
    }

    fn key(&self, slot: Option<u64>, part: u16) -> [u8; 32] {
        let secret = slot.map_or(self.rotation, |slot| self.chain_at(slot));
        prf(&secret, "enc", &[&part.to_le_bytes()])
    }

    fn associated_data(&self, slot: Option<u64>, part: u16) -> Vec<u8> {
        [
            self.cid.as_slice(),
            &self.epoch.to_le_bytes(),
            &slot.unwrap_or(u64::MAX).to_le_bytes(),
            &part.to_le_bytes(),
        ]
        .concat()
    }

    pub(crate) fn open(&self, slot: Option<u64>, part: u16, block: &[u8]) -> Option<Plain> {
        let (nonce, sealed) = block.split_at(24);
        let cipher = XChaCha20Poly1305::new(&self.key(slot, part).into());
        let aad = self.associated_data(slot, part);
        let nonce: [u8; 24] = nonce.try_into().unwrap();
        let text = cipher
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .ok()?;
        assert_eq!(text.len(), 4056);
        let header: [u8; 96] = text[..96].try_into().unwrap();
        let length = u32::from_le_bytes(header[28..32].try_into().unwrap()) as usize;
        assert!(text[96 + length + 2420..].iter().all(|byte| *byte == 0));
        let body = text[96..96 + length].to_vec();
        Some(Plain {
            header,
            body,
            signature: text[96 + length..][..2420].to_vec(),
        })
    }

    pub(crate) fn seal(
        &self,
        slot: Option<u64>,
        part: u16,
        plain: &Plain,
        nonce: [u8; 24],
    ) -> Vec<u8> {
        let mut text = [plain.header.as_slice(), &plain.body, &plain.signature].concat();
        text.resize(4056, 0);
        let cipher = XChaCha20Poly1305::new(&self.key(slot, part).into());
        let aad = self.associated_data(slot, part);
        let sealed = cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: &text,
                    aad: &aad,
                },
            )
            .unwrap();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Whether the device signed it, says the other implementation.
    pub(crate) fn verifies(&self, plain: &Plain) -> bool {
        let key = ml_dsa_44::PublicKey::try_from_bytes(self.public_key.clone().try_into().unwrap())
            .unwrap();
        key.verify(
            &self.signed(plain),
            &plain.signature.clone().try_into().unwrap(),
            b"mk1/blk",
        )
    }

    /// Signs with a key of its own.
    pub(crate) fn sign_as_somebody_else(&self, plain: &mut Plain) {
        let (_, key) = ml_dsa_44::try_keygen().unwrap();
        plain.signature = key
            .try_sign(&self.signed(plain), b"mk1/blk")
            .unwrap()
            .to_vec();
    }

    pub(crate) fn hash(&self, plain: &Plain) -> [u8; 32] {
        Sha256::digest(self.signed(plain)).into()
    }

    fn signed(&self, plain: &Plain) -> Vec<u8> {
        [self.cid.as_slice(), &plain.header, &plain.body].concat()
    }
}

impl Plain {
    pub(crate) fn seq(&self) -> u64 {
        u64::from_le_bytes(self.header[8..16].try_into().unwrap())
    }

    pub(crate) fn prev(&self) -> [u8; 32] {
        self.header[32..64].try_into().unwrap()
    }

    pub(crate) fn with_seq(mut self, seq: u64) -> Self {
        self.header[8..16].copy_from_slice(&seq.to_le_bytes());
        self
    }
}
