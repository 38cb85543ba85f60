//! The file systems a program can write to.

use crate::files::has_file_of;
use crate::guest::Guest;
use rustix::fs::{Mode, OFlags, fstatvfs, open};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

/// Entries looked at in each directory for a file at the size limit.
const LOOKED_AT: u32 = 1000;

/// What the kernel frees in about a millisecond.
const SLOW_INODES: u64 = 500;
const SLOW_BYTES: u64 = 8 << 20;

/// The workspace, opened once, and the other writable directories.
pub struct Place {
    workspace: OwnedFd,
    others: Vec<OwnedFd>,
    guest: Guest,
}

impl Place {
    /// Opens the workspace, which must be there, and the temporary directories, which need not.
    pub fn open(workspace: &str) -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = |path: &[u8]| open(OsStr::from_bytes(path), flags, Mode::empty());
        let others = [&b"/tmp"[..], b"/dev/shm"].into_iter().filter_map(|path| open(path).ok()).collect();
        Ok(Self { workspace: open(workspace.as_bytes())?, others, guest: Guest::Same })
    }

    /// Takes over the directories of a cell.
    pub fn of_cell(workspace: OwnedFd, others: Vec<OwnedFd>, guest: Guest) -> Self {
        Self { workspace, others, guest }
    }

    /// Whose the files are; every operation on them by path is done as this guest.
    pub fn guest(&self) -> Guest {
        self.guest
    }

    /// The workspace's directory.
    pub fn workspace(&self) -> &OwnedFd {
        &self.workspace
    }

    /// Whether one of them has no room, for bytes or for names.
    pub fn is_full(&self) -> bool {
        [&self.workspace].into_iter().chain(&self.others).any(|directory| {
            fstatvfs(directory).is_ok_and(|space| {
                (space.f_blocks > 0 && space.f_bavail == 0) || (space.f_files > 0 && space.f_favail == 0)
            })
        })
    }

    /// Whether so much lies in them that the end of the file systems takes the kernel more than a moment.
    pub fn is_slow_to_end(&self) -> bool {
        [&self.workspace].into_iter().chain(&self.others).any(|directory| {
            fstatvfs(directory).map_or(true, |space| {
                let bytes = (space.f_blocks - space.f_bfree).saturating_mul(space.f_frsize);
                space.f_files - space.f_ffree > SLOW_INODES || bytes > SLOW_BYTES
            })
        })
    }

    /// Bytes that lie in them: they are tmpfs, so this is memory that belongs to no process.
    pub fn used_bytes(&self) -> u64 {
        let used = |space: rustix::fs::StatVfs| (space.f_blocks - space.f_bfree).saturating_mul(space.f_frsize);
        [&self.workspace].into_iter().chain(&self.others).filter_map(|at| fstatvfs(at).ok()).map(used).sum()
    }

    /// Whether there is a file of exactly this size, the limit, within what can be looked at quickly.
    pub fn has_file_of(&self, size: u64) -> bool {
        let _acting = self.guest.act();
        [&self.workspace]
            .into_iter()
            .chain(&self.others)
            .any(|directory| has_file_of(directory, size, LOOKED_AT))
    }
}
