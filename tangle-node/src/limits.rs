//! How much a stranger can make this node hold or do.

use std::time::Duration;

use tangle::Block;

/// Connections at a time; more wait in the operating system's queue.
pub const CONNECTIONS: usize = 2_000;

/// A block in binary.
pub const BLOCK_BODY: usize = Block::MAX_LEN;

/// A block, or a list of tags, as JSON.
pub const JSON_BODY: usize = 128 << 10;

/// Blocks that wait for the disk.
pub const QUEUED_BLOCKS: usize = 1_024;

/// Blocks in one commit.
pub const BATCH: usize = 512;

/// Longest that a block waits for its place in the queue.
pub const QUEUE_WAIT: Duration = Duration::from_secs(10);

/// Bytes of blocks in one answer. Ends after the block that reaches it.
pub const ANSWER: usize = 4 << 20;

/// Bytes of answers that are being made or sent, all together.
pub const ANSWERS: usize = 128 << 20;

/// Longest that a question waits for room among [`ANSWERS`].
pub const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// Look-ups at a time.
pub const READERS: usize = 4;

/// Longest that anything but the live feed may take, proof of work on request included.
pub const REQUEST: Duration = Duration::from_secs(110);

/// Longest that open answers may take when the node stops.
pub const STOPPING: Duration = Duration::from_secs(5);

/// Tips that are remembered.
pub const TIPS: usize = 256;

/// Blocks that one transaction prunes.
pub const PRUNED_AT_ONCE: usize = 1_000;
