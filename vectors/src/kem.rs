//! Key pairs from seeds, an encapsulation, and a sealed message with fixed coins.

use crate::{Tape, hex};
use ::kem::{SecretKey, ntru};
use serde_json::{Value, json};

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let (seed, coins) = ([1; 32], [2; 32]);
    let (key, ntru) = (
        SecretKey::from_seed(&seed),
        ntru::SecretKey::from_seed(&seed),
    );
    let (shared, ciphertext) = ntru.public_key().encapsulate_from(&coins);
    let foreign = ntru::SecretKey::from_seed(&[9; 32]).decapsulate(&ciphertext);
    Ok(json!({
        "what": "docs/protocol.md section 2",
        "ntru": {
            "seed": hex(seed), "public_key": hex(ntru.public_key().as_bytes()),
            "encapsulation_seed": hex(coins), "ciphertext": hex(ciphertext.as_bytes()), "shared_secret": hex(*shared),
            "opened_with_another_key": { "seed": hex([9; 32]), "shared_secret": hex(*foreign) },
        },
        "hybrid": { "seed": hex(seed), "public_key": hex(key.public_key().to_bytes()) },
        "sealed": sealed(&key)?,
    }))
}

fn sealed(key: &SecretKey) -> anyhow::Result<Value> {
    let (psk, text) = ([3; 32], b"the keys of a lane");
    let coins: [u8; 64] = Tape::new("kem").take();
    let (ephemeral, encapsulation) = coins.split_at(32);
    let mut tape = Tape::new("kem");
    let (sealed, exporter) = ::kem::seal(
        key.public_key(),
        &psk,
        b"id",
        b"info",
        b"aad",
        text,
        &mut tape,
    )?;
    Ok(json!({
        "recipient_seed": hex(key.seed()), "psk": hex(psk), "psk_id": hex(b"id"), "info": hex(b"info"),
        "aad": hex(b"aad"), "plaintext": hex(text),
        "coins": { "x25519_ephemeral": hex(ephemeral), "ntru_encapsulation_seed": hex(encapsulation) },
        "enc": hex(&sealed.enc), "ciphertext": hex(&sealed.ciphertext),
        "exported": { "context": hex(b"mk1/pairwise"), "secret": hex(*exporter.export(b"mk1/pairwise")) },
    }))
}
