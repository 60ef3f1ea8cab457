//! Adding a meter, over the Tangle or by Bluetooth.

use consent::Language;
use pairing::PairingCode;
use wallet::{Central, DesktopCentral, NearbyStep, PairStep, PairedDevice, WalletError};

use super::{nearby, text};
use crate::answer::{Answer, progress};
use crate::fault::Fault;
use crate::options::{Options, Pair};
use crate::prompt;
use crate::session::Session;
use crate::show::{self, pick};

pub(crate) async fn pair(options: &Options, asked: &Pair) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let language = session.language();
    let typed;
    let code = match asked.code.as_deref() {
        Some(code) => code,
        None => {
            typed = prompt::read_all(None, pick(language, "The code:", "De code:"))?;
            typed.as_str()
        }
    };
    let code: PairingCode = code.parse().map_err(WalletError::from)?;
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    let paired = if asked.bluetooth {
        by_bluetooth(options, asked, &session, &code, interrupted).await?
    } else {
        let said = |step| progress(options, in_words(step, language));
        let name = asked.name.clone();
        let pairing = session.wallet.pair_unless(&code, name, said, interrupted);
        pairing.await?
    };
    Ok(answer(&paired, language))
}

async fn by_bluetooth(
    options: &Options,
    asked: &Pair,
    session: &Session,
    code: &PairingCode,
    interrupted: impl Future<Output = ()> + Send,
) -> Result<PairedDevice, Fault> {
    let language = session.language();
    let said = |step| match step {
        NearbyStep::Looking => progress(options, nearby::looking(language)),
        NearbyStep::Found(device) => progress(options, &nearby::found(&device, language)),
        NearbyStep::Pairing(step) => progress(options, in_words(step, language)),
        NearbyStep::OverTheTangle(why) => {
            progress(options, &nearby::sentence(&why, language));
            let instead = pick(
                language,
                "It is tried over the Tangle now.",
                "Nu over de Tangle.",
            );
            progress(options, instead);
        }
    };
    let opened = DesktopCentral::open(asked.radio.adapter.as_deref()).await;
    let central = match &opened {
        Ok(central) => Ok(central as &dyn Central),
        Err(error) => Err(error.clone()),
    };
    let (at, name) = (asked.at.as_deref(), asked.name.clone());
    let paired = session
        .wallet
        .pair_nearby(central, code, at, name, said, interrupted)
        .await;
    if let Ok(central) = &opened {
        central.settle().await;
    }
    Ok(paired?)
}

fn in_words(step: PairStep, language: Language) -> &'static str {
    match step {
        PairStep::Calling => pick(
            language,
            "Calling the Raspberry Pi…",
            "De Raspberry Pi wordt geroepen…",
        ),
        PairStep::Recognised => pick(
            language,
            "It is the one of this code.",
            "Het is die van deze code.",
        ),
        PairStep::Accepted => pick(
            language,
            "It takes you as its owner.",
            "Hij neemt je als eigenaar.",
        ),
        PairStep::Added => pick(language, "Done.", "Klaar."),
    }
}

fn answer(paired: &PairedDevice, language: Language) -> Answer {
    let mut answer = Answer::new(serde_json::to_value(paired).unwrap_or_default());
    let (name, id) = (&paired.name, show::short(paired.device));
    answer.say(text(
        language,
        format!("{name} ({id}) is yours. Nobody else can read it yet."),
        format!("{name} ({id}) is van jou. Nog niemand anders kan meelezen."),
    ));
    if let Some(trouble) = &paired.no_node {
        answer.say(text(
            language,
            format!(
                "It does not reach its node yet ({trouble}). Put it on your Wi-Fi: my-home wifi; or name another node: my-home near --node URL"
            ),
            format!(
                "Hij bereikt zijn knooppunt nog niet ({trouble}). Zet hem op je wifi: my-home wifi; of noem een ander knooppunt: my-home near --node URL"
            ),
        ));
    }
    answer
}
