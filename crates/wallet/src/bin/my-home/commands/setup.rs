//! A new wallet, and one that comes back.

use consent::Language;
use serde_json::json;
use wallet::{
    Home, KeychainKind, Recovered, Seed, Settings, Surroundings, Wallet, WalletError,
    new_wallet_name, system_clock,
};

use super::text;
use crate::answer::Answer;
use crate::fault::{self, Fault};
use crate::options::{KeychainOption, Options, Setup};
use crate::prompt;
use crate::session::{self, Session};
use crate::show::pick;

pub(crate) async fn init(options: &Options, _: &Setup) -> Result<Answer, Fault> {
    let language = session::language(options, None);
    let (surroundings, settings) = prepare(options, language)?;
    let keychain = session::keychain(options, &surroundings.home, &settings, language, true)?;
    let (wallet, seed) = Wallet::create(surroundings, &settings, &*keychain)?;
    let session = Session {
        wallet,
        speaker: session::speaker(language),
    };
    let mut answer = Answer::new(json!({ "words": seed.words().as_str() }));
    answer.say(pick(
        language,
        "These 24 words are your wallet. Write them down, in order, and keep them where nobody else looks.\n\
         Whoever has them has everything. On this computer, my-home words shows them again.\n",
        "Deze 24 woorden zijn je wallet. Schrijf ze op, op volgorde, en bewaar ze waar niemand anders kijkt.\n\
         Wie ze heeft, heeft alles. Op deze computer laat my-home words ze weer zien.\n",
    ));
    say_words(&mut answer, &seed);
    answer
        .say("")
        .say(where_the_seed_is(settings.keychain, language));
    Ok(begin(&session, answer).await)
}

/// The journal begins with the first node that answers; without one, later.
async fn begin(session: &Session, answer: Answer) -> Answer {
    match session.wallet.sync().await {
        Ok(_) => answer.offline(None),
        Err(error) => answer.offline(Some(fault::sentence(&error, &session.speaker))),
    }
}

pub(crate) async fn restore(options: &Options, setup: &Setup) -> Result<Answer, Fault> {
    let language = session::language(options, None);
    let (surroundings, settings) = prepare(options, language)?;
    let question = pick(language, "The 24 words:", "De 24 woorden:");
    let words = prompt::read_all(setup.words_file.as_deref(), question)?;
    let seed = Seed::from_words(&words)?;
    let keychain = session::keychain(options, &surroundings.home, &settings, language, true)?;
    let wallet = Wallet::restore(surroundings, &settings, &*keychain, &seed)?;
    let session = Session {
        wallet,
        speaker: session::speaker(language),
    };
    match session.wallet.recover(|_, _| ()).await {
        Ok(recovered) => Ok(came_back(&recovered, language).offline(None)),
        Err(error) if error.is_temporary() || matches!(error, WalletError::NoTangle) => {
            let mut answer = Answer::new(json!({ "entries": 0, "devices": 0, "consents": 0 }));
            answer.waiting = true;
            answer.say(pick(
                language,
                "The words are right. Everything else comes back as soon as the node answers: my-home sync",
                "De woorden kloppen. De rest komt terug zodra het knooppunt antwoordt: my-home sync",
            ));
            Ok(answer.offline(Some(fault::sentence(&error, &session.speaker))))
        }
        Err(error) => Err(error.into()),
    }
}

fn came_back(recovered: &Recovered, language: Language) -> Answer {
    let Recovered {
        entries,
        devices,
        consents,
    } = recovered;
    let mut answer =
        Answer::new(json!({ "entries": entries, "devices": devices, "consents": consents }));
    let meters = count(*devices, language, ["meter", "meters"], ["meter", "meters"]);
    let agreed = count(
        *consents,
        language,
        ["consent", "consents"],
        ["toestemming", "toestemmingen"],
    );
    answer.say(text(
        language,
        format!("Your wallet is back: {meters}, {agreed}, {entries} entries in the journal."),
        format!("Je wallet is terug: {meters}, {agreed}, {entries} regels in het logboek."),
    ));
    answer
}

fn count(number: usize, language: Language, english: [&str; 2], dutch: [&str; 2]) -> String {
    let [one, several] = if language == Language::Nl {
        dutch
    } else {
        english
    };
    format!("{number} {}", if number == 1 { one } else { several })
}

pub(crate) async fn words(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let words = session.wallet.words();
    let mut answer = Answer::new(json!({ "words": words.as_str() }));
    say_words(&mut answer, &Seed::from_words(&words)?);
    Ok(answer)
}

fn prepare(options: &Options, language: Language) -> Result<(Surroundings, Settings), Fault> {
    let home = Home::open(&session::data_dir(options)?)?;
    if home.has_wallet() {
        return Err(WalletError::WalletExists.into());
    }
    let keychain = match options.keychain {
        KeychainOption::System => KeychainKind::System,
        KeychainOption::File => KeychainKind::File,
    };
    let settings = Settings {
        keychain,
        wallet: new_wallet_name(),
        tangle: options.tangle(),
        language: Some(language.tag().to_owned()),
        window: wallet::Appearance::default(),
        prices: None,
    };
    let tangle = session::connect(settings.tangle.as_deref())?;
    Ok((
        Surroundings {
            home,
            tangle,
            clock: system_clock(),
        },
        settings,
    ))
}

fn say_words(answer: &mut Answer, seed: &Seed) {
    let words = seed.words();
    let words: Vec<&str> = words.split(' ').collect();
    for (row, four) in words.chunks(4).enumerate() {
        let cells = four
            .iter()
            .enumerate()
            .map(|(i, word)| format!("{:>2}. {word:<10}", row * 4 + i + 1));
        answer.say(cells.collect::<String>().trim_end());
    }
}

fn where_the_seed_is(keychain: KeychainKind, language: Language) -> &'static str {
    match keychain {
        KeychainKind::System => pick(
            language,
            "The key is in this computer's keychain.",
            "De sleutel staat in de sleutelbos van deze computer.",
        ),
        KeychainKind::File => pick(
            language,
            "The key is in a file that only your passphrase opens. It is as safe as that passphrase.",
            "De sleutel staat in een bestand dat alleen met je wachtwoordzin opengaat. Het is zo veilig als die zin.",
        ),
    }
}
