//! How much of what others say is written down.
//!
//! A device or a service decides how often it speaks, and each entry of the journal is a block that the wallet publishes and reads
//! again for good. So each gets a number of entries that grows with time: far more than anybody needs who means well.

/// Entries that anybody gets at once.
const AT_FIRST: u64 = 32;
/// And for each day that has begun since.
const A_DAY: u64 = 16;
const DAY: u64 = 86_400;

/// Messages that one call of `sync` takes from one chain, or from all consents together; the next call goes on.
pub(super) const MOST_ROUNDS: usize = 1_024;

/// Whether one more entry may be written for somebody who has `written` of them and is known since then.
pub(super) fn one_more(written: usize, since: u64, now: u64) -> bool {
    let days = now.saturating_sub(since).div_ceil(DAY);
    (written as u64) < days.saturating_mul(A_DAY).saturating_add(AT_FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_time_and_never_overflows() {
        assert!(one_more(31, 1_000, 1_000));
        assert!(!one_more(32, 1_000, 1_000));
        assert!(one_more(32, 1_000, 1_001));
        assert!(!one_more(48, 1_000, 1_000 + DAY));
        assert!(one_more(48, 1_000, 1_001 + DAY));
        assert!(!one_more(32, u64::MAX, 0));
        assert!(one_more(1_000_000, 0, u64::MAX));
    }
}
