//! What this service knows of a consent, without its secrets: the record that the API and the page show.

use consent::ConsentState;
use serde::{Deserialize, Serialize};

/// The service's own name of a request and of the consent that grows from it: 16 random bytes, printed in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// The name of these 16 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 16]) -> Self {
        Self(data_encoding::HEXLOWER.encode(bytes))
    }

    /// Reads a name back; `None` when it is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        Some(Self::from_bytes(&bytes.try_into().ok()?))
    }

    /// As printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who or what ended a consent; the words on the page never mix these up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The person said no to the request.
    DeclinedByOwner,
    /// Nobody answered the request in time.
    Unanswered,
    /// The person withdrew the consent.
    WithdrawnByOwner,
    /// This service ended it, on the person's request or its own.
    EndedByService,
    /// The agreed time is over.
    RanOut,
    /// The device was taken out of the person's wallet.
    DeviceRemoved,
}

/// How one lane of a consent is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRecord {
    /// `live/electricity` and so on.
    pub lane: String,
    /// Length of its slots in seconds.
    pub slot_seconds: u32,
    /// The last slot whose block was read.
    pub last_slot: Option<u64>,
    /// When the last data in it were published, unix seconds: the end of `last_slot`.
    pub last_data_at: Option<i64>,
    /// Slots that stayed empty, and forks that were seen.
    pub gaps: u64,
    /// Two different blocks with one number: somebody else writes with the device's keys.
    pub forks: u64,
    /// Blocks that were thrown away because they did not prove themselves.
    pub rejected: u64,
    /// Keys are there and used.
    pub following: bool,
}

/// One consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// Our name for it.
    pub id: Id,
    /// Where it stands (`docs/protocol.md` section 6).
    #[serde(with = "state_name")]
    pub state: ConsentState,
    /// Why it is over, once it is.
    pub ended_by: Option<Ending>,
    /// When the request was made.
    pub requested_at: i64,
    /// Until when the request may be answered.
    pub request_expires_at: i64,
    /// When the person said yes.
    pub authorised_at: Option<i64>,
    /// When the first keys came in.
    pub granted_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// When readings and keys were erased.
    pub erased_at: Option<i64>,
    /// Asked, and later agreed: data from this moment on.
    pub from: i64,
    /// Asked, and later agreed: until this moment.
    pub until: i64,
    /// Days that readings are kept after the end.
    pub retention_days: u32,
    /// Lanes asked, and later agreed.
    pub lanes: Vec<LaneRecord>,
    /// The last moment that can have been read, as the device stated it when it turned its keys; absent where access never began.
    pub last_readable: Option<i64>,
    /// What the device confirmed after the end.
    pub end_confirmed_at: Option<i64>,
    /// Readings and intervals stored.
    pub readings: u64,
    /// Time of the first and the last of them.
    pub first_reading_at: Option<i64>,
    /// See `first_reading_at`.
    pub last_reading_at: Option<i64>,
    /// Sentences about what was refused or went wrong, newest last, at most [`MAX_REMARKS`].
    pub remarks: Vec<Remark>,
}

/// A remark about a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Unix seconds.
    pub at: i64,
    /// One sentence.
    pub what: String,
}

/// Remarks kept with a consent; strangers can cause some, so their number is bounded.
pub const MAX_REMARKS: usize = 16;

impl ConsentRecord {
    /// Keeps a remark, and says whether it is news; one that is there already is not kept again, the oldest make room.
    pub fn remark(&mut self, at: i64, what: impl Into<String>) -> bool {
        let what = what.into();
        if self.remarks.iter().any(|remark| remark.what == what) {
            return false;
        }
        self.remarks.push(Remark { at, what });
        let surplus = self.remarks.len().saturating_sub(MAX_REMARKS);
        self.remarks.drain(..surplus);
        true
    }

    /// When readings are erased without anybody asking: the agreed days after the end, or after the agreed time.
    #[must_use]
    pub fn erase_at(&self) -> i64 {
        let kept = i64::from(self.retention_days).saturating_mul(86_400);
        self.ended_at.unwrap_or(self.until).saturating_add(kept)
    }

    /// The inbox of its request is read: an answer or the first keys may come.
    #[must_use]
    pub fn awaits_inbox(&self) -> bool {
        matches!(
            self.state,
            ConsentState::Requested | ConsentState::Authorised
        )
    }

    /// Takes over where the consent stands, and remembers what ended it.
    pub fn stands(&mut self, state: ConsentState, at: i64) {
        self.state = state;
        if let (None, Some(ending)) = (self.ended_by, Ending::of(state)) {
            self.ended_by = Some(ending);
            self.ended_at = Some(at);
        }
    }
}

impl Ending {
    fn of(state: ConsentState) -> Option<Self> {
        match state {
            ConsentState::Declined => Some(Self::DeclinedByOwner),
            ConsentState::Lapsed => Some(Self::Unanswered),
            ConsentState::Revoked => Some(Self::WithdrawnByOwner),
            ConsentState::Terminated => Some(Self::EndedByService),
            ConsentState::Expired => Some(Self::RanOut),
            ConsentState::DeviceLost => Some(Self::DeviceRemoved),
            _ => None,
        }
    }
}

/// A state by its full name, because a request that nobody answered and a consent that ran out share one public word.
mod state_name {
    use consent::ConsentState;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        state: &ConsentState,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{state:?}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ConsentState, D::Error> {
        let name = String::deserialize(deserializer)?;
        ConsentState::ALL
            .into_iter()
            .find(|state| format!("{state:?}") == name)
            .ok_or_else(|| D::Error::custom(format_args!("{name:?} is no state of a consent")))
    }
}
