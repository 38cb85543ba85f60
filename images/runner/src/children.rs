//! Reaping: pid 1 inherits every orphan of its namespace.

use crate::seal::last_errno;
use rustix::io::Errno;
use std::mem::MaybeUninit;
use std::time::Duration;

/// A process that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Dead {
    /// Its process id.
    pub pid: i32,
    /// How it ended.
    pub status: Status,
    /// User time of it and of the children it had waited for.
    pub user: Duration,
    /// System time, likewise.
    pub system: Duration,
}

/// How a process ended, as wait(2) tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// With an exit code.
    Exited(u32),
    /// By a signal.
    Signalled {
        /// Which.
        number: u32,
        /// It dumped core.
        core_dumped: bool,
    },
}

impl Status {
    /// Whether SIGKILL ended it.
    pub fn is_killed(self) -> bool {
        matches!(self, Self::Signalled { number, .. } if number == libc::SIGKILL.unsigned_abs())
    }
}

/// What there was to reap.
pub enum Reaped {
    /// This one.
    One(Dead),
    /// Children are alive, none has ended.
    NothingYet,
    /// There is no child at all.
    NoChildren,
}

/// Reaps one child, without waiting.
pub fn reap() -> Reaped {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // Also children that tell their parent by another signal than SIGCHLD, or by none.
    let options = libc::WNOHANG | libc::__WALL;
    // SAFETY: both pointers are to whole values of the kernel's layout.
    let pid = unsafe { libc::wait4(-1, &raw mut status, options, usage.as_mut_ptr()) };
    match pid {
        0 => Reaped::NothingYet,
        -1 if last_errno() == Errno::CHILD => Reaped::NoChildren,
        -1 => Reaped::NothingYet,
        pid => {
            // SAFETY: zeroed above, and filled in by wait4.
            let usage = unsafe { usage.assume_init() };
            Reaped::One(Dead {
                pid,
                status: decode(status),
                user: duration(usage.ru_utime),
                system: duration(usage.ru_stime),
            })
        }
    }
}

fn decode(status: i32) -> Status {
    if libc::WIFSIGNALED(status) {
        let number = libc::WTERMSIG(status).unsigned_abs();
        Status::Signalled { number, core_dumped: libc::WCOREDUMP(status) }
    } else {
        Status::Exited(libc::WEXITSTATUS(status).unsigned_abs())
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
}
