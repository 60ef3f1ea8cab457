//! Random bytes of the operating system.

use getrandom::SysRng;
use rand_core::UnwrapErr;

/// What keys and nonces are made with here.
pub(crate) fn generator() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
