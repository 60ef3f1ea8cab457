use crate::corpus::vectors;
use crate::insider::{self, Place};
use channel::{Event, LaneKeys, Pairwise, Reader, open_grant};

/// A block as a node serves it.
pub(super) fn block(data: &[u8]) {
    for place in [Place::Slot, Place::Rotation] {
        if let Some(mut reader) = insider::reader() {
            let events = reader.offer(&place.tag(), &[data]);
            assert!(!events.iter().any(is_data), "a stranger wrote data");
        }
    }
}

pub(super) fn block_seeds() -> Vec<Vec<u8>> {
    let header = insider::header(1, 0, 0, 1, 5);
    let plain = insider::signed([header.as_slice(), b"first"].concat());
    vec![insider::sealed(Place::Rotation, plain), vec![0; 4096]]
}

/// The plaintext of a block that decrypts. The first byte says which place it lies in and who signed it: the data are
/// the whole plaintext, or what the device signed, or the body under a header that fits.
pub(super) fn plaintext(data: &[u8]) {
    let Some((&how, data)) = data.split_first() else {
        return;
    };
    let place = if how & 1 == 0 {
        Place::Slot
    } else {
        Place::Rotation
    };
    let plain = match how >> 1 & 3 {
        0 => data.to_vec(),
        1 => insider::signed(data.iter().copied().take(1636).collect()),
        _ => signed_body(place, how >> 3, data),
    };
    let Some(mut reader) = insider::reader() else {
        return;
    };
    let block = insider::sealed(place, plain);
    let _events = reader.offer(&place.tag(), &[&block, &block]);
    let _asked = reader.wanted(2_000_000_000);
    assert!(
        Reader::from_state(&reader.to_state()).is_ok(),
        "a state that cannot be read"
    );
}

fn signed_body(place: Place, how: u8, data: &[u8]) -> Vec<u8> {
    let body: Vec<u8> = data.iter().copied().take(1540).collect();
    let (kind, codec) = match (place, how & 3) {
        (Place::Rotation, _) => (2, 0),
        (Place::Slot, 0) => (3, 0),
        (Place::Slot, 1) => (4, 1),
        (Place::Slot, _) => (1, 1),
    };
    let header = insider::header(kind, u16::from(how >> 2 & 3), 0, codec, body.len());
    insider::signed([header, body].concat())
}

fn is_data(event: &Event) -> bool {
    matches!(
        event,
        Event::Data { .. } | Event::History { .. } | Event::Cover { .. }
    )
}

pub(super) fn plaintext_seeds() -> Vec<Vec<u8>> {
    let header = insider::header(1, 0, 0, 1, 5);
    let whole = insider::signed([header.as_slice(), b"first"].concat());
    let rotation = [
        &[1, 0, 0, 0][..],
        &29_001_010_u64.to_le_bytes(),
        &[0; 16 + 1312],
    ]
    .concat();
    vec![
        [&[0], whole.as_slice()].concat(),
        [&[2], header.as_slice(), b"first"].concat(),
        [&[4], [0; 48].as_slice()].concat(),
        [&[5], rotation.as_slice()].concat(),
    ]
}

/// The keys of a lane, from a grant or from what a device tells its owner.
pub(super) fn lane_keys(data: &[u8]) {
    let Ok(keys) = LaneKeys::from_bytes(data) else {
        return;
    };
    if let Ok(mut reader) = Reader::new(keys, &Pairwise::new([9; 32])) {
        assert!(
            reader.wanted(2_000_000_000).len() <= 512,
            "more tags than a round has"
        );
        let _asked = reader.wanted(u64::MAX);
    }
}

pub(super) fn lane_keys_seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors("grant.json", &["opened/keys/cbor"]);
    seeds.push(insider::lane_keys());
    seeds
}

/// A sealed grant, and what is inside of one that opens: the first byte says which.
pub(super) fn grant(data: &[u8]) {
    let (recipient, consent, secret) = (kem::SecretKey::from_seed(&[3; 32]), [9; 16], [4; 32]);
    let Some((&how, data)) = data.split_first() else {
        return;
    };
    if how & 1 == 0 {
        let _opened = open_grant(data, &recipient, &secret, &consent);
        return;
    }
    let psk = channel::prf(&secret, "psk", &[]);
    let mut rng =
        <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::from_seed([1; 32]);
    let sealed = kem::seal(
        recipient.public_key(),
        &psk,
        &consent,
        b"mk1/grant",
        &[1, 1],
        data,
        &mut rng,
    );
    if let Ok((sealed, _)) = sealed {
        let bytes = [&[1, 1], sealed.to_bytes().as_slice()].concat();
        let _opened = open_grant(&bytes, &recipient, &secret, &consent);
    }
}

pub(super) fn grant_seeds() -> Vec<Vec<u8>> {
    let sealed = vectors("grant.json", &["grant"]);
    let mut seeds: Vec<Vec<u8>> = sealed
        .iter()
        .map(|bytes| [&[0], bytes.as_slice()].concat())
        .collect();
    // Version, the map's three fields: consent, one lane with its keys, no history.
    let keys = insider::lane_keys();
    let plain = [
        &[1, 1, 0xa3, 0, 0x50][..],
        &[9; 16],
        &[1, 0x81, 0x82, 0],
        keys.get(1..).unwrap_or_default(),
        &[2, 0xf6],
    ];
    seeds.push(plain.concat());
    seeds
}
