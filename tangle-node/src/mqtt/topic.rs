//! The topics of IOTA TIP-28, as far as a network without tokens has events for them.

use tangle::BlockId;

pub(super) const MILESTONE_LATEST: &str = "milestone-info/latest";
pub(super) const MILESTONE_CONFIRMED: &str = "milestone-info/confirmed";
pub(super) const MILESTONES: &str = "milestones";
pub(super) const BLOCKS: &str = "blocks";
pub(super) const TAGGED_DATA: &str = "blocks/tagged-data";
pub(super) const REFERENCED: &str = "block-metadata/referenced";

const METADATA: &str = "block-metadata/";
/// Longest topic that there is: an output of an address, with room to spare.
const LONGEST: usize = 256;

pub(super) fn tagged_data(tag: &[u8]) -> String {
    format!("{TAGGED_DATA}/0x{}", data_encoding::HEXLOWER.encode(tag))
}

pub(super) fn metadata(id: BlockId) -> String {
    format!("{METADATA}{id}")
}

/// The block whose metadata this topic is about.
pub(super) fn metadata_of(topic: &str) -> Option<BlockId> {
    topic.strip_prefix(METADATA)?.parse().ok()
}

/// Whether a filter can be subscribed to. Topics of the ledger are taken too, for clients ask for them as a matter
/// of course: here nothing ever happens under them. Wildcards are refused (MQTT 3.1.1, 3.8.3-2) but for the one in
/// `outputs/unlock/+/…`, which is part of that topic.
pub(super) fn is_acceptable(filter: &str) -> bool {
    let plain = !filter.contains(['+', '#', '\0']);
    !filter.is_empty()
        && filter.len() <= LONGEST
        && (plain || filter.starts_with("outputs/unlock/+/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_would_match_many_topics_are_refused() {
        for filter in [
            "blocks",
            "receipts",
            "outputs/unlock/+/tst1qq",
            "block-metadata/referenced",
        ] {
            assert!(is_acceptable(filter), "{filter}");
        }
        for filter in [
            "",
            "#",
            "blocks/#",
            "block-metadata/+",
            "a\0b",
            &"x".repeat(300),
        ] {
            assert!(!is_acceptable(filter), "{filter}");
        }
    }

    #[test]
    fn a_topic_names_its_block_or_tag() {
        let id = BlockId([0xab; 32]);
        assert_eq!(metadata_of(&metadata(id)), Some(id));
        assert_eq!(metadata_of(REFERENCED), None);
        assert_eq!(tagged_data(&[1, 0xfe]), "blocks/tagged-data/0x01fe");
    }
}
