//! When a node that failed is asked again.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::TangleError;

/// How long others are preferred after a node's first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(600);

/// Longest wish to be left alone that is heeded.
const LONGEST_WISH: Duration = Duration::from_secs(300);

/// How a node fared lately.
#[derive(Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// Others are preferred until then.
    preferred_not: Option<Instant>,
    /// It said that it will not answer before then, and how.
    wish: Option<(Instant, TangleError)>,
}

impl Rest {
    pub(super) fn is_over(&self) {
        *self.state() = State::default();
    }

    /// It failed, and perhaps said for how long.
    pub(super) fn begins(&self, error: &TangleError) {
        let (mut state, now) = (self.state(), Instant::now());
        let pause = FIRST_REST * 2u32.saturating_pow(state.failures.min(8));
        state.failures = state.failures.saturating_add(1);
        state.preferred_not = Some(now + pause.min(LONGEST_REST));
        state.wish = error
            .retry_after()
            .map(|wish| (now + wish.min(LONGEST_WISH), error.clone()));
    }

    /// When it is as good as any other again, if that is not now.
    pub(super) fn until(&self) -> Option<Instant> {
        self.state()
            .preferred_not
            .filter(|end| *end > Instant::now())
    }

    /// What it said when it asked to be left alone, as long as that holds.
    pub(super) fn wish(&self) -> Option<TangleError> {
        let state = self.state();
        let (end, error) = state.wish.as_ref()?;
        let left = end.checked_duration_since(Instant::now())?;
        Some(error.clone().with_retry_after(left))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn busy(retry_after: Option<Duration>) -> TangleError {
        TangleError::Unavailable {
            node: "http://n".to_owned(),
            status: 503,
            message: "busy".to_owned(),
            retry_after,
        }
    }

    #[test]
    fn a_wish_is_heeded_but_not_for_ever() {
        let rest = Rest::default();
        rest.begins(&busy(None));
        assert!(rest.wish().is_none() && rest.until().is_some());
        rest.begins(&busy(Some(Duration::from_secs(1_000_000))));
        let left = rest.wish().unwrap().retry_after().unwrap();
        assert!(left <= LONGEST_WISH && left > LONGEST_WISH / 2, "{left:?}");
        rest.is_over();
        assert!(rest.wish().is_none() && rest.until().is_none());
    }

    #[test]
    fn a_node_that_fails_again_and_again_rests_longer_up_to_a_limit() {
        let rest = Rest::default();
        let mut before = Duration::ZERO;
        for _ in 0..40 {
            rest.begins(&busy(None));
            let left = rest.until().unwrap() - Instant::now();
            assert!(left + Duration::from_secs(1) >= before && left <= LONGEST_REST);
            before = left;
        }
        assert!(before > LONGEST_REST / 2);
    }
}
