//! What happened, as facts: the journal without its secrets. [`crate::words::activity`] says them in sentences.

use crate::device::Refusal;
use crate::id::{ConsentId, DeviceId};
use crate::journal::Fault;
use crate::lanes::Lanes;
use crate::message::consent::Writer;
use crate::message::status::Alert;
use crate::state::ConsentState;

/// One line of the activity screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Activity {
    /// The number of the journal entry behind it.
    pub number: u32,
    /// When, in unix seconds.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What a line of the activity screen is about, for its filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Requests and consents.
    Sharing,
    /// Devices and meters.
    Meters,
    /// The wallet itself.
    Wallet,
}

/// Something that happened. `service` is the name that the provider gave itself in its signed request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "consent, device, service and name say what they are; the rest is documented"
)]
pub enum Fact {
    /// This wallet began.
    WalletCreated,
    /// A device was paired.
    DeviceAdded { device: DeviceId, name: String },
    /// A device got another name.
    DeviceRenamed {
        device: DeviceId,
        from: String,
        to: String,
    },
    /// A device was removed.
    DeviceDeleted { device: DeviceId, name: String },
    /// The owner chose which lanes to read.
    OwnerLanes {
        device: DeviceId,
        name: String,
        lanes: Lanes,
    },
    /// A device reported something.
    DeviceReported {
        device: DeviceId,
        name: String,
        alert: Alert,
    },
    /// A device did not do what it was told.
    DeviceRefused {
        device: DeviceId,
        name: String,
        service: Option<String>,
        /// Why, if this program knows the reason.
        #[serde(serialize_with = "refusal")]
        why: Option<Refusal>,
    },
    /// A request was opened and shown.
    RequestOpened {
        consent: ConsentId,
        service: String,
        /// Whether its site vouches for it.
        site_checked: bool,
    },
    /// Something that claimed to be a request was not shown.
    RequestRefused {
        consent: ConsentId,
        /// The name it gave itself. Not to be believed.
        claimed_name: Option<String>,
        /// Why.
        why: Fault,
    },
    /// A request was not answered in time.
    RequestLapsed { consent: ConsentId, service: String },
    /// The person said no.
    Declined { consent: ConsentId, service: String },
    /// The person said yes.
    Authorised {
        consent: ConsentId,
        service: String,
        /// What is shared.
        lanes: Lanes,
        /// Until when, in unix seconds.
        until: u64,
        /// How many days of the past, if any.
        history_days: Option<u16>,
    },
    /// The device handed over keys.
    Granted { consent: ConsentId, service: String },
    /// The service confirmed that it reads.
    Accepted { consent: ConsentId, service: String },
    /// The person paused it.
    Paused { consent: ConsentId, service: String },
    /// The device has left the service out.
    PauseHolds {
        consent: ConsentId,
        service: String,
        /// The end of the last slot that can be opened, in unix seconds.
        last_readable: Option<u64>,
    },
    /// The person resumed it.
    Resumed { consent: ConsentId, service: String },
    /// The service can read again.
    ResumeHolds { consent: ConsentId, service: String },
    /// The person stopped it.
    Stopped { consent: ConsentId, service: String },
    /// The device has ended it.
    Closed {
        consent: ConsentId,
        service: String,
        /// How it ended.
        end: ConsentState,
        /// The end of the last slot that can be opened, in unix seconds; absent if nothing ever could.
        last_readable: Option<u64>,
    },
    /// The service confirmed that it has stopped.
    StopConfirmed { consent: ConsentId, service: String },
    /// The service ended it.
    Terminated { consent: ConsentId, service: String },
    /// The person asked for erasure.
    ErasureRequested { consent: ConsentId, service: String },
    /// The service says that it has erased everything.
    Purged {
        consent: ConsentId,
        service: String,
        /// How many readings it says it has erased.
        readings: u64,
    },
    /// The parties were shown different messages.
    LogForked {
        consent: ConsentId,
        service: String,
        /// Whose messages differ.
        #[serde(serialize_with = "writer_name")]
        writer: Writer,
    },
    /// The person exported something.
    Exported {
        /// What: [`EXPORTED_ALL`](crate::EXPORTED_ALL), or what an older wallet called it, in English.
        what: String,
    },
}

impl Fact {
    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match self {
            Self::WalletCreated | Self::Exported { .. } => Topic::Wallet,
            Self::DeviceAdded { .. }
            | Self::DeviceRenamed { .. }
            | Self::DeviceDeleted { .. }
            | Self::OwnerLanes { .. }
            | Self::DeviceReported { .. }
            | Self::DeviceRefused { .. } => Topic::Meters,
            _ => Topic::Sharing,
        }
    }

    /// Whether something did not work, for the filter of that name.
    #[must_use]
    pub fn did_not_work(&self) -> bool {
        match self {
            Self::DeviceRefused { .. }
            | Self::RequestRefused { .. }
            | Self::RequestLapsed { .. } => true,
            Self::LogForked { .. } => true,
            Self::DeviceReported { alert, .. } => !matches!(alert, Alert::MeterBack),
            _ => false,
        }
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn refusal<S: serde::Serializer>(why: &Option<Refusal>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&why.map(|why| why.to_string()))
}

fn writer_name<S: serde::Serializer>(writer: &Writer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match writer {
        Writer::Wallet => "wallet",
        Writer::Device => "device",
        Writer::Provider => "provider",
    })
}
