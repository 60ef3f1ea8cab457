//! A signed message in fragments.

use crate::{Tape, hex};
use channel::{IdentityKey, MessageKey, seal_message};
use serde_json::{Value, json};

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let (seed, body) = ([2; 32], b"stop ".repeat(200));
    let (key, signer) = (MessageKey::new([1; 32]), IdentityKey::from_seed(&seed));
    let fragments = seal_message(&key, &signer, "control", &body, &mut Tape::new("message"))?;
    let fragments = fragments
        .iter()
        .map(|fragment| json!({ "tag": hex(fragment.tag), "data": hex(*fragment.data) }));
    Ok(json!({
        "what": "docs/protocol.md section 4.1",
        "message_key": hex(key.expose()), "signer_seed": hex(seed), "signer": hex(signer.verifying().as_bytes()),
        "signer_hash": hex(signer.verifying().hash()), "context": "mk1/control", "body": hex(body),
        "fragments": fragments.collect::<Vec<_>>(),
    }))
}
