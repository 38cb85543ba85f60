//! What a run stands on.

use crate::counters::Counters;
use crate::guard::{self, NotPid1};
use crate::place::Place;
use crate::tree::Tree;
use rustix::io::Errno;
use rustix::process::{Signal, pidfd_send_signal};
use std::os::fd::OwnedFd;
use std::rc::Rc;

/// The file systems a run can write to, what counts its use, and which processes are its own.
pub struct Ground {
    /// Workspace and temporary directories.
    pub place: Place,
    /// Of its cgroup.
    pub counters: Counters,
    /// Its processes.
    pub tree: Tree,
}

/// What dies when a run must.
pub enum Extent {
    /// Every process of this pid namespace but the runner.
    Everything,
    /// Everything in the pid namespace of a cell, by the death of its init.
    Cell(CellExtent),
}

/// What is in a cell.
pub struct CellExtent {
    /// Its init.
    pub init: Rc<OwnedFd>,
    /// The same, as the runner sees it.
    pub init_pid: i32,
    /// `cgroup.procs` of its cgroup.
    pub members: Option<OwnedFd>,
    /// Its processes, where it has no cgroup.
    pub tree: Tree,
}

impl Extent {
    /// Sends SIGKILL to all of it.
    pub fn kill(&self) -> Result<(), NotPid1> {
        match self {
            Self::Everything => guard::kill_everything().map(|_| ()),
            Self::Cell(cell) => {
                // An init that is gone already has taken everything with it.
                let gone = pidfd_send_signal(&cell.init, Signal::KILL);
                debug_assert!(matches!(gone, Ok(()) | Err(Errno::SRCH)), "{gone:?}");
                Ok(())
            }
        }
    }

    /// Processes that are alive beside the main one and are not the runner's children; it counts the others itself.
    pub fn strangers(&self, main: i32) -> u32 {
        let Self::Cell(cell) = self else { return 0 };
        let count = match &cell.members {
            Some(members) => {
                let mut page = [0; 4096];
                let length = rustix::io::pread(members, &mut page, 0).unwrap_or(0);
                let pids = page[..length].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
                pids.filter(|&pid| pid != main.to_string().as_bytes()).count()
            }
            None => cell.tree.pids().filter(|&pid| ![main, cell.init_pid].contains(&pid.cast_signed())).count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
