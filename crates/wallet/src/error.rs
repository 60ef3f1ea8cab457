//! What can go wrong in the wallet; each program turns it into a sentence in its own language.

use consent::{
    ChoiceError, ConsentId, ConsentState, JournalError, LinkError, OpenError, ReceiptError,
};
use pairing::near::No;
use pairing::{CodeError, PairingError};
use tangle::TangleError;

use crate::home::HomeError;
use crate::keychain::KeychainError;
use crate::nearby::NearbyError;
use crate::seed::WordsError;
use crate::store::StoreError;

/// Everything that an action of the wallet can fail with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// The directory.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The place of the seed.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The 24 words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node.
    #[error(transparent)]
    Tangle(#[from] TangleError),
    /// A message could not be made.
    #[error(transparent)]
    Channel(#[from] channel::ChannelError),
    /// A message that was just sealed does not open again.
    #[error(
        "a message could not be sealed; this computer's memory or random generator may be faulty"
    )]
    Sealing,
    /// A pairing code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// Pairing.
    #[error(transparent)]
    Pairing(#[from] PairingError),
    /// The device did not answer in time.
    #[error(
        "the device does not answer; is it on the same network? Pull its plug and put it back, which opens its window for two minutes, or type `pi-daemon pair` there"
    )]
    NoAnswer,
    /// Bluetooth.
    #[error(transparent)]
    Nearby(#[from] NearbyError),
    /// One's own device nearby does not do what it was asked.
    #[error("{why}{}", detail.as_ref().map(|said| format!(" ({said})")).unwrap_or_default())]
    Near {
        /// Why not.
        why: No,
        /// What its system said, in English.
        detail: Option<String>,
    },
    /// The person did not want to wait any longer.
    #[error("pairing was given up; nothing was added")]
    GivenUp,
    /// The device is one of this wallet's already.
    #[error("this device is in this wallet already")]
    DeviceKnown,
    /// A link to a request.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What lies under the link.
    #[error(transparent)]
    Request(#[from] OpenError),
    /// Nothing lies under the link.
    #[error(
        "there is no request under this link; it may have expired, or this node does not know it yet"
    )]
    RequestMissing,
    /// The link was answered before.
    #[error(
        "this request was answered already, and a link works once; ask the service for a new one"
    )]
    RequestUsed,
    /// It was answered, and the node does not know that yet.
    #[error(
        "this request was answered already; the answer is kept here and goes out when the node answers"
    )]
    AnswerKept,
    /// It is too late to take an answer back.
    #[error(
        "this answer is out or on its way, and cannot be taken back; what is shared can be stopped"
    )]
    AnswerOut,
    /// What the person chose.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The journal does not fit together.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The node has a later entry of the journal, but not this one.
    #[error(
        "the node does not give entry {number} of the journal, although there are later ones; try another node"
    )]
    JournalGap {
        /// The entry that is missing.
        number: u32,
    },
    /// No wallet was made in this directory.
    #[error("there is no wallet here yet; make one with init, or bring one back with restore")]
    NoWallet,
    /// There is one already.
    #[error("there is a wallet here already; choose another directory")]
    WalletExists,
    /// Nothing was found under these words.
    #[error("the words are right, but no wallet of them was found on the network {network}")]
    NothingToRestore {
        /// The node's network.
        network: String,
    },
    /// No node is known.
    #[error("no node is known yet; name one with --tangle http://…")]
    NoTangle,
    /// The node serves another network.
    #[error("this wallet lives on the network “{ours}”, and the node serves “{theirs}”")]
    OtherNetwork {
        /// The wallet's.
        ours: String,
        /// The node's.
        theirs: String,
    },
    /// What was published is not found yet.
    #[error("the node took a message but does not find it yet; it is kept and tried again")]
    NotSeenYet,
    /// No device is paired.
    #[error("no meter is paired yet; pair one first")]
    NoDevice,
    /// Several are, and none was named.
    #[error("there are {0} meters; say which one")]
    WhichDevice(usize),
    /// No such device.
    #[error("there is no meter called “{0}”")]
    UnknownDevice(String),
    /// No such consent or request.
    #[error("there is no consent or request “{0}”")]
    UnknownConsent(String),
    /// A short name that fits several.
    #[error("“{0}” is the beginning of several; write more of it")]
    Ambiguous(String),
    /// The consent is not in a state for that.
    #[error("consent {consent} is {state}, so this cannot be done")]
    WrongState {
        /// Which consent.
        consent: ConsentId,
        /// Its state.
        state: ConsentState,
    },
    /// Readings do not fit the form of a file.
    #[error("the readings could not be put into a file: {0}")]
    Table(String),
    /// A file could not be written.
    #[error("{path}: {source}")]
    Export {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl WalletError {
    /// True if nothing is lost and the same will work later: the node is away or slow.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Tangle(error) => error.is_temporary(),
            Self::NotSeenYet => true,
            _ => false,
        }
    }

    /// A word for programs, the same in every language.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Home(_) => "home",
            Self::Keychain(_) => "keychain",
            Self::Words(_) => "words",
            Self::Store(_) => "store",
            Self::Tangle(_) | Self::NotSeenYet | Self::NoTangle => "tangle",
            Self::Channel(_) | Self::Sealing => "sealing",
            Self::Code(_) => "code",
            Self::Pairing(_) | Self::NoAnswer | Self::GivenUp | Self::DeviceKnown => "pairing",
            Self::Nearby(_) | Self::Near { .. } => "bluetooth",
            Self::Link(_) => "link",
            Self::Request(_)
            | Self::RequestMissing
            | Self::RequestUsed
            | Self::AnswerKept
            | Self::AnswerOut => "request",
            Self::Choice(_) => "choice",
            Self::Receipt(_) => "receipt",
            Self::Journal(_) | Self::JournalGap { .. } => "journal",
            Self::NoWallet | Self::WalletExists | Self::NothingToRestore { .. } => "wallet",
            Self::OtherNetwork { .. } => "network",
            Self::NoDevice | Self::WhichDevice(_) | Self::UnknownDevice(_) => "device",
            Self::UnknownConsent(_) | Self::Ambiguous(_) | Self::WrongState { .. } => "consent",
            Self::Table(_) | Self::Export { .. } => "export",
        }
    }
}
