//! What time it is, on two clocks.

/// One moment, on the clock that can be set and on the one that cannot.
///
/// A Raspberry Pi has no battery behind its clock: it starts at a wrong time, and a network puts it right in the middle of
/// whatever is going on. So what takes seconds or minutes is counted by the steady clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Seconds since 1970, as far as anybody knows: claims carry this time, and a lock lasts until such a one.
    pub unix: u64,
    /// Seconds since any beginning, which go on evenly as long as the program runs: windows, sessions and the wait for
    /// DEVICE_ADDED.
    pub steady: u64,
}

/// On a clock that nobody sets.
impl From<u64> for Moment {
    fn from(unix: u64) -> Self {
        Self { unix, steady: unix }
    }
}
