//! What went wrong, as a sentence for a person and as a code for a program.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use consent::words::{self, Speaker};
use consent::{ConsentId, Language};
use data_dir::DataDirError;
use pairing::{CodeError, PairingError, Refusal};
use serde_json::json;
use wallet::{
    HomeError, KeychainError, MIN_PASSPHRASE, StoreError, WORDS, WalletError, WordsError,
};

use crate::options::Options;
use crate::session;
use crate::show::pick;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    Wallet(WalletError),
    PassphrasesDiffer,
    /// Erasing is asked for once sharing has ended.
    StopFirst(ConsentId),
    NoDataDir,
    Date(String),
    File {
        path: PathBuf,
        source: io::Error,
    },
    Io(io::Error),
}

macro_rules! of_the_wallet {
    ($($error:ty),*) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::Wallet(error.into())
            }
        }
    )*};
}
of_the_wallet!(WalletError, HomeError, KeychainError, WordsError);

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Fault {
    fn code(&self) -> &'static str {
        match self {
            Self::Wallet(error) => error.code(),
            Self::PassphrasesDiffer => "keychain",
            Self::StopFirst(_) => "consent",
            Self::NoDataDir => "home",
            Self::Date(_) => "date",
            Self::File { .. } | Self::Io(_) => "file",
        }
    }

    fn sentence(&self, speaker: &Speaker) -> String {
        let language = speaker.language();
        match self {
            Self::Wallet(error) => sentence(error, speaker),
            Self::PassphrasesDiffer => pick(
                language,
                "The two passphrases differ.",
                "De twee wachtwoordzinnen verschillen.",
            )
            .into(),
            Self::StopFirst(consent) => {
                let id = crate::show::short(*consent);
                match language {
                    Language::En => {
                        format!("It still reads along. Stop it first: my-home revoke {id}")
                    }
                    Language::Nl => format!("Die leest nog mee. Stop eerst: my-home revoke {id}"),
                }
            }
            Self::NoDataDir => pick(
                language,
                "There is no home directory to keep the wallet in; name one with --data-dir.",
                "Er is geen thuismap voor de wallet; noem er een met --data-dir.",
            )
            .into(),
            Self::Date(text) => match language {
                Language::En => {
                    format!("“{text}” is not a day or a length of time; write 2026-12-31 or 30d.")
                }
                Language::Nl => format!("“{text}” is geen dag of duur; schrijf 2026-12-31 of 30d."),
            },
            Self::File { path, source } => format!("{}: {source}", path.display()),
            Self::Io(error) => error.to_string(),
        }
    }

    pub(crate) fn print(&self, options: &Options) -> ExitCode {
        let speaker = session::speaker(session::language_without_wallet(options));
        let sentence = self.sentence(&speaker);
        let mut error = io::stderr().lock();
        let _ = if options.json {
            writeln!(
                error,
                "{}",
                json!({ "error": { "code": self.code(), "message": sentence } })
            )
        } else {
            writeln!(error, "{sentence}")
        };
        ExitCode::FAILURE
    }
}

/// An error of the wallet as a sentence. What only an expert can mend is said in English.
pub(crate) fn sentence(error: &WalletError, speaker: &Speaker) -> String {
    let language = speaker.language();
    match (error, language) {
        (WalletError::Link(error), _) => words::link_error(error, language).into(),
        (WalletError::Request(error), _) => words::open_error(error, speaker),
        (WalletError::Choice(error), _) => words::choice_error(error, speaker),
        (WalletError::Words(error), _) => words_error(error, language),
        (WalletError::Near { why, detail }, _) => {
            crate::commands::near::refusal(*why, detail.as_deref(), language)
        }
        (WalletError::Nearby(error), _) => crate::commands::nearby::sentence(error, language),
        (WalletError::Home(HomeError::Directory(error)), _) => directory_error(error, language),
        (WalletError::WrongState { consent, state }, Language::En) => format!(
            "That cannot be done with {}: {}.",
            crate::show::short(consent),
            crate::show::state_in_words(*state, language)
        ),
        (error, Language::En) => capital(&error.to_string()),
        (error, Language::Nl) => dutch(error),
    }
}

fn directory_error(error: &DataDirError, language: Language) -> String {
    match (error, language) {
        (DataDirError::Locked { path, .. }, Language::En) => {
            format!(
                "Another program uses the wallet in {}; close it first.",
                path.display()
            )
        }
        (DataDirError::Locked { path, .. }, Language::Nl) => {
            format!(
                "Een ander programma gebruikt de wallet in {}; sluit dat eerst.",
                path.display()
            )
        }
        (DataDirError::OpenToOthers { path, wanted, .. }, Language::En) => format!(
            "{0} can be read by other users of this machine; make it yours alone: chmod {wanted:o} {0}",
            path.display()
        ),
        (DataDirError::OpenToOthers { path, wanted, .. }, Language::Nl) => format!(
            "{0} is te lezen voor andere gebruikers van deze computer; maak het van jou alleen: chmod {wanted:o} {0}",
            path.display()
        ),
        (DataDirError::SomebodyElses { path, owner, .. }, Language::Nl) => format!(
            "{} is van de gebruiker {owner}, die niet kan openen wat een ander daar schrijft. Doe het als die gebruiker: sudo -u {owner} my-home …",
            path.display()
        ),
        (DataDirError::Io { path, source }, Language::Nl) => {
            format!("{}: {source}", path.display())
        }
        (error, _) => capital(&error.to_string()),
    }
}

fn words_error(error: &WordsError, language: Language) -> String {
    match (error, language) {
        (WordsError::Unknown { position, word, suggestion }, Language::En) => {
            let hint = suggestion.map(|word| format!(" Did you mean “{word}”?")).unwrap_or_default();
            format!("Word {position}, “{word}”, is not in the list.{hint}")
        }
        (WordsError::Unknown { position, word, suggestion }, Language::Nl) => {
            let hint = suggestion.map(|word| format!(" Bedoelde je “{word}”?")).unwrap_or_default();
            format!("Woord {position}, “{word}”, staat niet in de lijst.{hint}")
        }
        (WordsError::Count { found }, Language::Nl) => format!("Het zijn {found} woorden in plaats van {WORDS}."),
        (WordsError::Checksum, Language::Nl) => {
            "Alle woorden bestaan, maar ze horen niet bij elkaar: een ervan is een ander woord uit de lijst, of twee \
             zijn verwisseld."
                .into()
        }
        (error, Language::En) => capital(&error.to_string()),
    }
}

fn dutch(error: &WalletError) -> String {
    match error {
        WalletError::Home(HomeError::Settings { path, why }) => {
            format!("De instellingen in {} zijn niet te lezen: {why}", path.display())
        }
        WalletError::Keychain(error) => dutch_keychain(error),
        WalletError::Store(error) => dutch_store(error),
        WalletError::Tangle(error) if error.is_temporary() => {
            format!("Het knooppunt is niet bereikbaar. Wat je besloten hebt blijft bewaard en gaat later. ({error})")
        }
        WalletError::Tangle(error) => format!("Het knooppunt: {error}"),
        WalletError::Code(error) => dutch_code(error),
        WalletError::Pairing(error) => dutch_pairing(error),
        WalletError::NoAnswer => "Het apparaat antwoordt niet. Zit het op hetzelfde netwerk? Haal de stekker eruit en \
                                  steek hem er weer in: daarna luistert het twee minuten. Of typ daar: pi-daemon pair."
            .into(),
        WalletError::GivenUp => "Het koppelen is afgebroken; er is niets toegevoegd.".into(),
        WalletError::DeviceKnown => "Dit apparaat zit al in deze wallet.".into(),
        WalletError::RequestMissing => {
            "Onder deze link is geen verzoek te vinden. Misschien is het verlopen, of kent dit knooppunt het nog \
             niet."
                .into()
        }
        WalletError::RequestUsed => {
            "Dit verzoek is al beantwoord, en een link werkt één keer. Vraag de dienst om een nieuw verzoek.".into()
        }
        WalletError::AnswerKept => {
            "Dit verzoek is al beantwoord. Het antwoord is hier bewaard en gaat weg zodra het knooppunt antwoordt."
                .into()
        }
        WalletError::AnswerOut => {
            "Dit antwoord is weg of onderweg, en kan niet meer terug. Wat gedeeld wordt kun je stoppen.".into()
        }
        WalletError::JournalGap { number } => {
            format!("Het knooppunt geeft regel {number} van het logboek niet, wel latere. Probeer een ander knooppunt.")
        }
        WalletError::Journal(error) => format!("Er klopt iets niet in het logboek: {error}"),
        WalletError::NoWallet => {
            "Hier is nog geen wallet. Maak er een met init, of haal er een terug met restore.".into()
        }
        WalletError::WalletExists => "Hier is al een wallet. Kies een andere map.".into(),
        WalletError::NothingToRestore { network } => {
            format!("De woorden kloppen, maar op het netwerk {network} is er geen wallet van te vinden.")
        }
        WalletError::NoTangle => "Er is nog geen knooppunt bekend. Noem er een met --tangle http://…".into(),
        WalletError::OtherNetwork { ours, theirs } => {
            format!("Deze wallet zit op het netwerk “{ours}”, en het knooppunt hoort bij “{theirs}”.")
        }
        WalletError::NotSeenYet => {
            "Het knooppunt nam een bericht aan maar vindt het nog niet. Het blijft bewaard en gaat opnieuw.".into()
        }
        WalletError::NoDevice => "Er is nog geen meter gekoppeld.".into(),
        WalletError::WhichDevice(count) => format!("Er zijn {count} meters; zeg welke."),
        WalletError::UnknownDevice(name) => format!("Er is geen meter “{name}”."),
        WalletError::UnknownConsent(id) => format!("Er is geen toestemming of verzoek “{id}”."),
        WalletError::Ambiguous(text) => format!("“{text}” is het begin van meer dan een; schrijf er meer van."),
        WalletError::WrongState { consent, state } => format!(
            "Dat kan niet met {}: {}.",
            crate::show::short(consent),
            crate::show::state_in_words(*state, Language::Nl)
        ),
        other => capital(&other.to_string()),
    }
}

fn dutch_keychain(error: &KeychainError) -> String {
    match error {
        KeychainError::Unavailable(why) => format!(
            "De sleutelbos van het systeem antwoordt niet ({why}). Ontgrendel hem, of kies een versleuteld bestand: \
             --keychain file"
        ),
        KeychainError::Missing => {
            "De sleutelbos heeft geen sleutel voor deze wallet. Ontgrendel de goede sleutelbos, \
                                   of herstel met de 24 woorden."
                .into()
        }
        KeychainError::Damaged => {
            "Wat in de sleutelbos staat is geen sleutel. Herstel met de 24 woorden.".into()
        }
        KeychainError::Guarded => {
            "De sleutel staat onder een wachtwoordzin van het venster in de sleutelbos. Open My Home daar.".into()
        }
        KeychainError::Passphrase => {
            "De wachtwoordzin klopt niet, of het bestand met de sleutel is veranderd.".into()
        }
        KeychainError::TooShort { found } => {
            format!("De wachtwoordzin heeft {found} tekens; neem er minstens {MIN_PASSPHRASE}.")
        }
        KeychainError::Io(error) => format!("Het bestand met de sleutel: {error}"),
    }
}

fn dutch_store(error: &StoreError) -> String {
    match error {
        StoreError::Newer { found } => {
            format!("De database van de wallet is van versie {found}; dit programma is ouder. Werk het bij.")
        }
        StoreError::Foreign => "De database van de wallet hoort bij een ander programma.".into(),
        StoreError::OtherWallet => {
            "Deze database hoort bij een andere wallet dan deze woorden. Zet haar weg, dan wordt ze opnieuw gemaakt."
                .into()
        }
        StoreError::Damaged { .. } => {
            "De database van de wallet is beschadigd. Zet haar weg, dan wordt ze opnieuw gemaakt uit de woorden.".into()
        }
        StoreError::Full => "De schijf is vol. Er is niets gedaan; maak ruimte en probeer het opnieuw.".into(),
        StoreError::Sqlite(error) => format!("De database van de wallet: {error}"),
    }
}

fn dutch_code(error: &CodeError) -> String {
    match error {
        CodeError::Empty => "Er is geen code. Scan die van de Raspberry Pi, of typ hem over.".into(),
        CodeError::Scheme { found } => {
            format!("Een adres dat met {found}:// begint is geen koppelcode; die begint met meterkast://pair#.")
        }
        CodeError::NotPairing { found } => format!("Deze link is voor “{found}”, niet om een meter toe te voegen."),
        CodeError::NoSecret => "Het stuk achter # ontbreekt. Kopieer de hele code.".into(),
        CodeError::CutOff { found, expected } => {
            format!("Deze code heeft {found} tekens achter # in plaats van {expected}. Kopieer de hele code.")
        }
        CodeError::BadCharacter { position, found } => {
            format!("Teken {position} van de code, “{found}”, komt in geen code voor.")
        }
        CodeError::TypedLength { found, expected } => format!(
            "Deze code heeft zonder streepjes {found} tekens in plaats van {expected}. Vergelijk groep voor groep."
        ),
        CodeError::Typo => {
            "Er zit een typefout in de code: twee tekens verwisseld, of een voor een ander aangezien.".into()
        }
        CodeError::Version { found } => {
            format!("Deze code is van versie {found}; dit programma kent versie 1. Werk het bij.")
        }
    }
}

fn dutch_pairing(error: &PairingError) -> String {
    match error {
        PairingError::Refused(Refusal::Busy { retry_after }) => {
            format!("Een andere wallet koppelt nu met het apparaat. Probeer het over {retry_after} s opnieuw.")
        }
        PairingError::Refused(Refusal::AlreadyPaired) => {
            "Het apparaat heeft al een eigenaar. Die kan het verwijderen in zijn wallet. Of typ daar: pi-daemon unpair.".into()
        }
        PairingError::Refused(Refusal::Locked { retry_after }) => {
            format!("Te vaak mislukt; het apparaat is nog {retry_after} s op slot.")
        }
        PairingError::Refused(Refusal::BadVersion) | PairingError::OtherVersion(_) => {
            "Wallet en apparaat spreken een andere versie. Werk een van beide bij.".into()
        }
        PairingError::Refused(Refusal::Timeout) | PairingError::TimedOut => {
            "Het koppelen duurde te lang. Begin opnieuw.".into()
        }
        PairingError::Refused(Refusal::Denied) => {
            "Het apparaat weigerde. Kijk of de code bij dit apparaat hoort.".into()
        }
        PairingError::NotAuthentic | PairingError::Unexpected | PairingError::Handshake => {
            "Het antwoord komt niet van het apparaat van deze code, of is onderweg veranderd.".into()
        }
        PairingError::OtherDevice => "Een ander apparaat antwoordt met het geheim van deze code. Ga niet verder, en \
                                      maak een nieuwe code op je apparaat."
            .into(),
    }
}

/// A sentence of an error's text.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    });
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}
