//! What is wrong with a link, a request or a choice, as codes with values.

use consent::{ChoiceError, LinkError, OpenError, RequestError, SignedError};
use serde::Serialize;
use specta::Type;

use crate::terms::{LaneName, seconds};

/// What is wrong with a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum LinkWrong {
    /// It is something else.
    NoRequest,
    /// Longer than any of ours.
    TooLong,
    /// A piece is missing.
    Incomplete,
    /// A piece is there twice, or cannot be one.
    Damaged,
}

/// Why a request is not shown. Nothing was shared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum RequestWrong {
    /// It is for another Tangle than the wallet's.
    OtherNetwork {
        /// The request's.
        theirs: String,
        /// The wallet's.
        ours: String,
    },
    /// It comes too late.
    Expired {
        /// Until when it could be answered.
        at: u32,
    },
    /// It was written later than now.
    FromTheFuture,
    /// It is not what the link was made for.
    Altered,
    /// It does not come from whom it says.
    NotGenuine,
    /// It cannot be read, or says something impossible.
    Malformed,
}

/// Why a choice is no answer to the request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ChoiceWrong {
    /// It can no longer be answered.
    TooLate,
    /// It does not ask for this.
    NotAsked {
        /// What.
        lane: LaneName,
    },
    /// Two ways of sharing the same thing.
    TwoWays {
        /// One.
        one: LaneName,
        /// The other.
        other: LaneName,
    },
    /// The service does not work without this.
    Needed {
        /// What.
        lane: LaneName,
    },
    /// Nothing is left.
    Nothing,
    /// Longer than it asks.
    TooLong {
        /// When it asks that sharing ends.
        asked: u32,
    },
    /// The end lies before the beginning.
    EndsBeforeItBegins,
    /// More of the past than it asks for.
    TooMuchPast {
        /// How many days it asks for; 0 if none.
        asked: u16,
    },
}

impl From<&LinkError> for LinkWrong {
    fn from(error: &LinkError) -> Self {
        match error {
            LinkError::NotALink => Self::NoRequest,
            LinkError::TooLong(_) => Self::TooLong,
            LinkError::Incomplete(_) => Self::Incomplete,
            LinkError::Repeated(_) | LinkError::Damaged(_) => Self::Damaged,
        }
    }
}

impl From<&OpenError> for RequestWrong {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::OtherNetwork { theirs, ours } => Self::OtherNetwork {
                theirs: theirs.clone(),
                ours: ours.clone(),
            },
            OpenError::Expired { expired_at, .. } => Self::Expired {
                at: seconds(*expired_at),
            },
            OpenError::FromTheFuture { .. } => Self::FromTheFuture,
            OpenError::Altered => Self::Altered,
            OpenError::Request(RequestError::Signed(SignedError::Signature { .. })) => {
                Self::NotGenuine
            }
            OpenError::Request(_) => Self::Malformed,
        }
    }
}

impl From<&ChoiceError> for ChoiceWrong {
    fn from(error: &ChoiceError) -> Self {
        match error {
            ChoiceError::TooLate => Self::TooLate,
            ChoiceError::NotAsked(lane) => Self::NotAsked {
                lane: (*lane).into(),
            },
            ChoiceError::TwoWays(one, other) => Self::TwoWays {
                one: (*one).into(),
                other: (*other).into(),
            },
            ChoiceError::Needed(lane) => Self::Needed {
                lane: (*lane).into(),
            },
            ChoiceError::Nothing => Self::Nothing,
            ChoiceError::LongerThanAsked { asked, .. } => Self::TooLong {
                asked: seconds(*asked),
            },
            ChoiceError::EndsBeforeItBegins { .. } => Self::EndsBeforeItBegins,
            ChoiceError::MoreHistoryThanAsked { asked, .. } => Self::TooMuchPast { asked: *asked },
        }
    }
}
