//! Reading private messages off the Tangle.

use std::collections::HashMap;

use channel::{MessageAssembler, MessageKey};
use tangle::{Tag, Tangle, TangleError};

/// Fetches whatever lies under these message keys: the first blocks of all of them with one question, then the others.
pub(crate) async fn fetch(
    tangle: &dyn Tangle,
    keys: Vec<MessageKey>,
) -> Result<Vec<MessageAssembler>, TangleError> {
    let mut letters: Vec<MessageAssembler> = keys.into_iter().map(MessageAssembler::new).collect();
    let mut asked: Vec<Tag> = Vec::new();
    loop {
        let wanted = wanted(&letters, &asked);
        if wanted.is_empty() {
            return Ok(letters);
        }
        let mut found: HashMap<Tag, Vec<Vec<u8>>> = HashMap::new();
        for stored in tangle.by_tags(&wanted).await? {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        for (tag, candidates) in &found {
            for letter in &mut letters {
                letter.offer(&channel::Tag::from(tag.0), candidates);
            }
        }
        asked.extend(wanted);
    }
}

/// Whether some blocks of a message are there and others are not yet.
pub(crate) fn is_incomplete(letter: &MessageAssembler) -> bool {
    letter.joined().is_empty() && letter.wanted().len() > 1
}

/// What has to be asked for and was not yet: no tag is asked for twice.
fn wanted(letters: &[MessageAssembler], asked: &[Tag]) -> Vec<Tag> {
    let tags = letters.iter().flat_map(MessageAssembler::wanted);
    tags.map(|tag| Tag(tag.into()))
        .filter(|tag| !asked.contains(tag))
        .collect()
}
