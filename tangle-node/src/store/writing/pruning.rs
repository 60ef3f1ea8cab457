//! Blocks that go: the oldest first, and never what the next milestone still needs.

use rusqlite::params;

use super::{
    super::{Prune, StoreError, reading::used_bytes},
    Writer, is_known,
};
use crate::limits;

impl Writer {
    /// Removes some blocks; whether there may be more of them.
    pub(super) fn prune(&mut self, prune: Prune) -> Result<bool, StoreError> {
        if let Prune::Above { bytes } = prune
            && used_bytes(&self.connection)? <= bytes
        {
            return Ok(false);
        }
        let before = match prune {
            Prune::Before { seconds } => i64::try_from(seconds).unwrap_or(i64::MAX),
            Prune::Above { .. } => i64::MAX,
        };
        let needed = self.first_needed();
        let transaction = self.connection.transaction()?;
        // Oldest numbers first; as times never go back, the scan ends at the first block that stays.
        let gone = transaction.execute(
            "DELETE FROM block WHERE at < ?1 AND number < ?2
                AND number IN (SELECT number FROM block ORDER BY number LIMIT ?3)",
            params![before, needed, limits::PRUNED_AT_ONCE as i64],
        )?;
        let first = "(SELECT coalesce(min(number), 9e18) FROM block)";
        transaction.execute(&format!("DELETE FROM reference WHERE number < {first}"), [])?;
        transaction.execute(
            &format!(
                "DELETE FROM milestone WHERE last < {first}
                    AND milestone_index < (SELECT max(milestone_index) FROM milestone)"
            ),
            [],
        )?;
        transaction.commit()?;
        if gone > 0 {
            self.events
                .tips
                .retain(|tip| is_known(&self.connection, *tip).unwrap_or(false));
            tracing::info!("{gone} blocks were old enough to go");
        }
        Ok(gone == limits::PRUNED_AT_ONCE)
    }

    /// The first place that must stay: what no milestone refers to yet is needed for the next one.
    fn first_needed(&self) -> i64 {
        let chain = self.chain.as_ref();
        chain
            .and_then(|chain| chain.window.first())
            .unwrap_or(i64::MAX)
    }
}
