//! Writing a file: under a name of our own, then renamed, so that nobody sees half of it.

use super::beneath::{kind, open_directory, parts};
use super::{error, problem};
use crate::wire::Violation;
use crate::wire::proto::{FileError, FileProblem, Put};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Distinguishes the names of files being written.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A file being written.
pub struct Writing {
    directory: OwnedFd,
    temporary: OsString,
    name: OsString,
    file: OwnedFd,
    mode: Mode,
    missing: u64,
    renamed: bool,
}

impl Writing {
    /// Makes missing directories and the file under its temporary name.
    pub fn begin(workspace: &OwnedFd, request: &Put) -> Result<Self, FileError> {
        let parts = parts(&request.path).map_err(error)?;
        let (name, parents) = parts.split_last().ok_or_else(|| error(Errno::INVAL))?;
        let directory = make_directories(workspace, parents).map_err(error)?;
        let name = OsStr::from_bytes(name).to_owned();
        refuse_what_is_no_file(&directory, &name)?;
        let temporary = OsString::from(format!(".runnel-{}.part", NEXT.fetch_add(1, Ordering::Relaxed)));
        // O_EXCL fails on anything that is there, links included.
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&directory, &temporary, flags, Mode::RUSR | Mode::WUSR).map_err(error)?;
        let mode = Mode::from_raw_mode(request.mode & 0o777);
        Ok(Self { directory, temporary, name, file, mode, missing: request.size, renamed: false })
    }

    /// Adds bytes; more than were announced are a violation.
    pub fn write(&mut self, bytes: &[u8]) -> Result<Result<(), FileError>, Violation> {
        self.missing = self
            .missing
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| Violation("more bytes than the file was to have".into()))?;
        Ok(self.write_all(bytes).map_err(error))
    }

    fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.file, bytes) {
                Ok(0) => return Err(Errno::NOSPC),
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Whether all bytes are there.
    pub fn is_complete(&self) -> bool {
        self.missing == 0
    }

    /// Gives the file its mode and its name.
    pub fn finish(&mut self) -> Result<(), FileError> {
        rustix::fs::fchmod(&self.file, self.mode).map_err(error)?;
        rustix::fs::renameat(&self.directory, &self.temporary, &self.directory, &self.name).map_err(error)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.renamed {
            // A guest may have removed it already.
            let _ = rustix::fs::unlinkat(&self.directory, &self.temporary, AtFlags::empty());
        }
    }
}

/// Opens the last of the directories, making those that are missing.
fn make_directories(workspace: &OwnedFd, parents: &[&[u8]]) -> Result<OwnedFd, Errno> {
    let mut directory = open_directory(workspace, b"")?;
    for part in parents {
        directory = match open_directory(&directory, part) {
            Err(Errno::NOENT) => {
                let mode = Mode::from_raw_mode(0o755);
                match rustix::fs::mkdirat(&directory, OsStr::from_bytes(part), mode) {
                    Ok(()) | Err(Errno::EXIST) => open_directory(&directory, part)?,
                    Err(errno) => return Err(errno),
                }
            }
            opened => opened?,
        };
    }
    Ok(directory)
}

/// Only a regular file is replaced. A guest that puts something else there afterwards has it replaced; a link is never
/// followed, for rename replaces the link itself.
fn refuse_what_is_no_file(directory: &OwnedFd, name: &OsStr) -> Result<(), FileError> {
    match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(error(errno)),
        Ok(stat) => match kind(&stat) {
            FileType::RegularFile => Ok(()),
            FileType::Symlink => Err(problem(FileProblem::LinkOnTheWay)),
            _ => Err(problem(FileProblem::NotARegularFile)),
        },
    }
}
