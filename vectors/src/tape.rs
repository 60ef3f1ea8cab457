//! Random bytes that are not.

use rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;

/// SHA-256(name ‖ u32 counter), one block after the other.
pub struct Tape {
    name: String,
    counter: u32,
    rest: Vec<u8>,
}

impl Tape {
    /// The tape with this name, from its beginning.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            counter: 0,
            rest: Vec::new(),
        }
    }

    /// The next bytes.
    #[must_use]
    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, out: &mut [u8]) {
        while self.rest.len() < out.len() {
            let block = channel::hash(&[self.name.as_bytes(), &self.counter.to_le_bytes()]);
            self.rest.extend_from_slice(block.as_bytes());
            self.counter += 1;
        }
        let taken = self.rest.drain(..out.len());
        out.iter_mut().zip(taken).for_each(|(to, from)| *to = from);
    }
}

impl TryRng for Tape {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.take()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.take()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Tape {}
