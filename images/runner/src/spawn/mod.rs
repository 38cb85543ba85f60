//! Starts a program: pipes, fork, and in the child everything that seals it, up to exec.

mod child;
mod plan;

pub use plan::Plan;

use crate::seal::last_errno;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::os::fd::OwnedFd;

/// Pipes are made this large where the kernel lets the runner, for fewer turns of the loop.
pub const PIPE_BYTES: usize = 256 * 1024;

/// A child on its way to exec, or beyond, and the runner's ends of its pipes, none of which blocks.
pub struct Spawned {
    /// Its process id, which is also its session and process group.
    pub pid: i32,
    /// At its end of file the exec has succeeded; otherwise it holds one [`StartFailure`].
    pub status: OwnedFd,
    /// Standard input.
    pub input: OwnedFd,
    /// Standard output, and standard error unless it was merged.
    pub outputs: Vec<OwnedFd>,
}

/// The start failed at a step.
#[derive(Debug, PartialEq, Eq)]
pub struct StartFailure {
    /// Which step.
    pub step: &'static str,
    /// errno(3), 0 for none.
    pub errno: i32,
}

impl StartFailure {
    /// What failed, and how.
    pub fn new(step: &'static str, errno: Errno) -> Self {
        Self { step, errno: errno.raw_os_error() }
    }

    /// Reads what the child wrote into the status pipe.
    pub fn parse(bytes: [u8; child::REPORT_BYTES]) -> Self {
        let step = child::STEPS.get(usize::from(bytes[0])).copied().unwrap_or("unknown");
        Self { step, errno: i32::from_ne_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]) }
    }

    /// Whether the command itself is at fault: not there, or not to be executed.
    pub fn command_unusable(&self) -> bool {
        use libc::{EACCES, EISDIR, ELIBBAD, ELOOP, ENAMETOOLONG, ENOENT, ENOEXEC, ENOTDIR, EPERM};
        let unusable = [EACCES, EISDIR, ELIBBAD, ELOOP, ENAMETOOLONG, ENOENT, ENOEXEC, ENOTDIR, EPERM];
        self.step == child::EXECVE && unusable.contains(&self.errno)
    }
}

pub use child::REPORT_BYTES;

/// Forks a child that becomes the planned program. The caller learns through [`Spawned::status`] whether it did.
pub fn spawn(plan: &Plan<'_>) -> Result<Spawned, StartFailure> {
    let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(|errno| StartFailure::new("pipe", errno));
    let (status, report) = pipe()?;
    let (child_input, input) = pipe()?;
    let (output, child_output) = pipe()?;
    let mut outputs = vec![output];
    let child_error = if plan.merge_stderr {
        None
    } else {
        let (error, child_error) = pipe()?;
        outputs.push(error);
        Some(child_error)
    };
    for descriptor in outputs.iter().chain([&status, &input]) {
        unblock(descriptor).map_err(|errno| StartFailure::new("fcntl", errno))?;
    }
    for output in &outputs {
        // Refused when this uid has many pipes already: then they are slower, not wrong.
        let _ = rustix::pipe::fcntl_setpipe_size(output, PIPE_BYTES);
    }
    // SAFETY: the runner has one thread, so the child's memory is whole and it may allocate.
    match unsafe { libc::fork() } {
        -1 => Err(StartFailure::new("fork", last_errno())),
        0 => {
            let error = child_error.as_ref().unwrap_or(&child_output);
            child::become_program(plan, &child_input, &child_output, error, &report)
        }
        pid => Ok(Spawned { pid, status, input, outputs }),
    }
}

/// Makes the runner's end not block. The program's end is another file description and keeps blocking.
fn unblock(descriptor: &OwnedFd) -> Result<(), Errno> {
    fcntl_setfl(descriptor, fcntl_getfl(descriptor)? | OFlags::NONBLOCK)
}
