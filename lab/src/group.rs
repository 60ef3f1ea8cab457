//! A scenario and every program that it starts are one group of processes, which ends as a whole.

use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, getpgrp, getpid};

/// How often a scenario looks whether it should still be there.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Makes the command the first of a group of its own.
pub(crate) fn of_its_own(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// True if a scenario came to its end by itself. It is not waited for yet, so that its group's number stays its own.
pub(crate) fn has_ended(scenario: &Child) -> anyhow::Result<bool> {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    Ok(waitid(Id::Pid(number_of(scenario)?), look)? != WaitStatus::StillAlive)
}

/// Ends a scenario with everything that it started and left running.
pub(crate) fn end(scenario: &mut Child) -> anyhow::Result<()> {
    killpg(number_of(scenario)?, Signal::SIGKILL)?;
    scenario.wait()?;
    Ok(())
}

fn number_of(scenario: &Child) -> anyhow::Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(scenario.id())?))
}

/// From now on this scenario ends with everything that it started when the laboratory is gone, or after `longest`.
pub(crate) fn ends_with_the_laboratory(longest: Duration) {
    let (laboratory, deadline) = (parent_id(), Instant::now() + longest);
    std::thread::spawn(move || {
        while parent_id() == laboratory && Instant::now() < deadline {
            std::thread::sleep(LOOK_EVERY);
        }
        // Whoever runs a scenario by hand, without a group for it, is spared.
        if getpgrp() == getpid() {
            let _ = killpg(getpgrp(), Signal::SIGKILL);
        }
        std::process::exit(1);
    });
}
