//! Blocks that decrypt and, if wanted, carry the device's own signature: what lies behind the cheap checks of a reader
//! is reached only by somebody who holds the keys.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use channel::{LaneKeys, Pairwise, Reader, Tag, hash, prf};
use minicbor::Encoder;
use ml_dsa::{MlDsa44, SigningKey};
use std::sync::LazyLock;

const CID: [u8; 16] = [5; 16];
const CHAIN: [u8; 32] = [6; 32];
const ROTATION: [u8; 32] = [8; 32];
const SLOT_SECONDS: u32 = 60;
/// A slot in the middle of a day, of epoch 0.
const SLOT: u64 = 29_001_000;

static DEVICE: LazyLock<SigningKey<MlDsa44>> =
    LazyLock::new(|| SigningKey::from_seed(&[7; 32].into()));

/// A place of the lane: part 0 of its first slot, or of its rotation.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Slot,
    Rotation,
}

impl Place {
    fn secret(self) -> &'static [u8; 32] {
        match self {
            Self::Slot => &CHAIN,
            Self::Rotation => &ROTATION,
        }
    }

    pub(crate) fn tag(self) -> Tag {
        match self {
            Self::Slot => prf(&prf(&CHAIN, "tag", &[]), "t", &[&[0, 0]]).into(),
            Self::Rotation => prf(&ROTATION, "tag", &[&[0, 0]]).into(),
        }
    }

    fn associated_data(self) -> Vec<u8> {
        let slot = match self {
            Self::Slot => SLOT,
            Self::Rotation => u64::MAX,
        };
        [CID.as_slice(), &[0; 4], &slot.to_le_bytes(), &[0; 2]].concat()
    }
}

/// A reader of the lane that has asked for both places.
pub(crate) fn reader() -> Option<Reader> {
    static READER: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
        let keys = LaneKeys::from_bytes(&lane_keys()).ok()?;
        let mut reader = Reader::new(keys, &Pairwise::new([9; 32])).ok()?;
        let _asked = reader.wanted((SLOT + 1) * u64::from(SLOT_SECONDS));
        Some(reader.to_state().to_vec())
    });
    let mut reader = Reader::from_state(READER.as_ref()?).ok()?;
    let _asked = reader.wanted((SLOT + 1) * u64::from(SLOT_SECONDS));
    Some(reader)
}

/// The keys of the lane as a grant carries them.
pub(crate) fn lane_keys() -> Vec<u8> {
    let key = DEVICE.as_ref().encode();
    let root = hash(&[b"mk1/root", &CID, &[0; 4], key.as_slice()]);
    let mut cbor = Encoder::new(vec![1]);
    let mut write = || {
        cbor.map(9)?
            .u8(0)?
            .bytes(&CID)?
            .u8(1)?
            .u32(SLOT_SECONDS)?
            .u8(2)?
            .u32(0)?
            .u8(3)?
            .u64(SLOT)?;
        cbor.u8(4)?
            .bytes(&CHAIN)?
            .u8(5)?
            .bytes(&[10; 32])?
            .u8(6)?
            .bytes(&ROTATION)?;
        cbor.u8(7)?
            .bytes(root.as_bytes())?
            .u8(8)?
            .bytes(key.as_slice())?;
        Ok::<(), minicbor::encode::Error<core::convert::Infallible>>(())
    };
    match write() {
        Ok(()) => cbor.into_writer(),
        Err(_) => Vec::new(),
    }
}

/// A header that names this place, with the given kind, flags, number, codec and length of the body.
pub(crate) fn header(kind: u8, flags: u16, seq: u64, codec: u16, length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let mut header = vec![1, kind];
    header.extend(flags.to_le_bytes());
    header.extend([0; 4]);
    header.extend(seq.to_le_bytes());
    header.extend(SLOT.to_le_bytes());
    header.extend([0; 2]);
    header.extend(codec.to_le_bytes());
    header.extend(length.to_le_bytes());
    header.extend([0; 64]);
    header
}

/// What stands before the signature, and the device's signature over it.
pub(crate) fn signed(mut plain: Vec<u8>) -> Vec<u8> {
    let message = [CID.as_slice(), &plain].concat();
    if let Ok(signature) = DEVICE
        .expanded_key()
        .sign_deterministic(&message, b"mk1/blk")
    {
        plain.extend(signature.encode().as_slice());
    }
    plain
}

/// The block of this place with this plaintext, cut or filled with zeros to its length.
pub(crate) fn sealed(place: Place, mut plain: Vec<u8>) -> Vec<u8> {
    plain.resize(4056, 0);
    let key = prf(place.secret(), "enc", &[&[0, 0]]);
    let aad = place.associated_data();
    let payload = Payload {
        msg: &plain,
        aad: &aad,
    };
    let sealed = XChaCha20Poly1305::new(&key.into()).encrypt(&XNonce::default(), payload);
    [[0; 24].as_slice(), &sealed.unwrap_or_default()].concat()
}
