//! What a journal entry says.

use minicbor::{Decode, Encode};

use crate::agreement::Agreement;
use crate::id::{ConsentId, ConsentSecret, ContentHash, DeviceId, RequestSecret, Secret};
use crate::lanes::Lanes;
use crate::message::consent::{ConsentMessage, Writer};
use crate::message::status::Alert;
use crate::receipt::Expression;
use crate::text::Language;

/// Something that happened, in the wallet or as the wallet saw it.
///
/// An entry is written before what it tells is done: a wallet that stops in between does it after its restart, and a
/// wallet restored from its words knows all that it may have done.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum JournalEntry {
    /// The first entry.
    #[n(0)]
    WalletCreated {
        /// The Tangle this wallet lives on.
        #[n(0)]
        network: String,
    },
    /// A device was paired; everything needed to go on talking with it.
    #[n(1)]
    DeviceAdded(#[n(0)] Box<DeviceSecrets>),
    /// A device got another name.
    #[n(2)]
    DeviceRenamed {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// What it is called now.
        #[n(1)]
        name: String,
    },
    /// A device is removed.
    #[n(3)]
    DeviceDeleted {
        /// Which device.
        #[n(0)]
        device: DeviceId,
    },
    /// The owner reads these lanes of a device.
    #[n(4)]
    OwnerLanes {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// Which lanes.
        #[n(1)]
        lanes: Lanes,
    },
    /// Where the control and status chains are by now, so that a restored wallet need not walk them from the start.
    #[n(5)]
    Checkpoint {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// The chain to the device.
        #[n(1)]
        control: ChainSecrets,
        /// The chain from the device.
        #[n(2)]
        status: ChainSecrets,
    },
    /// A device reported something.
    #[n(6)]
    DeviceReported {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// What.
        #[n(1)]
        alert: Alert,
    },
    /// A device did not do what it was told.
    #[n(7)]
    DeviceRefused {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// The consent it was about.
        #[n(1)]
        consent: Option<ConsentId>,
        /// The code of [`crate::device::Refusal`].
        #[n(2)]
        why: u8,
    },
    /// A genuine request was opened and shown.
    #[n(16)]
    RequestOpened {
        /// The secret of its link.
        #[n(0)]
        secret: RequestSecret,
        /// The bytes of the signed request: the exact text that was shown.
        #[cbor(n(1), with = "minicbor::bytes")]
        request: Vec<u8>,
        /// Whether its site vouches for its key.
        #[n(2)]
        site_checked: bool,
    },
    /// Something that claimed to be a request was not shown.
    #[n(17)]
    RequestRefusedAsBad {
        /// The consent it would have led to.
        #[n(0)]
        consent: ConsentId,
        /// Why.
        #[n(1)]
        why: Fault,
        /// The name it gave itself, if it could be read. Not to be believed.
        #[n(2)]
        claimed_name: Option<String>,
    },
    /// A request was not answered in time.
    #[n(18)]
    RequestLapsed {
        /// Which consent it would have led to.
        #[n(0)]
        consent: ConsentId,
    },
    /// The person said no.
    #[n(19)]
    Declined {
        /// Which consent it would have led to.
        #[n(0)]
        consent: ConsentId,
        /// The language the request was shown in.
        #[n(1)]
        language: Language,
    },
    /// The person said yes.
    #[n(20)]
    Authorized(#[n(0)] Box<Authorization>),
    /// The person paused it.
    #[n(21)]
    Paused {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
    },
    /// The person resumed it.
    #[n(22)]
    Resumed {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
    },
    /// The person stopped it.
    #[n(23)]
    RevocationRequested {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
    },
    /// The person asked the provider to erase what it has.
    #[n(24)]
    ErasureRequested {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
    },
    /// Device or provider said something on the consent channel. (A `Regrant` is not written down.)
    #[n(25)]
    Observed {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
        /// Who said it.
        #[cbor(n(1), with = "crate::message::consent::writer_code")]
        writer: Writer,
        /// The number of the message in its writer's chain.
        #[n(2)]
        number: u32,
        /// SHA-256 of its body: the evidence.
        #[n(3)]
        hash: ContentHash,
        /// What was said.
        #[n(4)]
        message: ConsentMessage,
    },
    /// The shared log of a consent does not fit together.
    #[n(26)]
    LogForked {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
        /// Whose message differs.
        #[cbor(n(1), with = "crate::message::consent::writer_code")]
        writer: Writer,
        /// Its number.
        #[n(2)]
        number: u32,
    },
    /// The person exported the journal, receipts or readings.
    #[n(27)]
    Exported {
        /// What: [`EXPORTED_ALL`](crate::EXPORTED_ALL), or what an older wallet called it, in English.
        #[n(0)]
        what: String,
    },
}

/// [`JournalEntry::Exported`]: activity, receipts and readings. A code, so that each language has its own words for it.
pub const EXPORTED_ALL: &str = "all";

/// What the wallet must know to go on with a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceSecrets {
    /// Its identity key (ML-DSA-65).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub identity_key: Vec<u8>,
    /// What its owner calls it.
    #[n(1)]
    pub name: String,
    /// The first secret of the chain to the device.
    #[n(2)]
    pub control: Secret,
    /// The first secret of the chain from the device.
    #[n(3)]
    pub status: Secret,
    /// Which of the wallet's keys the device knows it by: the number it is derived from the seed with.
    #[n(4)]
    pub key_index: u32,
    /// The lanes that the device can publish.
    #[n(5)]
    pub lanes: Lanes,
    /// The lanes that the owner reads from the start.
    #[n(6)]
    pub owner_lanes: Lanes,
}

impl DeviceSecrets {
    /// Which device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId::of(&self.identity_key)
    }
}

/// A place in a chain of messages, and the secret there.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChainSecrets {
    /// The number of the next message.
    #[n(0)]
    pub index: u32,
    /// The secret `ctl_n` of that number.
    #[n(1)]
    pub secret: Secret,
}

/// What the wallet must know to go on with a consent, beside the request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Authorization {
    /// Which consent.
    #[n(0)]
    pub consent: ConsentId,
    /// Whose data.
    #[n(1)]
    pub device: DeviceId,
    /// What was agreed.
    #[n(2)]
    pub agreement: Agreement,
    /// The language the request was shown in.
    #[n(3)]
    pub language: Language,
    /// By what act the person said yes.
    #[n(4)]
    pub by: Expression,
    /// The bytes of the signed receipt.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub receipt: Vec<u8>,
    /// `S_c`.
    #[n(6)]
    pub consent_secret: ConsentSecret,
}

/// Why a request was not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Fault {
    /// It was changed after the link was made.
    #[n(0)]
    Altered,
    /// It came too late.
    #[n(1)]
    Expired,
    /// It is for another network.
    #[n(2)]
    OtherNetwork,
    /// Its signature is wrong, or its site does not stand in for it.
    #[n(3)]
    NotGenuine,
    /// It cannot be read or says something impossible.
    #[n(4)]
    Malformed,
    /// It was answered before.
    #[n(5)]
    Used,
}

impl From<&crate::link::OpenError> for Fault {
    fn from(error: &crate::link::OpenError) -> Self {
        use crate::link::OpenError;
        use crate::request::RequestError;
        use crate::signed::SignedError;
        match error {
            OpenError::OtherNetwork { .. } => Self::OtherNetwork,
            OpenError::Altered => Self::Altered,
            OpenError::Expired { .. } => Self::Expired,
            OpenError::Request(RequestError::Signed(SignedError::Signature { .. })) => {
                Self::NotGenuine
            }
            OpenError::FromTheFuture { .. } | OpenError::Request(_) => Self::Malformed,
        }
    }
}
