//! Consent: what a service asks, what a person agrees to, the proof of it, and what follows for wallet, device and
//! service until it ends.
//!
//! A [`ConsentRequest`] is signed and found through a [`ConsentLink`]. The person's [`Choices`] narrow it to an
//! [`Agreement`], for which a [`SignedReceipt`] is written. From then on three parties exchange [`message`]s, and each
//! keeps its own fold of them: [`DeviceConsents`], [`ProviderConsent`], and [`WalletView`] over the [`journal`].
//! [`words`] says it all in English and Dutch. Nothing here does I/O or reads a clock. Formats and rules:
//! `docs/protocol.md` sections 4, 6 and 8.
//!
//! ```
//! use consent::{ConsentLink, ConsentState, LinkError, Step};
//!
//! // What was scanned is a link, or an error that says why not.
//! let scanned: Result<ConsentLink, LinkError> = "meterkast://consent?n=home".parse();
//! assert_eq!(scanned, Err(LinkError::Incomplete("r")));
//!
//! // A consent moves by steps that exist, or not at all.
//! let state = ConsentState::Requested.after(Step::Authorise)?.after(Step::Grant)?.after(Step::Revoke)?;
//! assert_eq!(state.after(Step::Resume).map_err(|e| e.to_string()),
//!     Err("a consent that is revoked cannot be resumed".into()));
//! # Ok::<(), consent::IllegalStep>(())
//! ```

mod activity;
mod agreement;
pub mod device;
mod ends;
mod id;
pub mod journal;
mod lanes;
mod link;
mod log;
pub mod message;
mod provider;
mod receipt;
mod request;
mod signed;
mod site;
mod state;
mod text;
mod wallet;
mod web_address;
pub mod words;

pub use channel::IDENTITY_KEY_LEN;

pub use activity::{Activity, Fact, Topic};
pub use agreement::{Agreement, ChoiceError, Choices};
pub use device::{DeviceAction, DeviceConsents, LaneReader, Refusal};
pub use ends::End;
pub use id::{
    ConsentId, ConsentSecret, ContentHash, DeviceId, IdError, RequestHash, RequestSecret, Secret,
};
pub use journal::{
    Authorization, DeviceSecrets, EXPORTED_ALL, JournalEntry, JournalError, JournalHead,
    JournalRecord,
};
pub use lanes::Lanes;
pub use link::{CLOCK_TOLERANCE, ConsentLink, LinkError, OpenError, SCHEME, check_time};
pub use log::{ConsentLog, Fork, LogError};
pub use message::consent::{ConsentEnvelope, ConsentMessage, Seen, Writer};
pub use message::control::{Authorized, ControlMessage};
pub use message::inbox::{Accepted, InboxMessage, InboxSlot};
pub use message::status::{Alert, DeviceStatus, OwnerLane, StatusMessage};
pub use message::{LanePosition, MAX_MESSAGE, MessageError};
pub use provider::{ProviderConsent, ProviderError};
pub use receipt::{Expression, Given, MAX_RECEIPT, Receipt, ReceiptError, SignedReceipt};
pub use request::{
    Authority, Coarser, ConsentRequest, DEFAULT_LIFETIME, Handling, HistoryWish, LaneWish,
    MAX_DURATION, MAX_HISTORY_DAYS, MAX_LIFETIME, MAX_REQUEST, MAX_RETENTION_DAYS, PrivacyNotice,
    Provider, Purpose, REQUEST_VERSION, Recipient, RequestError, RequestFault, SignedRequest,
};
pub use signed::SignedError;
pub use site::SiteStatement;
pub use state::{ConsentState, IllegalStep, Step};
pub use text::{Language, Localised, TextFault, check_text};
pub use wallet::{
    Acquaintance, ConsentView, Delivery, DeviceView, Ending, FirstSecrets, RequestView, ViewError,
    WalletView,
};
pub use web_address::is_web_address;
