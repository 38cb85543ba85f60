//! Nurseries and cells: `docs/architecture/cells.md` says who is who and how they talk.
//!
//! A [`Cell`] is a workspace with limits; programs run in it one after the other, each in [`Namespaces`] of its own. The
//! [`Nursery`] makes them, ahead where it can, and holds the interpreters that are kept warm.

mod attest;
mod cold;
mod failure;
mod group;
mod namespaces;
mod nursery;
mod root;
mod template;
mod wire;
mod zygote;

pub use cold::go;
pub use failure::CellFailure;
pub use group::{Group, Hierarchy};
pub use namespaces::{Entrant, Namespaces, News};
pub use nursery::{Listening, Nursery, Pressure};
pub use template::assemble;

use crate::ground::Ground;
use crate::guest::Guest;
use crate::tree::Tree;
use crate::wire::Incoming;
use crate::wire::proto::{CellLimits, Exec, RunLimits};
use namespaces::Folders;
use std::os::fd::OwnedFd;

/// A program that waits for its namespaces.
pub struct Pending {
    /// The run's number.
    pub run: u64,
    /// What is to be started.
    pub exec: Box<Exec>,
    /// Its limits.
    pub limits: RunLimits,
    /// What came for the run meanwhile.
    pub early: Vec<Incoming>,
}

/// A workspace with limits, and the namespaces of the program that runs in it or will.
pub struct Cell {
    /// The daemon's number; none for a cell that was made ahead.
    pub number: Option<u64>,
    /// The daemon has been told that it is open.
    pub opened: bool,
    /// It is to go.
    pub closing: bool,
    /// Init has been asked for other sizes.
    pub resizing: bool,
    /// Its limits now.
    pub limits: CellLimits,
    /// Those whose sizes its mounts have.
    mounted: CellLimits,
    /// Whose its files are.
    pub guest: Guest,
    /// Its cgroup.
    pub group: Option<Group>,
    /// What its runs stand on, once its workspace is there.
    pub ground: Option<Ground>,
    /// The workspace, for the namespaces after these.
    pub mount: Option<OwnedFd>,
    /// None between two programs.
    pub namespaces: Option<Namespaces>,
    /// Inits of namespaces that were given up and are not reaped yet.
    pub leaving: Vec<i32>,
    /// A program that waits.
    pub pending: Option<Pending>,
    /// The run that is under way.
    pub run: Option<u64>,
}

impl Cell {
    fn new(guest: Guest, group: Option<Group>, limits: CellLimits) -> Self {
        Self {
            number: None,
            opened: false,
            closing: false,
            resizing: false,
            limits,
            mounted: limits,
            guest,
            group,
            ground: None,
            mount: None,
            namespaces: None,
            leaving: Vec::new(),
            pending: None,
            run: None,
        }
    }

    /// Takes over the workspace that init's process has mounted.
    pub fn furnish(&mut self, folders: Folders) {
        let Folders { workspace, mount, others } = folders;
        let counters = self.group.as_ref().map(Group::counters).unwrap_or_default();
        // Not yet: init is of the runner's own memory until its exec, and lets nobody look (ptrace(2)).
        let tree = Tree::Nothing;
        let place = crate::place::Place::of_cell(workspace, others, self.guest);
        self.ground = Some(Ground { place, counters, tree });
        self.mount = Some(mount);
    }

    /// Whether it was made ahead and nobody has asked for it yet.
    pub fn is_stock(&self) -> bool {
        self.number.is_none() && !self.closing
    }

    /// Whether somebody waits in it, or will, for whom it was made: see [`Namespaces::are_for`].
    pub fn is_for(&self, entrant: Entrant, merged: bool) -> bool {
        self.namespaces.as_ref().is_some_and(|namespaces| namespaces.are_for(entrant, merged))
    }

    /// Whether a program can be handed over now.
    pub fn is_ready(&self) -> bool {
        !self.resizing && self.namespaces.as_ref().is_some_and(Namespaces::is_ready)
    }

    /// Whether a program can be handed over now; asks init for the right sizes first where they are others.
    pub fn fit(&mut self) -> Result<bool, CellFailure> {
        if !self.is_ready() {
            return Ok(false);
        }
        let sizes = |limits: &CellLimits| (limits.workspace_bytes, limits.tmp_bytes, limits.shm_bytes);
        if sizes(&self.limits) == sizes(&self.mounted) {
            return Ok(true);
        }
        if let Some(namespaces) = &self.namespaces {
            namespaces.resize(&self.limits)?;
            self.resizing = true;
        }
        Ok(false)
    }

    /// Init has changed the sizes.
    pub fn resized(&mut self) {
        self.resizing = false;
        self.mounted = self.limits;
    }
}
