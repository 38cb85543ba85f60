//! Listing a directory with all that is beneath it, bounded in entries, depth and bytes.

use super::beneath::{MAX_DEPTH, kind, open_directory};
use super::error;
use crate::wire::MAX_MESSAGE;
use crate::wire::proto::{FileError, FileInfo, FileKind, List, Listing};
use prost::Message;
use rustix::fs::{AtFlags, Dir, FileType, Stat, statat};
use rustix::io::Errno;
use std::ffi::CString;
use std::os::fd::OwnedFd;

/// Entries in one listing, whatever was asked for.
const MOST_ENTRIES: usize = 50_000;
/// Bytes an entry takes in the message beside its own: a tag and a length.
const ENTRY_OVERHEAD: usize = 8;
/// Longest path there can be.
const MAX_PATH: usize = 1024;

/// Lists what is beneath a directory of the workspace, depth first, by name.
pub fn list(workspace: &OwnedFd, request: &List) -> Result<Listing, FileError> {
    let directory = open_directory(workspace, &request.path).map_err(error)?;
    let mut walk = Walk {
        entries: Vec::new(),
        budget: usize::try_from(request.max_entries).unwrap_or(MOST_ENTRIES).min(MOST_ENTRIES),
        bytes: MAX_MESSAGE / 2,
        truncated: false,
        skipped: 0,
    };
    walk.directory(&directory, &request.path, 1);
    Ok(Listing { entries: walk.entries, truncated: walk.truncated, skipped: walk.skipped })
}

/// Whether there is a regular file of exactly `size` among the first `most` entries.
pub fn has_file_of(directory: &OwnedFd, size: u64, most: u32) -> bool {
    let request = List { path: Vec::new(), max_entries: most, cell: 0 };
    list(directory, &request).is_ok_and(|listing| {
        listing.entries.iter().any(|entry| entry.kind() == FileKind::Regular && entry.size == size)
    })
}

/// What is told of a file.
pub fn info(path: Vec<u8>, stat: &Stat) -> FileInfo {
    let kind = match kind(stat) {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Link,
        _ => FileKind::Other,
    };
    let size = if kind == FileKind::Regular { stat.st_size.unsigned_abs() } else { 0 };
    let modified = stat.st_mtime.saturating_mul(1_000_000).saturating_add((stat.st_mtime_nsec / 1000) as i64);
    FileInfo { path, kind: kind.into(), size, mode: stat.st_mode & 0o7777, modified_micros: modified }
}

struct Walk {
    entries: Vec<FileInfo>,
    /// Names that may still be read. Every name read becomes an entry, so names of an endless directory are not.
    budget: usize,
    /// Bytes the message may still take.
    bytes: usize,
    truncated: bool,
    skipped: u32,
}

impl Walk {
    fn directory(&mut self, directory: &OwnedFd, path: &[u8], depth: usize) {
        let Ok(names) = self.names(directory) else {
            self.skipped += 1;
            return;
        };
        for name in names {
            let path =
                if path.is_empty() { name.to_bytes().to_vec() } else { [path, b"/", name.to_bytes()].concat() };
            match statat(directory, &name, AtFlags::SYMLINK_NOFOLLOW) {
                // Gone since its name was read.
                Err(_) => self.skipped += 1,
                Ok(stat) => {
                    if !self.entry(&path, &stat) {
                        return;
                    }
                    if kind(&stat) == FileType::Directory {
                        self.descend(directory, &name, &path, depth);
                    }
                }
            }
        }
    }

    fn descend(&mut self, parent: &OwnedFd, name: &CString, path: &[u8], depth: usize) {
        if depth >= MAX_DEPTH {
            self.truncated = true;
            return;
        }
        match open_directory(parent, name.to_bytes()) {
            Ok(directory) => self.directory(&directory, path, depth + 1),
            Err(_) => self.skipped += 1,
        }
    }

    /// Adds an entry; false when there is no room for it.
    fn entry(&mut self, path: &[u8], stat: &Stat) -> bool {
        let entry = info(path.to_vec(), stat);
        let bytes = entry.encoded_len() + ENTRY_OVERHEAD;
        if path.len() > MAX_PATH || bytes > self.bytes {
            self.truncated = true;
            return path.len() > MAX_PATH && bytes <= self.bytes;
        }
        self.bytes -= bytes;
        self.entries.push(entry);
        true
    }

    /// The names in a directory, sorted, at most as many as the budget has.
    fn names(&mut self, directory: &OwnedFd) -> Result<Vec<CString>, Errno> {
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if self.budget == 0 {
                self.truncated = true;
                break;
            }
            self.budget -= 1;
            names.push(name.to_owned());
        }
        names.sort();
        Ok(names)
    }
}
