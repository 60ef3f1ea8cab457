//! What a program holds in memory is for its owner alone, too.

use std::io;

/// Keeps the memory and the files of this process to itself; the first thing a program does.
///
/// New files are for their owner alone, also those that libraries make. A crash leaves no core dump: its size is limited
/// to nothing, and Linux is told that the process is not dumpable, so that no other program of the same user can read
/// its memory either. Elsewhere than on Unix nothing is done.
///
/// # Errors
/// When the system refuses, which it has no reason to.
#[cfg(unix)]
pub fn keep_to_itself() -> io::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    use nix::sys::stat::{Mode, umask};
    umask(Mode::from_bits_truncate(0o077));
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    Ok(())
}

/// Nothing to do here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn keep_to_itself() -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use nix::sys::prctl::get_dumpable;
    use nix::sys::resource::{Resource, getrlimit};

    #[test]
    fn there_is_no_core_dump_and_no_memory_to_read() {
        keep_to_itself().unwrap();
        assert!(!get_dumpable().unwrap());
        assert_eq!(getrlimit(Resource::RLIMIT_CORE).unwrap(), (0, 0));
    }
}
