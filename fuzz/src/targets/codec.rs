use crate::corpus::vectors;
use readings::codec::{MAX_ROWS, decode, encode};

/// The body of a block. What was read is written and read again, and must be the same.
pub(super) fn codec(data: &[u8]) {
    let Ok((kind, batch)) = decode(data) else {
        return;
    };
    assert!(batch.len() <= MAX_ROWS, "more rows than there may be");
    match encode(kind, &batch) {
        Ok(bytes) => assert_eq!(
            decode(&bytes),
            Ok((kind, batch)),
            "read, written and read again"
        ),
        Err(error) => panic!("what was read cannot be written: {error}"),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vectors("codec.json", &["cases/*/bytes"])
}
