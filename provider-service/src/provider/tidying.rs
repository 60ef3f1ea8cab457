//! Requests that came to nothing.

use std::sync::Arc;

use super::poll::Failed;
use super::{Provider, held, seconds};

/// They are kept so long, for the visitor who comes back and for the operator.
const KEPT: u64 = 7 * 86_400;
/// And looked for this often.
const TIDY_EVERY: u64 = 3_600;

impl Provider {
    /// Forgets requests to which nobody said yes, so that strangers do not fill the disk with them.
    pub(super) async fn tidy_up(self: &Arc<Self>, now: u64) -> Result<(), Failed> {
        if now < held(&self.tidied_at).saturating_add(TIDY_EVERY) {
            return Ok(());
        }
        let before = seconds(now.saturating_sub(KEPT));
        let forgotten = self
            .blocking(move |provider| Ok(provider.store.forget_requests(before)?))
            .await?;
        if forgotten > 0 {
            tracing::info!("{forgotten} requests that nobody said yes to are forgotten");
        }
        *held(&self.tidied_at) = now;
        Ok(())
    }
}
