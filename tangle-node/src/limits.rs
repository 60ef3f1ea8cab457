//! How much a stranger can make this node hold or do.

use std::{num::NonZeroU32, time::Duration};

use http_server::Bounds;
use tangle::Block;

/// Connections at a time, all together and of one address.
pub const CONNECTIONS: Bounds = Bounds {
    connections: 2_000,
    per_client: 200,
};

/// Questions that an address may ask at once, as a multiple of what it may ask in a second.
pub const BURST: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// Blocks that wait for the node's proof of work.
pub const QUEUED_WORK: usize = 16;

/// Seconds after which somebody who was turned away should try again.
pub const RETRY_AFTER: u64 = 2;

/// Bytes of an answer that an index hands on.
pub const FORWARDED: usize = 1 << 20;

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

/// Those of one household: two of the largest at a time, so that who hardly reads keeps others from nothing.
pub const ANSWERS_PER_CLIENT: usize = 16 << 20;

/// Longest that a question waits for room among [`ANSWERS`].
pub const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// Look-ups at a time.
pub const READERS: usize = 4;

/// Longest that anything but the live feed may take, proof of work on request included.
pub const REQUEST: Duration = Duration::from_secs(110);

/// Longest that open answers may take when the node stops.
pub const STOPPING: Duration = Duration::from_secs(5);

/// Tips that are remembered.
pub const TIPS: usize = 65_536;

/// Blocks that no milestone refers to yet, after which one is issued early: what a flood makes the node remember.
pub const WINDOW: usize = 100_000;

/// Milestones after which a block is too old to be a parent (IOTA TIP-25, `belowMaxDepth`).
pub const BELOW_MAX_DEPTH: u32 = 15;

/// Longest time without a milestone while nothing happens. Clients compare their clock with it, and stop to trust a
/// node after five minutes.
pub const MILESTONE_IDLE: Duration = Duration::from_secs(60);

/// Rounds in which blocks without payload join many tips before a milestone.
pub const CHECKPOINT_ROUNDS: usize = 6;

/// Blocks that join tips before one milestone, where each costs proof of work.
pub const MINED_CHECKPOINTS: usize = 8;

/// Events that wait for one MQTT client; who has more waiting is cut off.
pub const MQTT_QUEUE: usize = 4_096;

/// Topics of one MQTT client.
pub const MQTT_TOPICS: usize = 2_000;

/// Longest packet of an MQTT client, in bytes: a subscription to many topics.
pub const MQTT_PACKET: usize = 256 << 10;

/// Bytes on their way to an MQTT client over a WebSocket.
pub const MQTT_WRITE_BUFFER: usize = 1 << 20;

/// Longest that an MQTT client may take to say who it is.
pub const MQTT_CONNECT: Duration = Duration::from_secs(10);

/// Longest that sending to an MQTT client may take.
pub const MQTT_SEND: Duration = Duration::from_secs(20);

/// Longest that an MQTT client may be silent, whatever it promised.
pub const MQTT_SILENCE: Duration = Duration::from_secs(3_600);

/// Blocks that one transaction prunes.
pub const PRUNED_AT_ONCE: usize = 1_000;
