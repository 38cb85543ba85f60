//! A program's standard streams.

use super::StartFailure;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::os::fd::OwnedFd;

/// Pipes are made this large where the kernel lets the runner, for fewer turns of the loop.
const PIPE_BYTES: usize = 256 * 1024;

/// Both ends of each. The runner's don't block.
pub struct Pipes {
    /// Standard input, the runner's end.
    pub input: OwnedFd,
    /// Standard output, and standard error unless it was merged: the runner's ends.
    pub outputs: Vec<OwnedFd>,
    /// The program's end of standard input.
    pub child_input: OwnedFd,
    /// The program's end of standard output.
    pub child_output: OwnedFd,
    child_error: Option<OwnedFd>,
}

impl Pipes {
    /// Makes them.
    pub fn new(merge_stderr: bool) -> Result<Self, StartFailure> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(|errno| StartFailure::new("pipe", errno));
        let (child_input, input) = pipe()?;
        let (output, child_output) = pipe()?;
        let mut outputs = vec![output];
        let child_error = if merge_stderr {
            None
        } else {
            let (error, child_error) = pipe()?;
            outputs.push(error);
            Some(child_error)
        };
        for descriptor in outputs.iter().chain([&input]) {
            unblock(descriptor).map_err(|errno| StartFailure::new("fcntl", errno))?;
        }
        for output in &outputs {
            // Refused when this uid has many pipes already: then they are slower, not wrong.
            let _ = rustix::pipe::fcntl_setpipe_size(output, PIPE_BYTES);
        }
        Ok(Self { input, outputs, child_input, child_output, child_error })
    }

    /// The program's end of standard error.
    pub fn child_error(&self) -> &OwnedFd {
        self.child_error.as_ref().unwrap_or(&self.child_output)
    }
}

/// Makes the runner's end not block. The program's end is another file description and keeps blocking.
pub fn unblock(descriptor: &OwnedFd) -> Result<(), Errno> {
    fcntl_setfl(descriptor, fcntl_getfl(descriptor)? | OFlags::NONBLOCK)
}
