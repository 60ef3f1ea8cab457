//! A pairing from claim to result, with both sides' coins.

use crate::{Tape, hex};
use anyhow::bail;
use channel::IdentityKey;
use pairing::{
    DevicePairing, Offer, OfferedLane, PairingCode, Reaction, Route, Serial, WalletPairing,
    post::{Place, cancel},
};
use serde_json::{Value, json};

const NOW: u64 = 1_790_000_000;

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let (identity_seed, wallet_seed) = ([50; 32], [51; 32]);
    let (identity, wallet) = (
        IdentityKey::from_seed(&identity_seed),
        IdentityKey::from_seed(&wallet_seed),
    );
    let mut tape = Tape::new("pairing/code");
    let mut device = DevicePairing::new(&identity.verifying(), Serial([0, 0, 0, 42]), &mut tape);
    let secret: [u8; 20] = Tape::new("pairing/code").take();
    device.open_window(NOW)?;
    let code = device.code();

    let mut answer = |tape: &str, message: &[u8]| {
        let mut tape = Tape::new(tape);
        match device.receive(NOW, Route::Tangle, message, &identity, &offer(), &mut tape) {
            Reaction::Answer(reply) => Ok(reply.message),
            Reaction::Silence(why) => bail!("{why}"),
            Reaction::Cancelled => bail!("nobody gave up"),
        }
    };
    let claim = WalletPairing::start(&code, NOW, &mut Tape::new("pairing/wallet"))?;
    let challenge = answer("pairing/device", claim.message())?;
    let answered =
        claim
            .challenge(NOW, &challenge)?
            .answer(NOW, &wallet, &mut Tape::new("pairing/answer"))?;
    let result = answer("pairing/result", answered.message())?;
    let (paired, _) = answered.result(&result)?;

    let place = |place: Place| hex(code.secret().message_key(place).expose());
    Ok(json!({
        "what": "docs/protocol.md section 5: the four messages, their coins, and what both sides then have",
        "code": described(&code, &secret),
        "coins": {
            "what": "32-byte block n is PRF(seed, \"mk1/coins\", u64 n); a wallet's or device's handshake takes blocks in order",
            "wallet": hex(Tape::new("pairing/wallet").take::<32>()), "device": hex(Tape::new("pairing/device").take::<32>()),
        },
        "time": NOW, "identity": hex(identity.verifying().as_bytes()), "wallet_key": hex(wallet.verifying().as_bytes()),
        "messages": [hex(claim.message()), hex(&challenge), hex(answered.message()), hex(&result)],
        "control_secret": hex(*paired.to_device()), "status_secret": hex(*paired.to_wallet()),
        "message_keys": [place(Place::claims(NOW)), place(claim.claim().challenge()), place(claim.claim().answer()),
            place(claim.claim().result())],
        "cancel": hex(cancel(&[claim.claim()])),
    }))
}

fn described(code: &PairingCode, secret: &[u8]) -> Value {
    json!({ "secret": hex(secret), "identity_hash": code.identity().map(|hash| hex(hash.0)),
        "serial": code.serial().map(|serial| hex(serial.0)),
        "address": code.to_uri().map(|uri| uri.as_str().to_owned()), "typed": code.to_typed().as_str() })
}

fn offer() -> Offer {
    let lane = |lane, slot_seconds, root| OfferedLane {
        lane,
        slot_seconds,
        root,
    };
    Offer {
        name: "Meter cupboard".into(),
        lanes: vec![lane(0, 10, None), lane(3, 900, Some([7; 32]))],
    }
}
