//! What is nearby, by Bluetooth, and what can be wrong with that.

use std::time::Duration;

use consent::Language;
use serde_json::json;
use wallet::{Central as _, DesktopCentral, Nearby, NearbyError, WalletError};

use super::text;
use crate::answer::{Answer, progress};
use crate::fault::Fault;
use crate::options::{Options, Radio};
use crate::session;
use crate::show::pick;

/// How long is looked around: several advertisements of each device.
const LOOK: Duration = Duration::from_secs(6);

pub(crate) async fn list(options: &Options, radio: &Radio) -> Result<Answer, Fault> {
    let language = session::language_without_wallet(options);
    progress(options, looking(language));
    let central = DesktopCentral::open(radio.adapter.as_deref()).await;
    let central = central.map_err(WalletError::from)?;
    let devices = central.look(LOOK, &|_| false).await;
    let mut devices = devices.map_err(WalletError::from)?;
    devices.retain(|device| !device.is_for_its_owner());
    let mut answer = Answer::new(json!({ "devices": devices }));
    if devices.is_empty() {
        answer.say(sentence(&NearbyError::NotFound, language));
    }
    for device in &devices {
        answer.say(line(device, language));
    }
    Ok(answer)
}

pub(crate) fn looking(language: Language) -> &'static str {
    pick(language, "Looking around…", "Even rondkijken…")
}

pub(crate) fn found(device: &Nearby, language: Language) -> String {
    text(
        language,
        format!("{} is nearby.", device.name),
        format!("{} is in de buurt.", device.name),
    )
}

fn line(device: &Nearby, language: Language) -> String {
    let signal = match device.signal {
        Some(signal) => format!("{signal} dBm"),
        None => pick(language, "strength unknown", "sterkte onbekend").to_owned(),
    };
    format!("{}  {signal}", device.name)
}

/// Why Bluetooth did not do, and what to do about it.
pub(crate) fn sentence(error: &NearbyError, language: Language) -> String {
    if language == Language::En {
        let said = error.to_string();
        let mut letters = said.chars();
        let first = letters
            .next()
            .map(|letter| letter.to_uppercase().to_string());
        return format!("{}{}.", first.unwrap_or_default(), letters.as_str());
    }
    match error {
        NearbyError::Absent => {
            "Er is geen Bluetooth op deze computer: geen adapter, of bluetoothd draait niet.".into()
        }
        NearbyError::NotAllowed => {
            "Dit programma mag Bluetooth niet gebruiken. Sta het toe bij de instellingen van het systeem."
                .into()
        }
        NearbyError::Unusable(why) => format!("Bluetooth doet het niet op deze computer: {why}."),
        NearbyError::Off => {
            "Bluetooth staat uit op deze computer. Zet het aan en probeer het opnieuw.".into()
        }
        NearbyError::NoSuchAdapter { name, there } => {
            format!(
                "Er is geen Bluetooth-adapter {name}, alleen {}.",
                there.join(", ")
            )
        }
        NearbyError::WhichAdapter(there) => {
            format!(
                "Er zijn meer Bluetooth-adapters. Noem er een: {}.",
                there.join(", ")
            )
        }
        NearbyError::NotFound => {
            "Er is geen Raspberry Pi met een open venster in de buurt. Haal de stekker van de Pi eruit en steek hem er \
             weer in: daarna luistert hij twee minuten. Of typ daar `pi-daemon pair`. Ga er binnen een paar meter bij \
             staan."
                .into()
        }
        NearbyError::OnlyOthers(serial) => {
            format!("De Raspberry Pi van deze code, {serial}, is niet in de buurt; andere wel.")
        }
        NearbyError::Several(found) => {
            let names: Vec<&str> = found.iter().map(|device| device.name.as_str()).collect();
            format!(
                "Er zijn er meer in de buurt. Zeg welke, met --at: {}.",
                names.join(", ")
            )
        }
        NearbyError::NoneCalled(called) => {
            format!("Er is geen Raspberry Pi die “{called}” heet in de buurt.")
        }
        NearbyError::NotListening => {
            "Het venster van de Raspberry Pi is dicht. Haal de stekker eruit en steek hem er weer in: daarna luistert \
             hij twee minuten. Of typ daar `pi-daemon pair`."
                .into()
        }
        NearbyError::NotCalled => {
            "Je Raspberry Pi is niet in de buurt gevonden. Hij luistert twee minuten naar je nadat de stekker eruit \
             is geweest, of na `pi-daemon near`."
                .into()
        }
        NearbyError::Mute => "De Raspberry Pi antwoordde niet op tijd. Probeer het opnieuw.".into(),
        NearbyError::Busy => "Een andere telefoon of computer praat nu met de Raspberry Pi.".into(),
        NearbyError::Broken(why) => format!("De Bluetooth-verbinding is verbroken: {why}."),
        NearbyError::Silent => {
            "De Raspberry Pi antwoordt niet op deze code. Vergelijk hem met die van \
                                `pi-daemon setup`."
                .into()
        }
        NearbyError::Unfinished => {
            "De verbinding eindigde bij de laatste stap. Haal de stekker van de Raspberry Pi eruit en steek hem er weer \
             in, of typ daar `pi-daemon pair`, en koppel nog een keer."
                .into()
        }
        other => format!("{other}."),
    }
}
