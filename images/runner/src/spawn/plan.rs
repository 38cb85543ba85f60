//! All that a child needs, made before the fork.

use super::{Command, StartFailure};
use crate::seal::{Filter, ResourceLimits};
use crate::wire::proto::Exec;
use rustix::io::Errno;
use std::ffi::CString;
use std::os::fd::OwnedFd;

/// What to start, where, and under what.
pub struct Plan<'a> {
    pub(super) command: Command,
    /// Relative to the workspace.
    pub(super) working_directory: CString,
    pub(super) merge_stderr: bool,
    pub(super) limits: ResourceLimits,
    pub(super) workspace: &'a OwnedFd,
    pub(super) joins: &'a [OwnedFd],
    pub(super) filter: &'a Filter,
    /// The command goes on with its report's descriptor, as an interpreter does that waits on its leash.
    pub(super) waits: bool,
}

impl<'a> Plan<'a> {
    /// Checks and converts a request.
    pub fn new(
        exec: &Exec,
        limits: ResourceLimits,
        workspace: &'a OwnedFd,
        joins: &'a [OwnedFd],
        filter: &'a Filter,
    ) -> Result<Self, StartFailure> {
        Ok(Self {
            command: Command::new(&exec.argv, &exec.environment)?,
            working_directory: directory(&exec.working_directory)?,
            merge_stderr: exec.merge_stderr,
            limits,
            workspace,
            joins,
            filter,
            waits: false,
        })
    }
}

/// A path relative to the workspace, `.` for itself.
pub(crate) fn directory(path: &[u8]) -> Result<CString, StartFailure> {
    let path = if path.is_empty() { &b"."[..] } else { path };
    CString::new(path).map_err(|_| StartFailure::new("chdir", Errno::INVAL))
}
