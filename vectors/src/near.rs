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
        "conversation": said,
    }))
}

/// One after the other in one conversation.
fn conversation() -> anyhow::Result<Vec<(&'static str, Request, Response)>> {
    let network = |name: &str, strength, security, joined| Network {
        name: NetworkName::new(name),
        strength,
        security,
        joined,
    };
    let node = |trouble: Option<&str>| Response::Node {
        address: "http://10.0.0.2:14265".into(),
        trouble: trouble.map(Into::into),
    };
    let refused = |why, detail: Option<&str>| Response::No {
        why,
        detail: detail.map(Into::into),
    };
    let join = |password: Option<&str>| Request::Join {
        name: NetworkName::new("Thuis"),
        password: password.map(Password::new),
    };
    let networks = vec![
        network("Thuis", 80, Security::Password, true),
        network("Gasten", 70, Security::Open, false),
        network("Kantoor", 20, Security::Other, false),
    ];
    let bodies = vec![codec::one_reading()?.into()];
    let blocks = vec![vec![7; 4096].into()];
    let address = "http://10.0.0.2:14265".into();
    Ok(vec![
        ("WIFI", Request::Wifi, Response::Wifi { networks }),
        ("JOIN", join(Some("correct horse")), Response::Joined),
        (
            "JOIN without a password",
            join(None),
            refused(No::Password, None),
        ),
        ("NODE", Request::Node, node(Some("no answer within 10 s"))),
        ("USE_NODE", Request::UseNode { address }, node(None)),
        ("METER", Request::Meter, Response::Meter { bodies }),
        (
            "METER that is silent",
            Request::Meter,
            refused(No::NoReading, Some("silent")),
        ),
        ("HAND_OVER", Request::HandOver { blocks }, Response::Taken),
    ])
}
