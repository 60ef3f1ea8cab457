//! One's own device, when its owner stands beside it: Wi-Fi, node, and what the meter says.

use std::time::Duration;

use consent::Language;
use pairing::near::{Network, NetworkName, No, Password, Security};
use readings::Reading;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use wallet::{Central as _, DesktopCentral, NearDevice, NodeInUse, WalletError};

use super::{nearby, text};
use crate::answer::{Answer, progress};
use crate::fault::Fault;
use crate::options::{Near, Options, Radio, Wifi};
use crate::prompt;
use crate::session::Session;
use crate::show::pick;

pub(crate) async fn near(options: &Options, asked: &Near) -> Result<Answer, Fault> {
    beside(options, &asked.radio, asked.device.as_deref(), {
        async |device: &mut NearDevice, language| look(options, asked, device, language).await
    })
    .await
}

pub(crate) async fn wifi(options: &Options, asked: &Wifi) -> Result<Answer, Fault> {
    beside(options, &asked.radio, asked.device.as_deref(), {
        async |device: &mut NearDevice, language| match &asked.network {
            None => networks(device, language).await,
            Some(name) => join(options, asked, name, device, language).await,
        }
    })
    .await
}

/// Calls the device, does that, and waits until the connection is gone: the program ends after it.
async fn beside(
    options: &Options,
    radio: &Radio,
    device: Option<&str>,
    does: impl AsyncFnOnce(&mut NearDevice, Language) -> Result<Answer, Fault>,
) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let language = session.language();
    let device = session.wallet.find_device(device)?;
    progress(options, nearby::looking(language));
    let central = DesktopCentral::open(radio.adapter.as_deref()).await;
    let central = central.map_err(WalletError::from)?;
    let done = match session.wallet.call_nearby(&central, device).await {
        Ok(mut device) => does(&mut device, language).await,
        Err(error) => Err(error.into()),
    };
    central.settle().await;
    done
}

async fn look(
    options: &Options,
    asked: &Near,
    device: &mut NearDevice,
    language: Language,
) -> Result<Answer, Fault> {
    let node = match &asked.node {
        Some(address) => device.use_node(address.clone()).await?,
        None => device.node().await?,
    };
    let mut answer = Answer::default();
    answer.say(node_in_words(&node, language));
    answer.set("node", serde_json::to_value(&node).unwrap_or_default());
    let mut every_second = interval(Duration::from_secs(1));
    every_second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut readings: Vec<Value> = Vec::new();
    for second in 1..=asked.seconds {
        every_second.tick().await;
        match device.meter().await {
            Ok(reading) => {
                readings.push(serde_json::to_value(&reading).unwrap_or_default());
                let line = reading_in_words(&reading, language);
                if second < asked.seconds {
                    progress(options, &line);
                } else {
                    answer.say(line);
                }
            }
            // A meter that is silent is no reason not to tell the rest.
            Err(WalletError::Near { why, detail }) => {
                answer.say(refusal(why, detail.as_deref(), language));
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    answer.set("readings", readings);
    Ok(answer)
}

async fn networks(device: &mut NearDevice, language: Language) -> Result<Answer, Fault> {
    let networks = device.wifi().await?;
    let mut answer = Answer::default();
    if networks.is_empty() {
        answer.say(pick(
            language,
            "The Raspberry Pi hears no Wi-Fi network.",
            "De Raspberry Pi hoort geen wifi-netwerk.",
        ));
    }
    for network in &networks {
        answer.say(network_in_words(network, language));
    }
    let all = networks.iter().map(|network| {
        json!({
            "name": network.name.to_string(),
            "strength": network.strength,
            "security": match network.security {
                Security::Open => "open",
                Security::Password => "password",
                Security::Other => "other",
            },
            "joined": network.joined,
        })
    });
    answer.set("networks", all.collect::<Vec<Value>>());
    Ok(answer)
}

async fn join(
    options: &Options,
    asked: &Wifi,
    name: &str,
    device: &mut NearDevice,
    language: Language,
) -> Result<Answer, Fault> {
    let wanted = NetworkName::new(name);
    let heard = device.wifi().await?;
    let network = heard.iter().find(|network| network.name == wanted);
    let not_heard = WalletError::Near {
        why: No::NotHeard,
        detail: None,
    };
    let password = match network.ok_or(not_heard)?.security {
        Security::Password => Some(password(asked, name, language)?),
        Security::Open | Security::Other => None,
    };
    progress(
        options,
        pick(
            language,
            "The Raspberry Pi joins the network…",
            "De Raspberry Pi gaat op het netwerk…",
        ),
    );
    device.join(wanted, password).await?;
    let mut answer = Answer::new(json!({ "joined": name }));
    answer.say(text(
        language,
        format!("The Raspberry Pi is on {name}, and stays with it."),
        format!("De Raspberry Pi zit op {name}, en blijft daarop."),
    ));
    Ok(answer)
}

fn password(asked: &Wifi, network: &str, language: Language) -> Result<Password, Fault> {
    let typed = match &asked.password_file {
        Some(path) => prompt::first_line(path).map_err(|source| Fault::File {
            path: path.clone(),
            source,
        })?,
        None => {
            let question = match language {
                Language::En => format!("Password of {network}:"),
                Language::Nl => format!("Wachtwoord van {network}:"),
            };
            prompt::ask(&question, true)?
        }
    };
    Ok(Password::new(typed.as_str()))
}

fn network_in_words(network: &Network, language: Language) -> String {
    let takes = match network.security {
        Security::Open => pick(language, "open", "open"),
        Security::Password => pick(language, "password", "wachtwoord"),
        Security::Other => pick(
            language,
            "cannot be set up this way",
            "kan zo niet worden ingesteld",
        ),
    };
    let joined = match network.joined {
        true => pick(language, "  (it is on this one)", "  (hier zit hij op)"),
        false => "",
    };
    format!(
        "{:>3} %  {}  {takes}{joined}",
        network.strength, network.name
    )
}

fn node_in_words(node: &NodeInUse, language: Language) -> String {
    let address = &node.address;
    match (&node.trouble, language) {
        (None, Language::En) => format!("It reaches its node, {address}."),
        (None, Language::Nl) => format!("Hij bereikt zijn knooppunt, {address}."),
        (Some(why), Language::En) => format!("It does not reach its node, {address}: {why}"),
        (Some(why), Language::Nl) => format!("Hij bereikt zijn knooppunt, {address}, niet: {why}"),
    }
}

fn reading_in_words(reading: &Reading, language: Language) -> String {
    let electricity = &reading.electricity;
    let drawn = electricity.power_import.map_or(0, |power| power.0);
    let given = electricity.power_export.map_or(0, |power| power.0);
    match (given > 0, language) {
        (false, Language::En) => format!("The house draws {drawn} W."),
        (true, Language::En) => format!("The house gives {given} W back."),
        (false, Language::Nl) => format!("Het huis verbruikt {drawn} W."),
        (true, Language::Nl) => format!("Het huis levert {given} W terug."),
    }
}

/// Why the device does not do it, and what to do about it.
pub(crate) fn refusal(why: No, detail: Option<&str>, language: Language) -> String {
    let sentence = match language {
        Language::En => crate::fault::capital(&why.to_string()),
        Language::Nl => dutch(why).to_owned(),
    };
    match detail {
        Some(detail) => format!("{sentence} ({detail})"),
        None => sentence,
    }
}

fn dutch(why: No) -> &'static str {
    match why {
        No::Unknown => "Het apparaat kent deze vraag niet; misschien moet het worden bijgewerkt.",
        No::Busy => "Het apparaat is nog bezig met wat hiervoor gevraagd is.",
        No::NoNetworkManager => {
            "Het apparaat kan geen wifi instellen, omdat er geen NetworkManager op draait. Stel het in zoals bij zijn systeem staat."
        }
        No::NoAdapter => "Het apparaat heeft geen wifi.",
        No::Off => "Wifi staat uit op het apparaat. Zet het aan met `nmcli radio wifi on`.",
        No::NotHeard => "Het apparaat hoort dit netwerk niet.",
        No::Password => "Het netwerk neemt dit wachtwoord niet.",
        No::Unsupported => {
            "Dit netwerk vraagt meer dan een wachtwoord, en dat kan zo niet worden ingesteld."
        }
        No::NoAddress => {
            "Het netwerk liet het apparaat toe en gaf het geen adres. Kijk bij je router."
        }
        No::Forbidden => {
            "Het systeem van het apparaat laat pi-daemon geen wifi instellen. Het Debian-pakket van pi-daemon regelt dat."
        }
        No::Address => "Dit kan geen adres van een knooppunt zijn.",
        No::NoReading => "De meter heeft het apparaat de laatste tijd niets gezegd.",
        No::Failed => "Het apparaat kon het niet doen.",
    }
}
