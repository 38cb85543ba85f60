//! Opening beneath a directory.

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, Stat, openat2};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

/// Deepest path there can be, in parts.
pub const MAX_DEPTH: usize = 32;

/// How often an open is tried again. A rename or mount anywhere on the machine while the kernel follows a `..` beneath a
/// directory makes it answer EAGAIN, "the caller may choose to retry" (openat2(2)). A leased file answers the same for
/// as long as the lease is held, so there is an end to it.
const TRIES: u32 = 100;

/// Opens what `path` names beneath `directory`. Never follows a link, never leaves the file system, never blocks (a
/// FIFO, a lease), never becomes a controlling terminal.
pub fn open(directory: impl AsFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    // Not O_NOFOLLOW: NO_SYMLINKS refuses a last part that is a link too, and says ELOOP where O_NOFOLLOW together with
    // O_DIRECTORY says ENOTDIR (openat2(2)).
    let always = OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    let path = if path.is_empty() { b"." } else { path };
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    let mut tries = TRIES;
    loop {
        match openat2(&directory, OsStr::from_bytes(path), flags | always, Mode::empty(), resolve) {
            Err(Errno::AGAIN) if tries > 0 => tries -= 1,
            answer => return answer,
        }
    }
}

/// Opens a directory to read or to work beneath.
pub fn open_directory(directory: impl AsFd, path: &[u8]) -> Result<OwnedFd, Errno> {
    open(directory, path, OFlags::RDONLY | OFlags::DIRECTORY)
}

/// The parts of a path that names something new: relative, none empty, none `.` or `..`, not too many.
pub fn parts(path: &[u8]) -> Result<Vec<&[u8]>, Errno> {
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    let odd = |part: &&[u8]| part.is_empty() || *part == b"." || *part == b".." || part.contains(&0);
    if parts.iter().any(odd) {
        return Err(Errno::INVAL);
    }
    if parts.len() > MAX_DEPTH { Err(Errno::NAMETOOLONG) } else { Ok(parts) }
}

/// What kind of file it is.
pub fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}
