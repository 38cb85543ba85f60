//! Which process the kernel kills first for memory: the program, never the runner.

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{pread, pwrite};
use std::os::fd::OwnedFd;

/// The score of a program (proc(5), oom_score_adj).
const PROGRAM: &[u8] = b"800";

/// The runner's own score, which a child inherits at the fork.
///
/// The child can't raise its own: it is not dumpable, so its /proc files are root's. The runner opens its file while
/// it still is, raises its score for the moment of the fork, and takes it back, which needs no privilege.
pub struct OomScore {
    file: OwnedFd,
    own: Vec<u8>,
}

impl OomScore {
    /// To be called while the process is dumpable.
    pub fn open() -> Option<Self> {
        let file = open("/proc/self/oom_score_adj", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let mut own = vec![0; 16];
        let length = pread(&file, &mut own, 0).ok()?;
        own.truncate(length);
        Some(Self { file, own })
    }

    /// To what a program shall have.
    pub fn raise(&self) {
        // Refused writes leave the kernel's own choice, which takes the largest process: most likely the program.
        let _ = pwrite(&self.file, PROGRAM, 0);
    }

    /// Back to the runner's.
    pub fn restore(&self) {
        let _ = pwrite(&self.file, &self.own, 0);
    }
}
