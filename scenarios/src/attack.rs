//! What somebody does who has keys and the whole archive, and all the time in the world: tries every key on every block.

use tangle::Tag;

use crate::Publication;
use crate::hoard::{HandKey, Hoard, LaneSecrets, Plain};

/// Bytes of a block's plaintext.
const ROOM: usize = 4056;

/// A block of the archive that opened.
pub struct Opened {
    /// Where it lies.
    pub tag: Tag,
    /// What it says.
    pub plain: Plain,
}

/// Every key that can be derived from the readers in a hoard, up to `now`.
pub fn keys(hoard: &Hoard, now: u64) -> Vec<HandKey> {
    let readers = hoard.consents.iter().flat_map(|held| &held.readers);
    let secrets = readers.flat_map(|reader| LaneSecrets::of(reader).unwrap());
    secrets.flat_map(|held| held.keys_until(now)).collect()
}

/// Whatever opens with whatever key, wherever it lies.
pub fn try_everything(hoard: &Hoard, archive: &[Publication], now: u64) -> Vec<Opened> {
    let keys = keys(hoard, now);
    assert!(keys.len() > 8, "the hoard holds no keys: it proves nothing");
    let open = |block: &Publication| {
        let plain = keys.iter().find_map(|key| key.open(&block.data))?;
        Some(Opened {
            tag: block.tag,
            plain,
        })
    };
    archive.iter().filter_map(open).collect()
}

/// Where wallet and device say on a consent channel that access ends.
pub fn notices(secret: &consent::ConsentSecret) -> Vec<Tag> {
    let writers = [channel::Writer::Wallet, channel::Writer::Device];
    let keys = writers.map(|writer| {
        channel::Numbered::new(channel::consent_writer_secret(secret.expose(), writer))
    });
    // The first message of the device is the word that keys were granted; what ends access comes later.
    let numbers = [0..8, 1..8];
    let tags = keys.iter().zip(numbers).flat_map(|(keys, numbers)| {
        numbers.flat_map(move |n| (0..4).map(move |part| Tag(keys.at(n).tag(part).into())))
    });
    tags.collect()
}

/// The same block with another body, and the rest kept or made up, as long as a block must be.
pub fn forge(honest: &Plain, body: &[u8], signature: &[u8], slots_on: u64) -> Plain {
    let mut header = honest.header;
    let length = u32::try_from(body.len()).unwrap();
    let (seq, slot) = (honest.seq() + slots_on, honest.slot() + slots_on);
    put(&mut header, 8, &seq.to_le_bytes());
    put(&mut header, 16, &slot.to_le_bytes());
    put(&mut header, 28, &length.to_le_bytes());
    let mut rest = signature.to_vec();
    rest.resize(ROOM - 96 - body.len(), 0);
    Plain {
        header,
        body: body.to_vec(),
        rest,
    }
}

fn put(header: &mut [u8], at: usize, bytes: &[u8]) {
    let places = header.iter_mut().skip(at);
    places.zip(bytes).for_each(|(to, from)| *to = *from);
}
