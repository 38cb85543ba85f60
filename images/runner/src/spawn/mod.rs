//! Starts a program: pipes, fork, and in the child everything that seals it, up to exec.

mod child;
mod command;
mod pipes;
mod plan;
mod waiting;

pub use child::REPORT_BYTES;
pub(crate) use child::{EXECVE, enter_directory, report_of};
pub use command::Command;
pub use pipes::{Pipes, unblock};
pub use plan::Plan;
pub(crate) use plan::directory;
pub use waiting::Waiting;

use crate::seal::last_errno;
use crate::wire::proto::{FileError, ProgramFile};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::os::fd::OwnedFd;

/// A child on its way to become the program, and the runner's ends of its pipes, none of which blocks.
pub struct Spawned {
    /// Its process id, which is also its session and process group.
    pub pid: i32,
    /// At its end of file it has become the program; otherwise it holds one [`StartFailure`].
    pub status: OwnedFd,
    /// What must be written to `status` first.
    pub go: Vec<u8>,
    /// It is an interpreter that had started before.
    pub warm: bool,
    /// Standard input.
    pub input: OwnedFd,
    /// Standard output, and standard error unless it was merged.
    pub outputs: Vec<OwnedFd>,
}

/// The start failed at a step.
#[derive(Debug, PartialEq)]
pub struct StartFailure {
    /// Which step.
    pub step: &'static str,
    /// errno(3), 0 for none.
    pub errno: i32,
    /// The program's file that could not be written, and why.
    pub file: Option<(Vec<u8>, FileError)>,
}

impl StartFailure {
    /// What failed, and how.
    pub fn new(step: &'static str, errno: Errno) -> Self {
        Self { step, errno: errno.raw_os_error(), file: None }
    }

    /// There is no cell for it.
    pub fn no_cell() -> Self {
        Self { step: "cell", errno: 0, file: None }
    }

    /// One of the program's files could not be written.
    pub fn of_file(file: &ProgramFile, error: FileError) -> Self {
        Self { step: "file", errno: error.errno_number, file: Some((file.path.clone(), error)) }
    }

    /// Reads what the child wrote into the status pipe.
    pub fn parse(bytes: [u8; REPORT_BYTES]) -> Self {
        Self {
            step: step_name(bytes[1]),
            errno: i32::from_ne_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]),
            file: None,
        }
    }

    /// Whether the command itself is at fault: not there, or not to be executed.
    pub fn command_unusable(&self) -> bool {
        use libc::{EACCES, EISDIR, ELIBBAD, ELOOP, ENAMETOOLONG, ENOENT, ENOEXEC, ENOTDIR, EPERM};
        let unusable = [EACCES, EISDIR, ELIBBAD, ELOOP, ENAMETOOLONG, ENOENT, ENOEXEC, ENOTDIR, EPERM];
        self.step == child::EXECVE && unusable.contains(&self.errno)
    }
}

/// The name of a step that a child has reported.
pub(crate) fn step_name(number: u8) -> &'static str {
    child::STEPS.get(usize::from(number)).copied().unwrap_or("unknown")
}

/// Forks a child that becomes the planned program. The caller learns through [`Spawned::status`] whether it did.
pub fn spawn(plan: &Plan<'_>) -> Result<Spawned, StartFailure> {
    let (status, report) = pipe_with(PipeFlags::CLOEXEC).map_err(|errno| StartFailure::new("pipe", errno))?;
    unblock(&status).map_err(|errno| StartFailure::new("fcntl", errno))?;
    let pipes = Pipes::new(plan.merge_stderr)?;
    // SAFETY: the runner has one thread, so the child's memory is whole and it may allocate.
    match unsafe { libc::fork() } {
        -1 => Err(StartFailure::new("fork", last_errno())),
        0 => child::become_program(plan, &pipes.child_input, &pipes.child_output, pipes.child_error(), &report),
        pid => {
            let Pipes { input, outputs, .. } = pipes;
            Ok(Spawned { pid, status, go: Vec::new(), warm: false, input, outputs })
        }
    }
}
