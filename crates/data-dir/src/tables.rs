//! Versions of the tables in a program's database.

/// A newer program wrote the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tables have version {found}, and versions up to {known} are known")]
pub struct NewerTables {
    /// Their version.
    pub found: i64,
    /// The newest version that this program knows.
    pub known: i64,
}

/// The steps that bring tables of version `found` up to date, of all the steps that ever made or changed them: step `n`
/// leads from version `n` to `n + 1`, and an empty file has version 0. So a new file and an old one take the same way.
///
/// ```
/// let steps = ["CREATE TABLE reading (at INTEGER)", "ALTER TABLE reading ADD COLUMN watts INTEGER"];
/// assert_eq!(data_dir::steps_from(0, &steps), Ok(&steps[..]));
/// assert_eq!(data_dir::steps_from(1, &steps), Ok(&steps[1..]));
/// assert_eq!(data_dir::steps_from(2, &steps), Ok(&[][..]));
/// assert!(data_dir::steps_from(3, &steps).is_err());
/// ```
///
/// # Errors
/// [`NewerTables`] when more steps were taken than this program knows.
pub fn steps_from<S>(found: i64, steps: &[S]) -> Result<&[S], NewerTables> {
    usize::try_from(found)
        .ok()
        .and_then(|taken| steps.get(taken..))
        .ok_or(NewerTables {
            found,
            known: i64::try_from(steps.len()).unwrap_or(i64::MAX),
        })
}
