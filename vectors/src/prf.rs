//! Every label of the PRF once.

use crate::hex;
use serde_json::{Value, json};

const KEY: [u8; 32] = [1; 32];
const BYTES: [u8; 32] = [2; 32];

/// Label, data, and what comes out of it.
const LABELS: &[(&str, &[u8], &str)] = &[
    ("day", &[], "secret of an epoch's first day, from SK (3.1)"),
    ("chain", &[], "C of a day's first slot (3.1)"),
    ("nextday", &[], "D_next (3.1)"),
    ("slot", &[], "C of the next slot (3.1)"),
    ("rot", &[], "R, from SK (3.1)"),
    ("tag", &[], "key of the tags of a slot, from C (3.1)"),
    ("t", &[1, 0], "tag of part 1 (3.1)"),
    ("enc", &[1, 0], "key of part 1, from C or R (3.1, 3.5)"),
    ("tag", &[1, 0], "tag of part 1 of a rotation, from R (3.5)"),
    ("nonce", &BYTES, "nonce, from the key of the place (2.4)"),
    ("rid", &[1, 0, 0, 0], "name of an entry, from P (3.5)"),
    (
        "rwrap",
        &[1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9],
        "key of an entry, from P (3.5)",
    ),
    ("next", &[1, 0, 0, 0], "P after a rotation (3.5)"),
    ("lane", &[5; 16], "P of a lane (3.5)"),
    ("psk", &[], "pre-shared key of a grant (3.7)"),
    ("next", &[], "key of the next message of a chain (4.1)"),
    ("w", &[], "secret of the wallet's messages, from S_c (4.1)"),
    ("d", &[], "secret of the device's messages, from S_c (4.1)"),
    (
        "p",
        &[],
        "secret of the provider's messages, from S_c (4.1)",
    ),
    (
        "msg",
        &[7, 0, 0, 0],
        "key of message 7 of a numbered channel (4.1)",
    ),
    ("tag", &[1], "tag of fragment 1 of a message (4.1)"),
    ("enc", &[1], "key of fragment 1 of a message (4.1)"),
    ("wallet/journal", &[], "secret of the journal (4.5)"),
    (
        "wallet/journal-key",
        &[],
        "seed of the journal's signing key (4.5)",
    ),
    (
        "wallet/device-key",
        &[3, 0, 0, 0],
        "seed of the key for a device (4.5)",
    ),
    (
        "wallet/consent-key",
        &[9; 16],
        "seed of the key of a receipt (4.5)",
    ),
    ("wallet/consent-secret", &[9; 16], "S_c (4.5)"),
    (
        "wallet/fingerprint",
        &[],
        "name of the wallet in its database (4.5)",
    ),
    ("pair/psk", &[], "pre-shared key of the handshake (5.2)"),
    (
        "pair/control",
        &BYTES,
        "first secret of the control chain, from ck (5.2)",
    ),
    (
        "pair/status",
        &BYTES,
        "first secret of the status chain, from ck (5.2)",
    ),
    (
        "pair",
        &[0, 7, 0, 0, 0, 0, 0, 0, 0],
        "message key of claims of the seventh half minute (5.4)",
    ),
    (
        "near/psk",
        &BYTES,
        "pre-shared key of an owner's call, from the control secret (5.6)",
    ),
    (
        "near/hint",
        &[
            2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
            2, 2, 2, 9, 9, 9, 9, 9, 9, 9, 9,
        ],
        "hint of a device nearby, first 8 bytes, from the control secret (5.6)",
    ),
    ("req", &[], "message key of a request (6.1)"),
    ("consent", &BYTES, "name of a consent, first 16 bytes (6.2)"),
    ("inbox", &[1, 0], "message key of place 1 of an inbox (6.3)"),
];

pub(crate) fn vectors() -> Value {
    let cases = LABELS.iter().map(|&(label, data, what)| {
        json!({ "key": hex(KEY), "label": format!("mk1/{label}"), "data": hex(data), "for": what,
            "output": hex(channel::prf(&KEY, label, &[data])) })
    });
    json!({
        "what": "PRF(key, label, data) = HMAC-SHA-256(key, u8(len label) | label | data); docs/protocol.md, notation",
        "cases": cases.collect::<Vec<_>>(),
    })
}
