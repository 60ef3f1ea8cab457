//! What went wrong, as a code with values: the screens have a sentence for each, in each language.

use data_dir::DataDirError;
use pairing::{CodeError, PairingError, Refusal};
use serde::Serialize;
use specta::Type;
use wallet::{HomeError, KeychainError, MIN_PASSPHRASE, StoreError, WalletError, WordsError};

use crate::beside::PiNo;
use crate::price_file::{PriceFileWrong, PriceRowWrong};
use crate::request_wrong::{ChoiceWrong, LinkWrong, RequestWrong};

/// A failure that a screen shows. `why` is what a part of the system said, in its own words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "each code is a sentence of the screens; its values are named after what they hold"
)]
pub enum Problem {
    Locked,
    NoWallet,
    WalletExists,
    InUse,
    Directory {
        why: String,
    },
    SettingsDamaged {
        why: String,
    },
    KeychainAway {
        why: String,
    },
    KeychainMissing,
    KeychainDamaged,
    KeychainGuarded,
    WrongPassphrase,
    NotRecognised {
        why: String,
    },
    RecognitionOff,
    PassphraseTooShort {
        found: u32,
        least: u32,
    },
    WordCount {
        found: u32,
    },
    WordUnknown {
        position: u32,
        word: String,
        suggestion: Option<String>,
    },
    WordsDoNotBelong,
    NothingToRestore {
        network: String,
    },
    DatabaseNewer,
    DatabaseOfOther,
    DatabaseDamaged,
    DiskFull,
    NodeAway {
        why: String,
    },
    NodeRefuses {
        why: String,
    },
    NodeAddress {
        why: String,
    },
    NoNode,
    OtherNetwork {
        ours: String,
        theirs: String,
    },
    CodeEmpty,
    CodeOtherScheme {
        found: String,
    },
    CodeOtherLink {
        found: String,
    },
    CodeCutOff {
        found: u32,
        expected: u32,
    },
    CodeCharacter {
        position: u32,
        found: String,
    },
    CodeLength {
        found: u32,
        expected: u32,
    },
    CodeTypo,
    CodeVersion,
    PiDoesNotAnswer,
    PiKnown,
    PiBusy {
        seconds: u32,
    },
    PiHasOwner,
    PiLocked {
        seconds: u32,
    },
    PiVersion,
    PiTooSlow,
    PiDenied,
    PiNotAuthentic,
    PiOther,
    BluetoothAbsent,
    BluetoothNotAllowed,
    BluetoothOff,
    BluetoothUnusable {
        why: String,
    },
    WhichAdapter {
        there: Vec<String>,
    },
    NobodyNearby,
    OnlyOthersNearby {
        serial: String,
    },
    SeveralNearby,
    NotNearbyAnyMore,
    PiNotListening,
    PiTalksToAnother,
    PiSilentToCode,
    BluetoothBroke {
        why: String,
    },
    BluetoothBrokeLast,
    PiNotBeside,
    PiMute,
    PiRefuses {
        no: PiNo,
        detail: Option<String>,
    },
    NoCodeInPicture,
    PictureUnreadable,
    CameraNotAllowed,
    ScanBroke {
        why: String,
    },
    NoCodeOnTag,
    TagUnreadable {
        why: String,
    },
    NoMeter,
    GivenUp,
    LinkUnknown,
    Link {
        wrong: LinkWrong,
    },
    Request {
        wrong: RequestWrong,
    },
    Choice {
        wrong: ChoiceWrong,
    },
    RequestMissing,
    RequestUsed,
    AnswerKept,
    AnswerOut,
    WrongState,
    NotFound,
    Export {
        why: String,
    },
    NothingMeasured,
    PriceFile {
        wrong: PriceFileWrong,
        found: String,
    },
    PriceRow {
        row: u32,
        wrong: PriceRowWrong,
        found: String,
    },
    PricesDamaged {
        why: String,
    },
    JournalBroken {
        why: String,
    },
    Fault {
        why: String,
    },
}

impl From<&WalletError> for Problem {
    fn from(error: &WalletError) -> Self {
        match error {
            WalletError::Home(error) => error.into(),
            WalletError::Keychain(error) => error.into(),
            WalletError::Words(error) => error.into(),
            WalletError::Store(error) => error.into(),
            WalletError::Tangle(error) if error.is_temporary() => Self::NodeAway {
                why: error.to_string(),
            },
            WalletError::Tangle(error) => Self::NodeRefuses {
                why: error.to_string(),
            },
            WalletError::NotSeenYet => Self::NodeAway {
                why: error.to_string(),
            },
            WalletError::NoTangle => Self::NoNode,
            WalletError::Code(error) => error.into(),
            WalletError::Pairing(error) => error.into(),
            WalletError::Nearby(error) => error.into(),
            WalletError::Near { why, detail } => Self::PiRefuses {
                no: (*why).into(),
                detail: detail.clone(),
            },
            WalletError::NoAnswer => Self::PiDoesNotAnswer,
            WalletError::GivenUp => Self::GivenUp,
            WalletError::DeviceKnown => Self::PiKnown,
            WalletError::Link(error) => Self::Link {
                wrong: error.into(),
            },
            WalletError::Request(error) => Self::Request {
                wrong: error.into(),
            },
            WalletError::Choice(error) => Self::Choice {
                wrong: error.into(),
            },
            WalletError::RequestMissing => Self::RequestMissing,
            WalletError::RequestUsed => Self::RequestUsed,
            WalletError::AnswerKept => Self::AnswerKept,
            WalletError::AnswerOut => Self::AnswerOut,
            WalletError::NoWallet => Self::NoWallet,
            WalletError::WalletExists => Self::WalletExists,
            WalletError::NothingToRestore { network } => Self::NothingToRestore {
                network: network.clone(),
            },
            WalletError::OtherNetwork { ours, theirs } => Self::OtherNetwork {
                ours: ours.clone(),
                theirs: theirs.clone(),
            },
            WalletError::NoDevice => Self::NoMeter,
            WalletError::WhichDevice(_)
            | WalletError::UnknownDevice(_)
            | WalletError::UnknownConsent(_)
            | WalletError::Ambiguous(_) => Self::NotFound,
            WalletError::WrongState { .. } => Self::WrongState,
            WalletError::Journal(_) | WalletError::JournalGap { .. } => Self::JournalBroken {
                why: error.to_string(),
            },
            WalletError::Export { .. } | WalletError::Table(_) => Self::Export {
                why: error.to_string(),
            },
            other => Self::Fault {
                why: other.to_string(),
            },
        }
    }
}

impl From<WalletError> for Problem {
    fn from(error: WalletError) -> Self {
        (&error).into()
    }
}

impl From<&HomeError> for Problem {
    fn from(error: &HomeError) -> Self {
        match error {
            HomeError::Directory(DataDirError::Locked { .. }) => Self::InUse,
            HomeError::Directory(error) => Self::Directory {
                why: error.to_string(),
            },
            HomeError::Settings { .. } => Self::SettingsDamaged {
                why: error.to_string(),
            },
            HomeError::Prices { .. } => Self::PricesDamaged {
                why: error.to_string(),
            },
        }
    }
}

impl From<&KeychainError> for Problem {
    fn from(error: &KeychainError) -> Self {
        match error {
            KeychainError::Unavailable(why) => Self::KeychainAway { why: why.clone() },
            KeychainError::Missing => Self::KeychainMissing,
            KeychainError::Damaged => Self::KeychainDamaged,
            KeychainError::Guarded => Self::KeychainGuarded,
            KeychainError::Passphrase => Self::WrongPassphrase,
            KeychainError::TooShort { found } => Self::PassphraseTooShort {
                found: count(*found),
                least: count(MIN_PASSPHRASE),
            },
            KeychainError::Io(error) => Self::Directory {
                why: error.to_string(),
            },
        }
    }
}

impl From<&WordsError> for Problem {
    fn from(error: &WordsError) -> Self {
        match error {
            WordsError::Count { found } => Self::WordCount {
                found: count(*found),
            },
            WordsError::Unknown {
                position,
                word,
                suggestion,
            } => Self::WordUnknown {
                position: count(*position),
                word: word.clone(),
                suggestion: suggestion.map(str::to_owned),
            },
            WordsError::Checksum => Self::WordsDoNotBelong,
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Newer { .. } => Self::DatabaseNewer,
            StoreError::Foreign | StoreError::OtherWallet => Self::DatabaseOfOther,
            StoreError::Damaged { .. } => Self::DatabaseDamaged,
            StoreError::Full => Self::DiskFull,
            StoreError::Sqlite(error) => Self::Fault {
                why: error.to_string(),
            },
        }
    }
}

impl From<&CodeError> for Problem {
    fn from(error: &CodeError) -> Self {
        match error {
            CodeError::Empty => Self::CodeEmpty,
            CodeError::Scheme { found } => Self::CodeOtherScheme {
                found: found.clone(),
            },
            CodeError::NotPairing { found } => Self::CodeOtherLink {
                found: found.clone(),
            },
            CodeError::NoSecret => Self::CodeCutOff {
                found: 0,
                expected: 0,
            },
            CodeError::CutOff { found, expected } => Self::CodeCutOff {
                found: count(*found),
                expected: count(*expected),
            },
            CodeError::BadCharacter { position, found } => Self::CodeCharacter {
                position: count(*position),
                found: found.to_string(),
            },
            CodeError::TypedLength { found, expected } => Self::CodeLength {
                found: count(*found),
                expected: count(*expected),
            },
            CodeError::Typo => Self::CodeTypo,
            CodeError::Version { .. } => Self::CodeVersion,
        }
    }
}

impl From<&PairingError> for Problem {
    fn from(error: &PairingError) -> Self {
        match error {
            PairingError::Refused(Refusal::Busy { retry_after }) => Self::PiBusy {
                seconds: *retry_after,
            },
            PairingError::Refused(Refusal::AlreadyPaired) => Self::PiHasOwner,
            PairingError::Refused(Refusal::Locked { retry_after }) => Self::PiLocked {
                seconds: *retry_after,
            },
            PairingError::Refused(Refusal::BadVersion) | PairingError::OtherVersion(_) => {
                Self::PiVersion
            }
            PairingError::Refused(Refusal::Timeout) | PairingError::TimedOut => Self::PiTooSlow,
            PairingError::Refused(Refusal::Denied) => Self::PiDenied,
            PairingError::NotAuthentic | PairingError::Unexpected | PairingError::Handshake => {
                Self::PiNotAuthentic
            }
            PairingError::OtherDevice => Self::PiOther,
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
