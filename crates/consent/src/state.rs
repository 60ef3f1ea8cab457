//! The life of one consent: its states, and the steps between them.
//!
//! ```text
//! requested ─► declined | lapsed | malformed
//!     └─► authorised ─► granted ─► active ⇄ paused
//!             any of these four ─► revoked | expired | terminated | device lost ─► erased
//! ```
//! Whoever stops says so with a word of its own: withdrawn by the person, run out, ended by the service, and device
//! lost are never mixed up (`docs/protocol.md` section 6.5).

use std::fmt;

use minicbor::{Decode, Encode};

/// Where a consent is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ConsentState {
    /// Asked for, not answered.
    #[n(0)]
    Requested,
    /// The person said no.
    #[n(1)]
    Declined,
    /// Nobody answered in time.
    #[n(2)]
    Lapsed,
    /// The request was not genuine or could not be shown.
    #[n(3)]
    Malformed,
    /// The person said yes; the device has not handed over keys yet.
    #[n(4)]
    Authorised,
    /// The device has handed over keys; the provider has not confirmed.
    #[n(5)]
    Granted,
    /// The provider reads.
    #[n(6)]
    Active,
    /// Left out for now, by the person.
    #[n(7)]
    Paused,
    /// Stopped by the person.
    #[n(8)]
    Revoked,
    /// The agreed time is over.
    #[n(9)]
    Expired,
    /// Ended by the service.
    #[n(10)]
    Terminated,
    /// The device was removed.
    #[n(11)]
    DeviceLost,
    /// Ended, and the provider says that nothing is left.
    #[n(12)]
    Erased,
}

/// What moves a consent from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The person says no.
    Decline,
    /// The time for an answer is over.
    Lapse,
    /// The request turns out not to be genuine.
    FindMalformed,
    /// The person says yes.
    Authorise,
    /// The device hands over keys.
    Grant,
    /// The provider confirms.
    Accept,
    /// The person pauses it.
    Pause,
    /// The person resumes it.
    Resume,
    /// The person stops it.
    Revoke,
    /// The agreed time is over.
    Expire,
    /// The service ends it.
    Terminate,
    /// The device is removed.
    LoseDevice,
    /// The provider says that it has erased everything.
    Erase,
}

/// A step that does not exist from that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consent that is {state} cannot {step}")]
pub struct IllegalStep {
    /// Where the consent is.
    pub state: ConsentState,
    /// What was tried.
    pub step: Step,
}

impl ConsentState {
    /// All states.
    pub const ALL: [Self; 13] = [
        Self::Requested,
        Self::Declined,
        Self::Lapsed,
        Self::Malformed,
        Self::Authorised,
        Self::Granted,
        Self::Active,
        Self::Paused,
        Self::Revoked,
        Self::Expired,
        Self::Terminated,
        Self::DeviceLost,
        Self::Erased,
    ];

    /// The state after a step.
    ///
    /// # Errors
    /// [`IllegalStep`] if there is no such step from here.
    pub fn after(self, step: Step) -> Result<Self, IllegalStep> {
        match (self, step) {
            (Self::Requested, Step::Decline) => Ok(Self::Declined),
            (Self::Requested, Step::Lapse) => Ok(Self::Lapsed),
            (Self::Requested, Step::FindMalformed) => Ok(Self::Malformed),
            (Self::Requested, Step::Authorise) => Ok(Self::Authorised),
            (Self::Authorised, Step::Grant) => Ok(Self::Granted),
            (Self::Granted, Step::Accept) | (Self::Paused, Step::Resume) => Ok(Self::Active),
            (Self::Granted | Self::Active, Step::Pause) => Ok(Self::Paused),
            (state, Step::Revoke) if state.is_running() => Ok(Self::Revoked),
            (state, Step::Expire) if state.is_running() => Ok(Self::Expired),
            (state, Step::Terminate) if state.is_running() => Ok(Self::Terminated),
            (state, Step::LoseDevice) if state.is_running() => Ok(Self::DeviceLost),
            (state, Step::Erase) if state.has_ended() && state != Self::Erased => Ok(Self::Erased),
            (state, step) => Err(IllegalStep { state, step }),
        }
    }

    /// Agreed on and not ended: authorised, granted, active or paused.
    #[must_use]
    pub fn is_running(self) -> bool {
        matches!(
            self,
            Self::Authorised | Self::Granted | Self::Active | Self::Paused
        )
    }

    /// Was agreed on, and has ended in whichever way.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Revoked | Self::Expired | Self::Terminated | Self::DeviceLost | Self::Erased
        )
    }

    /// The word in machine-readable answers. A request that nobody answered is `expired` there, as a consent whose
    /// time is over is: only the latter has a receipt.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Declined => "declined",
            Self::Lapsed | Self::Expired => "expired",
            Self::Malformed => "malformed",
            Self::Authorised => "authorised",
            Self::Granted => "granted",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Revoked => "revoked",
            Self::Terminated => "terminated",
            Self::DeviceLost => "device-lost",
            Self::Erased => "erased",
        }
    }
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 13] = [
        Self::Decline,
        Self::Lapse,
        Self::FindMalformed,
        Self::Authorise,
        Self::Grant,
        Self::Accept,
        Self::Pause,
        Self::Resume,
        Self::Revoke,
        Self::Expire,
        Self::Terminate,
        Self::LoseDevice,
        Self::Erase,
    ];
}

impl fmt::Display for ConsentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for ConsentState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decline => "be declined",
            Self::Lapse => "lapse",
            Self::FindMalformed => "be found malformed",
            Self::Authorise => "be authorised",
            Self::Grant => "be granted",
            Self::Accept => "be accepted",
            Self::Pause => "be paused",
            Self::Resume => "be resumed",
            Self::Revoke => "be revoked",
            Self::Expire => "expire",
            Self::Terminate => "be terminated",
            Self::LoseDevice => "lose its device",
            Self::Erase => "be erased",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are states, columns are steps in the order of [`Step::ALL`]; a dot is an illegal step.
    const TABLE: &str = "
        requested   declined expired malformed authorised . . . . . . . . .
        declined    . . . . . . . . . . . . .
        lapsed      . . . . . . . . . . . . .
        malformed   . . . . . . . . . . . . .
        authorised  . . . . granted . . . revoked expired terminated device-lost .
        granted     . . . . . active paused . revoked expired terminated device-lost .
        active      . . . . . . paused . revoked expired terminated device-lost .
        paused      . . . . . . . active revoked expired terminated device-lost .
        revoked     . . . . . . . . . . . . erased
        expired     . . . . . . . . . . . . erased
        terminated  . . . . . . . . . . . . erased
        device-lost . . . . . . . . . . . . erased
        erased      . . . . . . . . . . . . .";

    #[test]
    fn every_state_and_every_step_is_in_the_table() {
        let rows: Vec<Vec<&str>> = TABLE
            .trim()
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(rows.len(), ConsentState::ALL.len());
        for (state, row) in ConsentState::ALL.into_iter().zip(rows) {
            assert_eq!(row.len(), 1 + Step::ALL.len(), "{state}");
            for (step, expected) in Step::ALL.into_iter().zip(row.iter().skip(1)) {
                match state.after(step) {
                    Ok(next) => assert_eq!(next.name(), *expected, "{state} {step}"),
                    Err(error) => {
                        assert_eq!(*expected, ".", "{error}");
                        assert_eq!(error, IllegalStep { state, step });
                    }
                }
            }
        }
    }

    #[test]
    fn an_illegal_step_says_what_was_tried() {
        let error = ConsentState::Revoked
            .after(Step::Resume)
            .map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("a consent that is revoked cannot be resumed".into())
        );
    }
}
