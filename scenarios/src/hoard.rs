//! The other side: a service that plays false and keeps every key it ever held.
//!
//! A [`Hoard`] is a copy of a data directory of provider-service. It ignores every notice, follows every lane and every rotation
//! with the protocol's own reader, takes every grant that comes again, and besides walks the ratchet by hand
//! ([`LaneSecrets`]), as if no rotation had ever happened.

mod by_hand;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context as _, ensure};
use channel::{Event, Grant, Numbered, Pairwise, Reader, consent_writer_secret, open_grant, prf};
use consent::{ConsentEnvelope, ConsentMessage, ConsentSecret, ProviderConsent};
use minicbor::Decode;
use provider_service::consents::Id;
use provider_service::store::sqlite::SqliteStore;
use provider_service::store::{Part, Secrets, Store};
use readings::{Batch, codec};
use tangle::{Tag, Tangle};

pub use by_hand::{HandKey, LaneSecrets, Plain};

/// The parts of a consent's secrets, as `provider-service` numbers them: the consent, the conversation, and readers from here on.
const CONSENT: Part = 0;
const CONVERSATION: Part = 1;
const READERS: Part = 16;
/// Questions for one lane; more than a year of live slots.
const ROUNDS: usize = 20_000;
/// Tags of one question when the ratchet is walked by hand.
const TAGS: usize = 500;

/// Everything that a service held at one moment.
pub struct Hoard {
    /// Its consents.
    pub consents: Vec<Hoarded>,
}

/// What was held of one consent.
pub struct Hoarded {
    /// Which consent.
    pub id: Id,
    /// The protocol's readers, where they stood.
    pub readers: Vec<Reader>,
    /// The key that grants are sealed to.
    pub grant_key: Option<kem::SecretKey>,
    /// The secret of the consent channel, once there was one.
    pub consent_secret: Option<ConsentSecret>,
}

/// When the readings that were opened were measured, by the device's clock; each counts once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loot(BTreeSet<(u8, i64)>);

impl Loot {
    /// How many are from before this moment.
    #[must_use]
    pub fn before(&self, unix: i64) -> usize {
        self.0.iter().filter(|(_, at)| *at < unix).count()
    }

    /// How many are from this moment or later.
    #[must_use]
    pub fn from(&self, unix: i64) -> usize {
        self.0.iter().filter(|(_, at)| *at >= unix).count()
    }

    /// The latest.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.0.iter().map(|(_, at)| *at).max()
    }

    fn add(&mut self, body: &[u8]) {
        // Whatever cannot be decoded was not read.
        let Ok((kind, batch)) = codec::decode(body) else {
            return;
        };
        let times: Vec<i64> = match batch {
            Batch::Readings(rows) => rows.iter().map(|row| row.at.0).collect(),
            Batch::Intervals(rows) => rows.iter().map(|row| row.end.0.saturating_sub(1)).collect(),
        };
        self.0.extend(times.into_iter().map(|at| (kind as u8, at)));
    }
}

#[derive(Decode)]
#[cbor(map)]
struct Conversation {
    #[cbor(n(0), with = "minicbor::bytes")]
    salt: Vec<u8>,
}

impl Hoard {
    /// Takes everything out of a copy of a data directory.
    ///
    /// # Errors
    /// When this is no such copy.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let database = dir.join("provider.sqlite");
        ensure!(
            database.is_file(),
            "there is no provider.sqlite in {}: name a copy of a data directory of provider-service",
            dir.display()
        );
        let root = std::fs::read(dir.join("consents.key"))
            .with_context(|| format!("{} holds no consents.key", dir.display()))?;
        let root: [u8; 32] = root
            .try_into()
            .map_err(|_| anyhow::anyhow!("consents.key does not have 32 bytes"))?;
        let store = SqliteStore::open(&database)
            .with_context(|| format!("{} cannot be opened", database.display()))?;
        let records = store.consents()?;
        let consents = records
            .into_iter()
            .map(|record| Hoarded::of(record.id.clone(), &store.secrets(&record.id)?, &root));
        Ok(Self {
            consents: consents.collect::<Result<_, _>>()?,
        })
    }

    /// Opens whatever these keys open of what is on the Tangle at `now`.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn open_all(&self, tangle: &dyn Tangle, now: u64) -> anyhow::Result<Loot> {
        let mut loot = Loot::default();
        for hoarded in &self.consents {
            hoarded.open_all(tangle, now, &mut loot).await?;
        }
        Ok(loot)
    }
}

impl Hoarded {
    fn of(id: Id, parts: &[(Part, Secrets)], root: &[u8; 32]) -> anyhow::Result<Self> {
        let part = |wanted: Part| parts.iter().find(|(part, _)| *part == wanted);
        let consent = part(CONSENT)
            .map(|(_, secrets)| ProviderConsent::from_bytes(&secrets.0))
            .transpose()
            .with_context(|| format!("consent {id} cannot be read"))?;
        let salt = part(CONVERSATION)
            .map(|(_, secrets)| minicbor::decode::<Conversation>(&secrets.0))
            .transpose()
            .with_context(|| format!("the conversation of consent {id} cannot be read"))?;
        let readers = parts.iter().filter(|(part, _)| *part >= READERS);
        let readers = readers.map(|(_, secrets)| Reader::from_state(&secrets.0));
        Ok(Self {
            readers: readers
                .collect::<Result<_, _>>()
                .with_context(|| format!("a reader of consent {id} cannot be read"))?,
            grant_key: salt
                .map(|found| kem::SecretKey::from_seed(&prf(root, "provider-kem", &[&found.salt]))),
            consent_secret: consent.and_then(|consent| consent.consent_secret().cloned()),
            id,
        })
    }

    async fn open_all(&self, tangle: &dyn Tangle, now: u64, loot: &mut Loot) -> anyhow::Result<()> {
        let mut readers = self.readers.clone();
        for (grant, pairwise) in self.granted_again(tangle).await? {
            let lanes = grant.lanes.into_iter().map(|(_, keys)| keys);
            let again = lanes.chain(grant.history);
            readers.extend(again.filter_map(|keys| Reader::new(keys, &pairwise).ok()));
        }
        for reader in readers {
            for secrets in LaneSecrets::of(&reader)? {
                walk(&secrets, tangle, now, loot).await?;
            }
            follow(reader, tangle, now, loot).await?;
        }
        Ok(())
    }

    /// The grants that the device sent once more on the consent channel, whoever they were meant for by then.
    async fn granted_again(&self, tangle: &dyn Tangle) -> anyhow::Result<Vec<(Grant, Pairwise)>> {
        let (Some(secret), Some(key)) = (&self.consent_secret, &self.grant_key) else {
            return Ok(Vec::new());
        };
        let Ok(consent) = bytes_of(&self.id) else {
            return Ok(Vec::new());
        };
        let keys = Numbered::new(consent_writer_secret(
            secret.expose(),
            channel::Writer::Device,
        ));
        let mut grants = Vec::new();
        for number in 0.. {
            let mut letter = channel::MessageAssembler::new(keys.at(number));
            loop {
                let wanted = letter.wanted();
                let found = under(tangle, &wanted).await?;
                let moved = wanted.iter().filter_map(|tag| Some((tag, found.get(tag)?)));
                if !moved.fold(false, |moved, (tag, found)| {
                    letter.offer(tag, found) | moved
                }) {
                    break;
                }
            }
            let Some(joined) = letter.joined().first() else {
                break;
            };
            // Whoever signed it: a hoarder is not choosy.
            let said =
                ConsentEnvelope::from_bytes(joined.unverified_body(), consent::Writer::Device);
            if let Ok(ConsentEnvelope {
                message: ConsentMessage::Regrant { sealed },
                ..
            }) = said
            {
                grants.extend(open_grant(&sealed, key, secret.expose(), &consent).ok());
            }
        }
        Ok(grants)
    }
}

fn bytes_of(id: &Id) -> anyhow::Result<[u8; 16]> {
    let number = u128::from_str_radix(id.as_str(), 16).context("this is no consent id")?;
    Ok(number.to_be_bytes())
}

/// Reads as the protocol's reader does, with every rotation that lets it.
async fn follow(
    mut reader: Reader,
    tangle: &dyn Tangle,
    now: u64,
    loot: &mut Loot,
) -> anyhow::Result<()> {
    for _ in 0..ROUNDS {
        let wanted = reader.wanted(now);
        let found = under(tangle, &wanted).await?;
        let nothing = Vec::new();
        for tag in &wanted {
            for event in reader.offer(tag, found.get(tag).unwrap_or(&nothing)) {
                if let Event::Data { body, .. } | Event::History { body, .. } = event {
                    loot.add(&body);
                }
            }
        }
        if !reader.wants_another_round() {
            break;
        }
    }
    Ok(())
}

/// Looks into every slot up to `now` as if the keys had never turned.
async fn walk(
    secrets: &LaneSecrets,
    tangle: &dyn Tangle,
    now: u64,
    loot: &mut Loot,
) -> anyhow::Result<()> {
    let keys = secrets.keys_until(now);
    for chunk in keys.chunks(TAGS) {
        let tags: Vec<channel::Tag> = chunk.iter().map(|key| key.tag).collect();
        let found = under(tangle, &tags).await?;
        let mut bodies: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for key in chunk {
            let blocks = found.get(&key.tag).into_iter().flatten();
            let Some(plain) = blocks.filter_map(|block| key.open(block)).next() else {
                continue;
            };
            if plain.carries_readings() {
                bodies
                    .entry(plain.slot())
                    .or_default()
                    .extend_from_slice(&plain.body);
            }
        }
        bodies.values().for_each(|body| loot.add(body));
    }
    Ok(())
}

async fn under(
    tangle: &dyn Tangle,
    tags: &[channel::Tag],
) -> anyhow::Result<HashMap<channel::Tag, Vec<Vec<u8>>>> {
    let asked: Vec<Tag> = tags.iter().map(|tag| Tag((*tag).into())).collect();
    let mut found: HashMap<channel::Tag, Vec<Vec<u8>>> = HashMap::new();
    for stored in tangle.by_tags(&asked).await? {
        found
            .entry(channel::Tag::from(stored.tag.0))
            .or_default()
            .push(stored.data);
    }
    Ok(found)
}
