//! The child between fork and exec. It never returns; a step that fails is written into the status pipe.

use super::Plan;
use crate::seal::{drop_capabilities, last_errno, no_new_privileges, reset_signals};
use rustix::fs::Mode;
use rustix::io::Errno;
use std::ffi::CStr;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

/// Bytes of a report: `F`, the step's number, and errno.
pub const REPORT_BYTES: usize = 6;

/// The steps in their order.
pub(crate) const STEPS: [&str; 12] = [
    "setsid",
    "cgroup",
    "chdir",
    "dup2",
    "close_range",
    "setrlimit",
    "signals",
    "capabilities",
    "no_new_privs",
    "seccomp",
    EXECVE,
    "unknown",
];

/// The step at which the command itself can be at fault.
pub(crate) const EXECVE: &str = "execve";

type Failure = (&'static str, Errno);

/// The status pipe's descriptor in the child; the next is the first to be closed.
const REPORT: i32 = 3;

/// Seals this process and turns it into the program.
pub(super) fn become_program(
    plan: &Plan<'_>,
    input: &OwnedFd,
    output: &OwnedFd,
    error: &OwnedFd,
    report: &OwnedFd,
) -> ! {
    let outcome = seal(plan, [input, output, error], report).map(|()| plan.command.execute());
    let (step, errno) = match outcome {
        Ok(errno) => (EXECVE, errno),
        Err(failure) => failure,
    };
    let bytes = report_of(step, errno);
    // Before the descriptors were moved, the pipe has its first number.
    let moved = step_index(step) > step_index("dup2");
    let number = if moved { REPORT } else { report.as_raw_fd() };
    // SAFETY: five bytes of an array; a descriptor that is not open answers EBADF.
    unsafe { libc::write(number, bytes.as_ptr().cast(), bytes.len()) };
    // SAFETY: ends this process without running anything of the runner's.
    unsafe { libc::_exit(127) }
}

/// The bytes that tell of a failed step.
pub(crate) fn report_of(step: &str, errno: Errno) -> [u8; REPORT_BYTES] {
    let mut bytes = [b'F'; REPORT_BYTES];
    bytes[1] = u8::try_from(step_index(step).min(STEPS.len() - 1)).unwrap_or(u8::MAX);
    bytes[2..].copy_from_slice(&errno.raw_os_error().to_ne_bytes());
    bytes
}

fn step_index(step: &str) -> usize {
    STEPS.iter().position(|&name| name == step).unwrap_or(STEPS.len())
}

/// Everything before exec, in the order of CELLS.md rule 9. The process is not dumpable all the while (it inherits
/// that from the runner), so no other process can look into it.
fn seal(plan: &Plan<'_>, streams: [&OwnedFd; 3], report: &OwnedFd) -> Result<(), Failure> {
    // Not rustix's: gVisor answers 0, which that does not take for an answer.
    // SAFETY: takes nothing.
    if unsafe { libc::setsid() } == -1 {
        return Err(("setsid", last_errno()));
    }
    for join in plan.joins {
        rustix::io::write(join, b"0").map_err(|errno| ("cgroup", errno))?;
    }
    enter_directory(plan.workspace, &plan.working_directory).map_err(|errno| ("chdir", errno))?;
    move_descriptors(streams, report).map_err(|errno| ("dup2", errno))?;
    close_the_rest().map_err(|errno| ("close_range", errno))?;
    plan.limits.apply().map_err(|errno| ("setrlimit", errno))?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    reset_signals().map_err(|errno| ("signals", errno))?;
    no_new_privileges().map_err(|errno| ("no_new_privs", errno))?;
    drop_capabilities().map_err(|errno| ("capabilities", errno))?;
    plan.filter.install().map_err(|errno| ("seccomp", errno))?;
    if plan.waits { keep_report().map_err(|errno| ("dup2", errno)) } else { Ok(()) }
}

/// Beneath the workspace, without following links.
pub(crate) fn enter_directory(workspace: &OwnedFd, path: &CStr) -> Result<(), Errno> {
    let directory = crate::files::open_passage(workspace, path.to_bytes())?;
    rustix::process::fchdir(directory)
}

/// Standard streams to 0, 1 and 2, the report to 3. The runner keeps its own three open, so all sources are above 2,
/// and a number of 10 and more keeps the report clear of its own target.
///
/// Raw numbers, because [`close_the_rest`] closes what an owner would close again.
fn move_descriptors(streams: [&OwnedFd; 3], report: &OwnedFd) -> Result<(), Errno> {
    let aside = rustix::io::fcntl_dupfd_cloexec(report, 10)?.into_raw_fd();
    for (number, stream) in (0..).zip(streams) {
        // SAFETY: both numbers are descriptors of this process; the target is one of the standard three.
        if unsafe { libc::dup2(stream.as_raw_fd(), number) } == -1 {
            return Err(last_errno());
        }
    }
    // SAFETY: what was at 3 (the channel, perhaps) is not used by the child.
    match unsafe { libc::dup3(aside, REPORT, libc::O_CLOEXEC) } {
        -1 => Err(last_errno()),
        _ => Ok(()),
    }
}

/// Beyond the exec.
fn keep_report() -> Result<(), Errno> {
    // SAFETY: a number of this process's.
    match unsafe { libc::fcntl(REPORT, libc::F_SETFD, 0) } {
        -1 => Err(last_errno()),
        _ => Ok(()),
    }
}

fn close_the_rest() -> Result<(), Errno> {
    let first = REPORT.unsigned_abs() + 1;
    // No descriptor has a higher number (fs.nr_open), and gVisor takes the numbers to be signed.
    let last = i32::MAX.unsigned_abs();
    // SAFETY: nothing above the report is used from here on.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, 0_u32) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}
