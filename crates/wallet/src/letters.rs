//! Private messages on the Tangle: fetching what lies under their keys, and publishing one's own.

use std::collections::HashMap;

use channel::{IdentityKey, MessageAssembler, MessageKey, seal_message};
use tangle::{Tag, Tangle, TangleError};

use crate::WalletError;
use crate::store::Sealed;

/// What the signatures of each kind of message are for.
pub(crate) mod context {
    pub(crate) const JOURNAL: &str = "journal";
    pub(crate) const CONTROL: &str = "control";
    pub(crate) const STATUS: &str = "status";
    pub(crate) const CONSENT: &str = "consent";
    pub(crate) const INBOX: &str = "inbox";
}

/// How many messages of a conversation are looked for ahead of the last one known (`docs/protocol.md` section 4).
pub(crate) const AHEAD: usize = 4;

/// Fetches whatever lies under these keys: the first blocks of all of them with one question, then the others.
pub(crate) async fn fetch(
    tangle: &dyn Tangle,
    keys: impl IntoIterator<Item = MessageKey>,
) -> Result<Vec<MessageAssembler>, TangleError> {
    let mut assemblers: Vec<MessageAssembler> =
        keys.into_iter().map(MessageAssembler::new).collect();
    let mut asked: Vec<Tag> = Vec::new();
    loop {
        let wanted: Vec<Tag> = assemblers
            .iter()
            .flat_map(MessageAssembler::wanted)
            .map(|tag| Tag(tag.into()))
            .filter(|tag| !asked.contains(tag))
            .collect();
        if wanted.is_empty() {
            return Ok(assemblers);
        }
        let mut found: HashMap<Tag, Vec<Vec<u8>>> = HashMap::new();
        for stored in tangle.by_tags(&wanted).await? {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        for assembler in &mut assemblers {
            for tag in assembler.wanted() {
                if let Some(candidates) = found.get(&Tag(tag.into())) {
                    assembler.offer(&tag, candidates);
                }
            }
        }
        asked.extend(wanted);
    }
}

/// Signs and seals a message, and reads its own bytes back before anybody else can.
pub(crate) fn seal(
    key: &MessageKey,
    number: u32,
    signer: &IdentityKey,
    context: &'static str,
    body: &[u8],
) -> Result<Sealed, WalletError> {
    let fragments = seal_message(key, signer, context, body, &mut crate::random())?;
    let mut assembler = MessageAssembler::new(key.clone());
    for fragment in &fragments {
        assembler.offer(&fragment.tag, &[fragment.data.as_slice()]);
    }
    let opened = assembler
        .verified(&signer.verifying(), context)
        .ok_or(WalletError::Sealing)?;
    Ok(Sealed {
        number,
        hash: opened.hash.into(),
        blocks: fragments.iter().map(|fragment| *fragment.data).collect(),
    })
}

/// Publishes the blocks of a message, the first one last: who sees it can have the whole.
pub(crate) async fn publish(
    tangle: &dyn Tangle,
    key: &MessageKey,
    sealed: &Sealed,
) -> Result<(), TangleError> {
    let numbered: Vec<_> = (0u8..).zip(&sealed.blocks).collect();
    for (index, block) in numbered.into_iter().rev() {
        tangle.publish(Tag(key.tag(index).into()), block).await?;
    }
    Ok(())
}
