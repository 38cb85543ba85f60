//! The one place that can signal everything.
//!
//! `kill(-1)` reaches every process the caller may signal. In a pid namespace of its own that is exactly the sandbox;
//! outside one it is the whole machine. So the runner refuses to be anything but pid 1, no switch turns that off, and
//! the broadcast asks again each time.

use crate::seal::last_errno;
use rustix::io::Errno;
use std::fmt;

/// The exit code of a runner that is not pid 1 (EX_USAGE of sysexits.h).
pub const EXIT_NOT_PID_1: i32 = 64;

/// This process is not pid 1 of its pid namespace.
#[derive(Debug, PartialEq, Eq)]
pub struct NotPid1 {
    /// What it is instead.
    pub pid: i32,
}

impl fmt::Display for NotPid1 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the runner must be pid 1 of a pid namespace of its own, and is pid {}; refusing", self.pid)
    }
}

/// Holds if and only if this process is pid 1.
pub fn ensure_pid_1() -> Result<(), NotPid1> {
    // SAFETY: getpid has no preconditions.
    match unsafe { libc::getpid() } {
        1 => Ok(()),
        pid => Err(NotPid1 { pid }),
    }
}

/// Sends SIGKILL to every process of this pid namespace but pid 1 itself.
///
/// Returns whether there was one (a zombie counts).
pub fn kill_everything() -> Result<bool, NotPid1> {
    ensure_pid_1()?;
    // SAFETY: this is pid 1, so -1 means this pid namespace and nothing beyond it.
    let result = unsafe { libc::kill(-1, libc::SIGKILL) };
    Ok(result == 0)
}

/// Sends a signal to the process group that `leader` leads.
///
/// A leader below 2 is refused: -1 would be everybody, and 0 and 1 the runner's own group.
pub fn signal_group(leader: i32, signal: i32) -> Result<(), Errno> {
    if leader < 2 {
        return Err(Errno::INVAL);
    }
    // SAFETY: a negative pid below -1 names one process group of this pid namespace.
    match unsafe { libc::kill(-leader, signal) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_pid_namespace_everything_that_could_kill_everything_refuses() {
        let pid = std::process::id().cast_signed();
        assert_ne!(pid, 1, "this test must not run as pid 1");

        assert_eq!(ensure_pid_1(), Err(NotPid1 { pid }));
        assert_eq!(kill_everything(), Err(NotPid1 { pid }));
    }

    #[test]
    fn a_group_that_would_mean_everybody_is_refused() {
        for leader in [1, 0, -1, i32::MIN] {
            assert_eq!(signal_group(leader, 0), Err(Errno::INVAL), "leader {leader}");
        }
    }
}
