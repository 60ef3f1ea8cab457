//! What can be wrong with data that claim to be readings.

/// A lane that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// No lane has this number.
    #[error("no lane has the number {0}; lanes are numbered 0 to 8")]
    UnknownCode(u8),
    /// No lane has this name.
    #[error(
        "no lane is called \"{0}\"; a lane is live, quarter-hour or day, a slash, and electricity, gas-water-heat or phases"
    )]
    UnknownName(String),
}

/// A time that a meter can not have meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The calendar does not have it, or it lies outside the years 2000 to 2099.
    #[error("the calendar has no such time between the years 2000 and 2099")]
    NoSuchTime,
    /// It is not a time as RFC 3339 writes it.
    #[error(
        "a meter's time is written as 2019-10-27T02:30:00, followed by +01:00, +02:00 or nothing"
    )]
    Unreadable,
}

/// A quantity that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no quantity is called \"{0}\"")]
pub struct QuantityError(pub String);
