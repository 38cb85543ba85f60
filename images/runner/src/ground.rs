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
    Cell(Rc<OwnedFd>),
}

impl Extent {
    /// Sends SIGKILL to all of it.
    pub fn kill(&self) -> Result<(), NotPid1> {
        match self {
            Self::Everything => guard::kill_everything().map(|_| ()),
            Self::Cell(init) => {
                // An init that is gone already has taken everything with it.
                let gone = pidfd_send_signal(init, Signal::KILL);
                debug_assert!(matches!(gone, Ok(()) | Err(Errno::SRCH)), "{gone:?}");
                Ok(())
            }
        }
    }
}
