//! Random bytes of the operating system, of which a program's secrets are made.

use getrandom::SysRng;
use getrandom::rand_core::{Rng as _, UnwrapErr};
use zeroize::Zeroizing;

/// The operating system's generator in the shape that the protocol crates take. A system without one cannot run this program.
#[must_use]
pub fn generator() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// `N` fresh random bytes, wiped when dropped.
#[must_use]
pub fn bytes<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    generator().fill_bytes(&mut *bytes);
    bytes
}
