//! As many open files as there may be connections.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Files that a program has open beside its connections: its database, its log, what it asks of others.
const OWN: u64 = 100;

/// Makes room for so many connections, each of which is an open file: a system lets a program begin with a thousand and
/// raise that itself (`getrlimit(2)`). Says in the log when there is less room than that.
pub fn make_room_for(connections: usize) {
    let needed = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OWN);
    match raise() {
        Ok(files) if files < needed => tracing::warn!(
            "the system lets this program open {files} files, and it would hold {connections} connections, each of which is one: \
             allow it {needed} (LimitNOFILE= in its unit, or ulimit -n), or some will have to wait"
        ),
        Ok(_) => {}
        Err(why) => tracing::warn!("how many files this program may open cannot be raised: {why}"),
    }
}

/// Raises what this program may open to what the system allows, and says how many files that is.
fn raise() -> nix::Result<u64> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    Ok(most)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_program_may_open_what_the_system_allows() {
        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, most.min(256), most).unwrap();
        make_room_for(2_000);
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), (most, most));
    }
}
