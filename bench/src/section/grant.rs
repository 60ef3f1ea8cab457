//! Handing over keys and turning them: the KEM, a grant, a rotation.

use std::iter;
use std::time::Duration;

use anyhow::ensure;
use channel::{
    BLOCK_LEN, Event, Grant, IdentityKey, LaneKeys, LanePairwise, MessageKey, Pairwise, Publisher,
    Reader, SealedBlock, SealedFragment, open_grant, seal_grant, seal_message,
};
use kem::SecretKey;

use super::publish::publisher;
use crate::figure::Figure;
use crate::household::start_of;
use crate::random;
use crate::timing::median;

const RUNS: usize = 100;
const CONSENT: [u8; 16] = [5; 16];
const REQUEST: [u8; 32] = [6; 32];
/// How many readers stay when keys are turned.
pub(super) const READERS: [usize; 4] = [1, 3, 10, 50];

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut figures = kem_figures()?;
    figures.extend(grant_figures()?);
    for readers in READERS {
        figures.extend(rotation_figures(readers)?);
    }
    Ok(figures)
}

fn kem_figures() -> anyhow::Result<Vec<Figure>> {
    let key = SecretKey::from_seed(&[1; 32]);
    let keys = median(RUNS, |run| Ok(SecretKey::from_seed(&[run as u8; 32])))?;
    let seal = || {
        kem::seal(
            key.public_key(),
            &REQUEST,
            b"bench",
            b"info",
            b"aad",
            &[0; 200],
            &mut random::generator(),
        )
    };
    let sealing = median(RUNS, |_| Ok(seal()?))?;
    let (sealed, _) = seal()?;
    let opening = median(RUNS, |_| {
        Ok(kem::open(
            &key, &REQUEST, b"bench", b"info", b"aad", &sealed,
        )?)
    })?;
    Ok(vec![
        Figure::milliseconds(
            "kem_key_ms",
            "A key pair (NTRU and X25519) from its seed takes",
            keys,
        ),
        Figure::milliseconds("kem_seal_ms", "Sealing to a public key takes", sealing),
        Figure::milliseconds("kem_open_ms", "Opening takes", opening),
    ])
}

fn grant_figures() -> anyhow::Result<Vec<Figure>> {
    let grant = two_lanes()?;
    let key = SecretKey::from_seed(&[1; 32]);
    let sealing = median(RUNS, |_| send(&grant, &key))?;
    let (bytes, _) = seal_grant(&grant, key.public_key(), &REQUEST, &mut random::generator())?;
    let opening = median(RUNS, |_| Ok(open_grant(&bytes, &key, &REQUEST, &CONSENT)?))?;
    Ok(vec![
        Figure::milliseconds(
            "grant_seal_ms",
            "A grant of two lanes, sealed and signed, takes",
            sealing,
        ),
        Figure::milliseconds("grant_open_ms", "Opening it takes", opening),
        Figure::new(
            "grant_bytes",
            "On the Tangle it takes",
            grant_bytes()?,
            "bytes",
        ),
    ])
}

/// What a grant of two lanes takes on the Tangle.
pub(super) fn grant_bytes() -> anyhow::Result<f64> {
    let fragments = send(&two_lanes()?, &SecretKey::from_seed(&[1; 32]))?;
    Ok((fragments.len() * BLOCK_LEN) as f64)
}

fn two_lanes() -> anyhow::Result<Grant> {
    Ok(Grant {
        consent: CONSENT,
        lanes: vec![(0, lane(&publisher()?)?), (3, lane(&publisher()?)?)],
        history: None,
    })
}

/// Sealed to the provider's key, and signed.
fn send(grant: &Grant, to: &SecretKey) -> anyhow::Result<Vec<SealedFragment>> {
    let identity = IdentityKey::from_seed(&[2; 32]);
    let (bytes, _) = seal_grant(grant, to.public_key(), &REQUEST, &mut random::generator())?;
    Ok(seal_message(
        &MessageKey::new([9; 32]),
        &identity,
        "grant",
        &bytes,
        &mut random::generator(),
    )?)
}

fn lane(publisher: &Publisher) -> anyhow::Result<LaneKeys> {
    let (_, first, _) = publisher.position();
    Ok(publisher.lane_keys(first)?)
}

fn rotation_figures(readers: usize) -> anyhow::Result<Vec<Figure>> {
    let rotation = Rotation::measured(readers)?;
    let name = |what| format!("rotation_{readers}_{what}");
    let sentence = format!("Turning the keys for {readers} who stay takes");
    Ok(vec![
        Figure::milliseconds(name("ms"), sentence, rotation.turning),
        Figure::milliseconds(
            name("follow_ms"),
            "  following it as one of them",
            rotation.following,
        ),
        Figure::new(
            name("bytes"),
            "  and, on the Tangle,",
            rotation.bytes(),
            "bytes",
        ),
    ])
}

/// A KEY_ROTATION.
pub(super) struct Rotation {
    /// The device's processor time.
    pub(super) turning: Duration,
    /// A reader's.
    following: Duration,
    blocks: usize,
}

impl Rotation {
    pub(super) fn measured(readers: usize) -> anyhow::Result<Self> {
        let (publisher, pairwise) = (publisher()?, Pairwise::new([3; 32]));
        let keys = lane(&publisher)?;
        let others = (1..readers).map(|other| Pairwise::new([other as u8 + 10; 32]).lane(&keys));
        let staying: Vec<LanePairwise> = iter::once(pairwise.lane(&keys)).chain(others).collect();
        let turn = || -> anyhow::Result<Vec<SealedBlock>> {
            let (mut publisher, mut staying) = (publisher.clone(), staying.clone());
            Ok(publisher.rotate(
                publisher.earliest_grant(),
                &mut staying,
                &mut random::generator(),
            )?)
        };
        let turning = median(RUNS, |_| turn())?;
        let blocks = turn()?;
        let reader = Reader::new(keys, &pairwise)?;
        let following = median(RUNS, |_| follow(reader.clone(), &blocks))?;
        Ok(Self {
            turning,
            following,
            blocks: blocks.len(),
        })
    }

    pub(super) fn bytes(&self) -> f64 {
        (self.blocks * BLOCK_LEN) as f64
    }
}

fn follow(mut reader: Reader, blocks: &[SealedBlock]) -> anyhow::Result<()> {
    let mut events = Vec::new();
    for block in blocks {
        ensure!(
            reader
                .wanted(u64::try_from(start_of(0))?)
                .contains(&block.tag),
            "the reader does not ask for the rotation"
        );
        events.extend(reader.offer(&block.tag, &[block.data.as_slice()]));
    }
    let followed = events
        .iter()
        .any(|event| matches!(event, Event::Rotated { .. }));
    ensure!(followed, "the reader did not follow: {events:?}");
    Ok(())
}
