//! Reading a file.

use super::beneath::{kind, open};
use super::list::info;
use super::{error, problem};
use crate::wire::proto::{FileError, FileInfo, FileProblem, Get};
use crate::wire::{FrameType, MAX_PAYLOAD, Outgoing};
use rustix::fs::{FileType, OFlags, fstat};
use std::os::fd::OwnedFd;

/// A file being read: exactly as many bytes as it had when it was opened, or an error.
pub struct Reading {
    file: OwnedFd,
    info: FileInfo,
    offset: u64,
    credit: u64,
}

impl Reading {
    /// Opens the file and looks at it.
    pub fn begin(workspace: &OwnedFd, request: &Get) -> Result<Self, FileError> {
        let file = open(workspace, &request.path, OFlags::RDONLY).map_err(error)?;
        let stat = fstat(&file).map_err(error)?;
        if kind(&stat) != FileType::RegularFile {
            return Err(problem(FileProblem::NotARegularFile));
        }
        let info = info(request.path.clone(), &stat);
        if info.size > request.max_bytes {
            return Err(problem(FileProblem::TooLarge));
        }
        Ok(Self { file, info, offset: 0, credit: request.initial_credit.into() })
    }

    /// What the file was when it was opened.
    pub fn info(&self) -> &FileInfo {
        &self.info
    }

    /// More bytes may be sent.
    pub fn grant(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_add(bytes.into());
    }

    /// Whether there is something to send and credit to send it.
    pub fn can_send(&self) -> bool {
        !self.is_complete() && self.credit > 0
    }

    /// Whether all has been sent.
    pub fn is_complete(&self) -> bool {
        self.offset == self.info.size
    }

    /// Sends one piece. A file that has become shorter is an error: nothing is made up for the bytes that are gone.
    pub fn send(&mut self, id: u64, out: &mut Outgoing) -> Result<(), FileError> {
        let left = self.info.size - self.offset;
        let most = usize::try_from(left.min(self.credit)).unwrap_or(MAX_PAYLOAD);
        let (file, offset) = (&self.file, self.offset);
        let sent = out
            .data(FrameType::FileData, id, most, |space| rustix::io::pread(file, space, offset))
            .map_err(error)?;
        if sent == 0 {
            return Err(problem(FileProblem::Changed));
        }
        self.offset += sent as u64;
        self.credit -= sent as u64;
        Ok(())
    }
}
