//! An owner nearby: a call with both sides' coins, and a conversation with every request and every response.

use crate::{Tape, codec, hex};
use anyhow::{Context, bail, ensure};
use pairing::Route;
use pairing::near::{
    Called, Calls, NearCall, NearKey, Network, NetworkName, No, Password, Request, Response,
    Security,
};
use serde_json::{Value, json};

const NOW: u64 = 1_790_000_000;
const ROUTE: Route = Route::Bluetooth(1);
const NODE: &str = "http://10.0.0.2:14265";
const TROUBLE: &str = "no answer within 10 s";
const SILENT: &str = "silent";
const PASSWORD: &str = "correct horse";
/// Name, strength, what it asks for, and whether the device is on it.
const NETWORKS: [(&str, u8, Security, bool); 3] = [
    ("Thuis", 80, Security::Password, true),
    ("Gasten", 70, Security::Open, false),
    ("Kantoor", 20, Security::Other, false),
];
const BLOCK: [u8; 4096] = [7; 4096];

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let (control, status) = ([70; 32], [71; 32]);
    let key = NearKey::new(&control, &status);
    let mut device = Calls::default();
    device.open(NOW, 120, &mut Tape::new("near/salt"));
    let hint = device.hint(&key).context("the device takes no calls")?;
    let call = NearCall::start(&key, &mut Tape::new("near/wallet"))?;
    let mut coins = Tape::new("near/device");
    let Called::Answer(taken) = device.hear(NOW, ROUTE, call.message(), &key, &mut coins) else {
        bail!("the call was not taken");
    };
    let mut talk = call.taken(&taken)?;
    let mut said = Vec::new();
    for (name, request, response) in conversation()? {
        let asked = talk.ask(&request)?;
        let heard = device.hear(NOW, ROUTE, &asked, &key, &mut coins);
        ensure!(
            heard == Called::Request(request.clone()),
            "{name}: not heard"
        );
        let answer = device.respond(NOW, ROUTE, &response);
        let answer = answer.with_context(|| format!("{name}: no response"))?;
        ensure!(
            talk.response(&answer)? == response,
            "{name}: not understood"
        );
        said.push(json!({
            "name": name,
            "request": hex(minicbor::to_vec(&request)?), "request_message": hex(&asked),
            "response": hex(minicbor::to_vec(&response)?), "response_message": hex(&answer),
        }));
    }
    Ok(json!({
        "what": "docs/protocol.md section 5.6: an owner's call, what is asked in it, and what the device says",
        "control_secret": hex(control), "status_secret": hex(status),
        "salt": hex(Tape::new("near/salt").take::<8>()), "hint": hex(hint.to_bytes()),
        "coins": {
            "what": "as in pairing.json",
            "wallet": hex(Tape::new("near/wallet").take::<32>()), "device": hex(Tape::new("near/device").take::<32>()),
        },
        "call": hex(call.message()), "call_taken": hex(&taken),
        "given": {
            "what": "what is said: networks as name, strength, what they ask for, and whether the device is on them",
            "networks": NETWORKS.map(|(name, strength, security, joined)| json!([name, strength, security as u8, joined])),
            "password": PASSWORD, "node": NODE, "trouble": TROUBLE, "silent": SILENT, "block": hex(BLOCK),
        },
        "conversation": said,
    }))
}

/// One after the other in one conversation.
fn conversation() -> anyhow::Result<Vec<(&'static str, Request, Response)>> {
    let networks = NETWORKS.map(|(name, strength, security, joined)| Network {
        name: NetworkName::new(name),
        strength,
        security,
        joined,
    });
    let node = |trouble: Option<&str>| Response::Node {
        address: NODE.into(),
        trouble: trouble.map(Into::into),
    };
    let refused = |why, detail: Option<&str>| Response::No {
        why,
        detail: detail.map(Into::into),
    };
    let join = |password: Option<&str>| Request::Join {
        name: NetworkName::new(NETWORKS[0].0),
        password: password.map(Password::new),
    };
    let networks = networks.into();
    let bodies = vec![codec::one_reading()?.into()];
    let blocks = vec![BLOCK.to_vec().into()];
    let address = NODE.into();
    Ok(vec![
        ("WIFI", Request::Wifi, Response::Wifi { networks }),
        ("JOIN", join(Some(PASSWORD)), Response::Joined),
        (
            "JOIN without a password",
            join(None),
            refused(No::Password, None),
        ),
        ("NODE", Request::Node, node(Some(TROUBLE))),
        ("USE_NODE", Request::UseNode { address }, node(None)),
        ("METER", Request::Meter, Response::Meter { bodies }),
        (
            "METER that is silent",
            Request::Meter,
            refused(No::NoReading, Some(SILENT)),
        ),
        ("HAND_OVER", Request::HandOver { blocks }, Response::Taken),
    ])
}
