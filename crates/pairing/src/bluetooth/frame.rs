//! A message as frames that fit into one write or one notification.

use crate::message::MAX_MESSAGE;

/// `u8 message ‖ u16 index`, whose highest bit marks the last frame.
pub(super) const HEADER: usize = 3;
pub(super) const LAST: u16 = 0x8000;

/// The longest frame, whatever the connection allows: BlueZ before 5.69 refuses more than 510 bytes in one write.
pub const MAX_FRAME: usize = 500;
/// The smallest MTU that a connection can have (Bluetooth Core, volume 3, part F, 5.2.1).
const SMALLEST_MTU: u16 = 23;
/// BlueZ notifies with *multiple handle value notifications* where it can, whose header is two bytes longer than that of
/// a single one, and cuts off what does not fit.
const OVERHEAD: u16 = 5;

/// How long a frame may be on a connection of this MTU, in bytes: `min(MTU − 5, 500)`.
#[must_use]
pub fn frame_len(mtu: u16) -> usize {
    usize::from(mtu.max(SMALLEST_MTU) - OVERHEAD).min(MAX_FRAME)
}

/// A message that is longer than [`MAX_MESSAGE`], or empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a message of {0} bytes does not fit into frames; it may have 1 to {MAX_MESSAGE}")]
pub struct TooLong(pub usize);

/// Numbers the messages of one side, and cuts them into frames.
///
/// The device keeps one for all its centrals, since each of them sees every notification.
#[derive(Debug, Default)]
pub struct Outgoing {
    next: u8,
}

impl Outgoing {
    /// The frames of a message, to be sent in this order on a connection of this MTU.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn frames(&mut self, message: &[u8], mtu: u16) -> Result<Vec<Vec<u8>>, TooLong> {
        if message.is_empty() || message.len() > MAX_MESSAGE {
            return Err(TooLong(message.len()));
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let parts = message.chunks(frame_len(mtu) - HEADER);
        let last = parts.len() - 1;
        // 16 KiB are at most 1093 frames of 15 bytes, so that an index never reaches the mark of the last one.
        let frames = parts.zip(0u16..).map(|(part, index)| {
            let mark = if usize::from(index) == last { LAST } else { 0 };
            [&[number], (index | mark).to_le_bytes().as_slice(), part].concat()
        });
        Ok(frames.collect())
    }
}
