//! Opening beneath a directory.

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat, openat2};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
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
    resolve(directory, path, flags | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK)
}

/// Opens a directory to go to, by whoever may pass through it.
pub fn open_passage(directory: impl AsFd, path: &[u8]) -> Result<OwnedFd, Errno> {
    resolve(directory, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC)
}

fn resolve(directory: impl AsFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let path = if path.is_empty() { b"." } else { path };
    let how =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    let mut tries = TRIES;
    loop {
        match openat2(&directory, OsStr::from_bytes(path), flags, Mode::empty(), how) {
            Err(Errno::AGAIN) if tries > 0 => tries -= 1,
            // Not there (gVisor, Linux before 5.6), or not known to the filter that an engine has put around the runner.
            Err(Errno::NOSYS | Errno::PERM) => return walk(directory.as_fd(), path, flags),
            answer => return answer,
        }
    }
}

/// The same by one step for each part of the path, none of which follows a link. Stricter in one thing: it takes no
/// `..`, which could be made to lead out by a rename.
fn walk(directory: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    if path.starts_with(b"/") {
        return Err(Errno::XDEV);
    }
    let device = fstat(directory)?.st_dev;
    let parts: Vec<&[u8]> =
        path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    let Some((last, above)) = parts.split_last() else { return openat(directory, ".", flags, Mode::empty()) };
    let mut at = openat(directory, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    for part in above {
        at = step(&at, part, device)?;
    }
    for _ in 0..TRIES {
        let seen = step(&at, last, device)?;
        let opened = openat(&at, OsStr::from_bytes(last), flags | OFlags::NOFOLLOW, Mode::empty())?;
        if same(&seen, &opened)? {
            return Ok(opened);
        }
    }
    Err(Errno::AGAIN)
}

/// Whether what was opened is what was looked at. O_NOFOLLOW is no proof of it: gVisor (20221219) forgets that flag where
/// O_DIRECTORY is set too, and follows a link that a program puts there in between.
fn same(seen: &OwnedFd, opened: &OwnedFd) -> Result<bool, Errno> {
    let (seen, opened) = (fstat(seen)?, fstat(opened)?);
    Ok((seen.st_dev, seen.st_ino) == (opened.st_dev, opened.st_ino))
}

/// A link is opened itself, not followed, and then refused.
fn step(at: &OwnedFd, part: &[u8], device: u64) -> Result<OwnedFd, Errno> {
    if part == b".." {
        return Err(Errno::XDEV);
    }
    let passage = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let next = openat(at, OsStr::from_bytes(part), passage, Mode::empty())?;
    let stat = fstat(&next)?;
    match kind(&stat) {
        FileType::Symlink => Err(Errno::LOOP),
        _ if stat.st_dev != device => Err(Errno::XDEV),
        _ => Ok(next),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// What was opened, or why not.
    fn seen(answer: Result<OwnedFd, Errno>) -> Result<u64, Errno> {
        answer.and_then(|file| Ok(fstat(file)?.st_ino))
    }

    #[test]
    fn without_openat2_the_answers_are_the_same() {
        let root = std::env::temp_dir().join(format!("runnel-beneath-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b")).expect("made");
        fs::write(root.join("a/b/f"), "").expect("written");
        symlink("b", root.join("a/link")).expect("linked");
        symlink("/etc", root.join("out")).expect("linked");
        let directory = openat(rustix::fs::CWD, &root, OFlags::RDONLY, Mode::empty()).expect("it is there");

        let paths =
            "a a/b a/b/f ./a//b/. a/b/f/g a/link a/link/f out out/passwd nothing a/nothing/f /etc /".split(' ');
        for path in paths.chain([""]) {
            for flags in [OFlags::RDONLY, OFlags::RDONLY | OFlags::DIRECTORY, OFlags::PATH | OFlags::DIRECTORY]
            {
                let (flags, path) = (flags | OFlags::CLOEXEC, path.as_bytes());
                let walked = seen(walk(directory.as_fd(), path, flags));
                assert_eq!(walked, seen(resolve(&directory, path, flags)), "{path:?} {flags:?}");
            }
        }
        for path in ["..", "a/..", "a/../../x"] {
            assert_eq!(
                seen(walk(directory.as_fd(), path.as_bytes(), OFlags::RDONLY)),
                Err(Errno::XDEV),
                "{path}"
            );
        }
        fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn another_file_system_is_not_entered_without_openat2_either() {
        let root = openat(rustix::fs::CWD, "/", OFlags::RDONLY, Mode::empty()).expect("it is there");

        for path in ["proc", "proc/self/status"] {
            assert_eq!(seen(walk(root.as_fd(), path.as_bytes(), OFlags::RDONLY)), Err(Errno::XDEV), "{path}");
        }
    }
}
