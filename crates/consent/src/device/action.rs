//! What is due on a device, and why a control message is refused.

use readings::Lane;

use crate::id::ConsentId;
use crate::lanes::Lanes;
use crate::message::consent::ConsentMessage;

/// Something the device has to do. Whatever is in a list from [`super::DeviceConsents::due`] is done in its order:
/// ending access comes before giving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceAction {
    /// Drop every channel and key from before this owner. Then [`super::DeviceConsents::started_afresh`].
    StartAfresh,
    /// Begin a new epoch of the lane that leaves these out. Then [`super::DeviceConsents::rotated`].
    Rotate {
        /// Which lane.
        lane: Lane,
        /// Whose access ends.
        leaving: Vec<ConsentId>,
        /// Who gets the new side key; nobody if empty, and then the lane stops next.
        staying: Vec<LaneReader>,
    },
    /// Write on the consent channel. Then [`super::DeviceConsents::said`].
    Say {
        /// Which consent.
        consent: ConsentId,
        /// What.
        message: ConsentMessage,
        /// Nothing follows it: afterwards the device deletes what it keeps of this consent.
        last: bool,
    },
    /// Start the lanes that are not published yet, seal a grant as of the next slot, post it to the inbox of the
    /// request. Then [`super::DeviceConsents::granted`].
    Grant {
        /// Which consent; its keys are in [`super::DeviceConsents::authorized`].
        consent: ConsentId,
        /// Which lanes.
        lanes: Lanes,
        /// How many days of the past go along, on a channel of its own.
        history_days: Option<u16>,
    },
    /// The same again, but said as `REGRANT` on the consent channel, and without the past.
    /// Then [`super::DeviceConsents::granted`].
    Regrant {
        /// Which consent.
        consent: ConsentId,
        /// Which lanes.
        lanes: Lanes,
    },
    /// Send keys of these lanes to the owner, starting those that are not published yet.
    /// Then [`super::DeviceConsents::owner_keys_sent`].
    OwnerKeys {
        /// Which lanes.
        lanes: Lanes,
    },
    /// Nobody reads it: stop publishing and drop its keys. Then [`super::DeviceConsents::stopped`].
    StopLane {
        /// Which lane.
        lane: Lane,
    },
    /// `DEVICE_DELETED` is obeyed and everybody told: erase keys and readings. Then [`super::DeviceConsents::erased`].
    EraseAll,
}

/// Somebody who holds keys to a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LaneReader {
    /// The person whose meter it is.
    Owner,
    /// The provider of this consent.
    Consent(ConsentId),
}

/// A control message that the device does not obey. It is reported to the owner by its [`Refusal::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Nothing is obeyed before `DEVICE_ADDED`.
    #[error("the device was not added yet")]
    NotAdded,
    /// Nothing is obeyed after `DEVICE_DELETED`.
    #[error("the device was removed")]
    Deleted,
    /// About a consent that was never authorised.
    #[error("the device knows no such consent")]
    Unknown,
    /// An authorisation that differs from an earlier one of the same consent.
    #[error("this consent was authorised before, with other contents")]
    AlreadyOtherwise,
    /// An authorisation of a consent that is over.
    #[error("this consent is over; ask the service for a new request")]
    Over,
    /// The device serves as many as it can.
    #[error(
        "the device serves {} consents already; stop one first",
        super::MAX_CONSENTS
    )]
    TooMany,
}

impl Refusal {
    /// All reasons.
    pub const ALL: [Self; 6] = [
        Self::NotAdded,
        Self::Deleted,
        Self::Unknown,
        Self::AlreadyOtherwise,
        Self::Over,
        Self::TooMany,
    ];

    /// The number in messages.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::NotAdded => 1,
            Self::Deleted => 2,
            Self::Unknown => 3,
            Self::AlreadyOtherwise => 4,
            Self::Over => 5,
            Self::TooMany => 6,
        }
    }

    /// The reason with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}
