//! Files of the workspace: written, read and listed through its descriptor, never followed out of it.
//!
//! What is there was written by a guest. So every path is resolved beneath the descriptor without links, nothing opened
//! can block, what was opened is looked at before it is used, and sizes, entries and depth are bounded.

mod beneath;
mod get;
mod list;
mod put;

pub use beneath::open_passage;
pub use list::{has_file_of, list};

use crate::wire::proto::{FileError, FileProblem, Get, ProgramFile, Put};
use crate::wire::{FrameType, Outgoing, Violation};
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// A file on its way in or out.
pub enum Transfer {
    /// In.
    Put(put::Writing),
    /// Out.
    Get(get::Reading),
}

/// Begins to write a file.
pub fn put(workspace: &OwnedFd, request: &Put) -> Result<Transfer, FileError> {
    put::Writing::begin(workspace, request).map(Transfer::Put)
}

/// Writes a whole file.
pub fn store(workspace: &OwnedFd, file: &ProgramFile) -> Result<(), FileError> {
    let size = file.content.len() as u64;
    let request = Put { path: file.path.clone(), mode: file.mode, size, cell: 0 };
    let mut writing = put::Writing::begin(workspace, &request)?;
    match writing.write(&file.content) {
        Ok(written) => written?,
        Err(_) => return Err(problem(FileProblem::Other)),
    }
    writing.finish()
}

/// Begins to read a file.
pub fn get(workspace: &OwnedFd, request: &Get) -> Result<Transfer, FileError> {
    get::Reading::begin(workspace, request).map(Transfer::Get)
}

impl Transfer {
    /// Says what can be said at once. Returns whether the transfer goes on.
    pub fn begin(&mut self, id: u64, out: &mut Outgoing) -> bool {
        match self {
            Self::Put(writing) if writing.is_complete() => {
                finish_put(writing, id, out);
                false
            }
            Self::Put(_) => true,
            Self::Get(reading) => {
                out.message(FrameType::FileInfo, id, reading.info());
                self.send(id, out)
            }
        }
    }

    /// Bytes of a file that is written. Returns whether the transfer goes on.
    pub fn receive(&mut self, bytes: &[u8], id: u64, out: &mut Outgoing) -> Result<bool, Violation> {
        let Self::Put(writing) = self else { return Err(Violation("data for a file that is read".into())) };
        match writing.write(bytes)? {
            Ok(()) if writing.is_complete() => finish_put(writing, id, out),
            Ok(()) => return Ok(true),
            Err(error) => out.message(FrameType::FileError, id, &error),
        }
        Ok(false)
    }

    /// Bytes of a file that is read may be sent.
    pub fn credit(&mut self, bytes: u32) -> Result<(), Violation> {
        match self {
            Self::Put(_) => Err(Violation("credit for a file that is written".into())),
            Self::Get(reading) => {
                reading.grant(bytes);
                Ok(())
            }
        }
    }

    /// Whether [`Transfer::send`] would send.
    pub fn can_send(&self) -> bool {
        matches!(self, Self::Get(reading) if reading.can_send())
    }

    /// Sends one piece. Returns whether the transfer goes on.
    pub fn send(&mut self, id: u64, out: &mut Outgoing) -> bool {
        let Self::Get(reading) = self else { return true };
        if reading.can_send()
            && let Err(error) = reading.send(id, out)
        {
            out.message(FrameType::FileError, id, &error);
            return false;
        }
        if reading.is_complete() {
            out.empty(FrameType::FileEnd, id);
        }
        !reading.is_complete()
    }
}

fn finish_put(writing: &mut put::Writing, id: u64, out: &mut Outgoing) {
    match writing.finish() {
        Ok(()) => out.empty(FrameType::PutDone, id),
        Err(error) => out.message(FrameType::FileError, id, &error),
    }
}

/// What a failed system call means for the file it was about.
fn error(errno: Errno) -> FileError {
    let problem = match errno {
        Errno::NOENT | Errno::NOTDIR => FileProblem::NotFound,
        // A socket answers ENXIO to open.
        Errno::ISDIR | Errno::NXIO | Errno::NODEV => FileProblem::NotARegularFile,
        Errno::LOOP | Errno::XDEV => FileProblem::LinkOnTheWay,
        Errno::NOSPC | Errno::DQUOT => FileProblem::NoSpace,
        Errno::FBIG => FileProblem::TooLarge,
        Errno::ACCESS | Errno::PERM => FileProblem::PermissionDenied,
        _ => FileProblem::Other,
    };
    FileError { problem: problem.into(), errno_number: errno.raw_os_error() }
}

/// A problem that no system call told.
fn problem(problem: FileProblem) -> FileError {
    FileError { problem: problem.into(), errno_number: 0 }
}
