//! The Merkle tree over block ids (IOTA TIP-4): RFC 6962, section 2.1, with BLAKE2b-256.

use blake2::{Blake2b, Digest, digest::consts::U32};
use tangle::BlockId;

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The root over these ids in this order; over none it is the hash of nothing.
pub(crate) fn merkle_root(ids: &[BlockId]) -> [u8; 32] {
    match ids {
        [] => Blake2b::<U32>::digest([]).into(),
        [id] => Blake2b::<U32>::new()
            .chain_update([LEAF])
            .chain_update(id.0)
            .finalize()
            .into(),
        _ => {
            // The largest power of two that leaves something on the right.
            let split = 1 << (ids.len() - 1).ilog2();
            let (left, right) = ids.split_at_checked(split).unwrap_or((ids, &[]));
            Blake2b::<U32>::new()
                .chain_update([NODE])
                .chain_update(merkle_root(left))
                .chain_update(merkle_root(right))
                .finalize()
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn hex(bytes: [u8; 32]) -> String {
        data_encoding::HEXLOWER.encode(&bytes)
    }

    /// The example of TIP-4: the ids of seven blocks, and their root.
    #[test]
    fn example_of_the_standard() {
        let ids = [
            "52fdfc072182654f163f5f0f9a621d729566c74d10037c4d7bbb0407d1e2c649",
            "81855ad8681d0d86d1e91e00167939cb6694d2c422acd208a0072939487f6999",
            "eb9d18a44784045d87f3c67cf22746e995af5a25367951baa2ff6cd471c483f1",
            "5fb90badb37c5821b6d95526a41a9504680b4e7c8b763a1b1d49d4955c848621",
            "6325253fec738dd7a9e28bf921119c160f0702448615bbda08313f6a8eb668d2",
            "0bf5059875921e668a5bdf2c7fc4844592d2572bcd0668d2d6c52f5054e2d083",
            "6bf84c7174cb7476364cc3dbd968b0f7172ed85794bb358b0c3b525da1786f9f",
        ]
        .map(|id| format!("0x{id}").parse::<BlockId>().unwrap());
        assert_eq!(
            hex(merkle_root(&ids)),
            "bf67ce7ba23e8c0951b5abaec4f5524360d2c26d971ff226d3359fa70cdb0beb"
        );
        assert_eq!(
            hex(merkle_root(&[])),
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
        );
    }
}
