//! Cgroups of cells: below the nursery's own, which the daemon made and handed over.
//!
//! A group is used by one cell after the other, never by two at a time: making one costs more than cleaning one.

use crate::counters::Counters;
use crate::wire::proto::CellLimits;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};

const CPU_PERIOD_MICROS: u64 = 100_000;
/// The kernel takes no smaller quota.
const MIN_CPU_QUOTA_MICROS: u64 = 1_000;

/// A hierarchy in which the nursery has a cgroup.
pub struct Hierarchy {
    /// Of cgroups version 2, the only hierarchy then.
    pub unified: bool,
    /// The controllers that are used in it.
    pub controllers: Vec<String>,
    /// The nursery's cgroup.
    pub directory: OwnedFd,
}

impl Hierarchy {
    /// Parses `v1:CONTROLLER,...=` or `v2:CONTROLLER,...=`; the descriptor's number follows it.
    pub fn new(version: &str, controllers: &str, directory: OwnedFd) -> Result<Self, String> {
        let unified = match version {
            "v1" => false,
            "v2" => true,
            other => return Err(format!("{other} is no version of cgroups")),
        };
        let controllers = controllers.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Self { unified, controllers, directory })
    }

    fn has(&self, controller: &str) -> bool {
        self.controllers.iter().any(|name| name == controller)
    }
}

/// All hierarchies, and the groups that no cell uses now.
pub struct Groups {
    hierarchies: Vec<Hierarchy>,
    free: Vec<Group>,
    made: u64,
}

impl Groups {
    /// Groups in these hierarchies. In a unified one the nursery's controllers are handed on, for which the runner must
    /// have left it for a leaf.
    pub fn new(hierarchies: Vec<Hierarchy>) -> Result<Self, Errno> {
        for hierarchy in hierarchies.iter().filter(|hierarchy| hierarchy.unified) {
            let names: Vec<String> = hierarchy.controllers.iter().map(|name| format!("+{name}")).collect();
            if !names.is_empty() {
                write(&hierarchy.directory, "cgroup.subtree_control", &names.join(" "))?;
            }
        }
        Ok(Self { hierarchies, free: Vec::new(), made: 0 })
    }

    /// A group without processes, under these limits; none where there are no cgroups.
    pub fn take(&mut self, limits: &CellLimits) -> Result<Option<Group>, Errno> {
        if self.hierarchies.is_empty() {
            return Ok(None);
        }
        while let Some(mut group) = self.free.pop() {
            // Memory of the cell before may not be reclaimable at once; then the group is of no use any more.
            match group.limit(&self.hierarchies, limits) {
                Ok(()) => return Ok(Some(group)),
                Err(_) => group.remove(&self.hierarchies),
            }
        }
        self.made += 1;
        let mut group = Group::make(&self.hierarchies, &format!("cell-{}", self.made))?;
        match group.limit(&self.hierarchies, limits) {
            Ok(()) => Ok(Some(group)),
            Err(errno) => {
                group.remove(&self.hierarchies);
                Err(errno)
            }
        }
    }

    /// Whether there are any.
    pub fn are_there(&self) -> bool {
        !self.hierarchies.is_empty()
    }

    /// Whether this controller is used in one of them.
    pub fn has(&self, controller: &str) -> bool {
        self.hierarchies.iter().any(|hierarchy| hierarchy.has(controller))
    }

    /// Changes the limits of a group that is in use.
    pub fn limit(&self, group: &mut Group, limits: &CellLimits) -> Result<(), Errno> {
        group.limit(&self.hierarchies, limits)
    }

    /// Takes back a group in which nothing is alive.
    pub fn give_back(&mut self, group: Option<Group>) {
        self.free.extend(group);
    }
}

/// One cgroup in each hierarchy.
pub struct Group {
    name: String,
    directories: Vec<OwnedFd>,
    joins: Vec<OwnedFd>,
    unified: bool,
    limits: Option<CellLimits>,
}

impl Group {
    fn make(hierarchies: &[Hierarchy], name: &str) -> Result<Self, Errno> {
        let unified = hierarchies.iter().any(|hierarchy| hierarchy.unified);
        let mut group =
            Self { name: name.to_owned(), directories: Vec::new(), joins: Vec::new(), unified, limits: None };
        for hierarchy in hierarchies {
            if let Err(errno) = group.make_in(hierarchy) {
                group.remove(hierarchies);
                return Err(errno);
            }
        }
        Ok(group)
    }

    fn make_in(&mut self, hierarchy: &Hierarchy) -> Result<(), Errno> {
        mkdirat(&hierarchy.directory, &self.name, Mode::from_raw_mode(0o755))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(&hierarchy.directory, &self.name, flags, Mode::empty())?;
        if !hierarchy.unified {
            // Not cgroup.procs: see ADR 3 and the daemon's CgroupsV1. Whoever joins has one thread.
            self.joins.push(openat(&directory, "tasks", OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?);
        }
        self.directories.push(directory);
        Ok(())
    }

    /// What a process needs to get into it: `tasks` files to write "0" to, or a directory for CLONE_INTO_CGROUP.
    pub fn entrances(&self) -> &[OwnedFd] {
        if self.unified { &self.directories } else { &self.joins }
    }

    /// Whether [`Group::entrances`] is one directory of version 2.
    pub fn is_unified(&self) -> bool {
        self.unified
    }

    /// The last part of its path in every hierarchy.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `cgroup.procs` of one of its cgroups.
    pub fn members(&self) -> Option<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        openat(self.directories.first()?, "cgroup.procs", flags, Mode::empty()).ok()
    }

    /// Descriptors of its counters, under the names that [`Counters`] knows.
    pub fn counters(&self) -> Counters {
        let files: &[(&str, &str)] = if self.unified {
            &[
                ("memory-events", "memory.events"),
                ("memory-peak", "memory.peak"),
                ("cpu-usage", "cpu.stat"),
                ("cpu-split", "cpu.stat"),
                ("pids-events", "pids.events"),
                ("pids-peak", "pids.peak"),
            ]
        } else {
            &[
                ("memory-events", "memory.oom_control"),
                ("memory-peak", "memory.max_usage_in_bytes"),
                ("cpu-usage", "cpuacct.usage"),
                ("cpu-split", "cpuacct.stat"),
                ("pids-events", "pids.events"),
                ("pids-peak", "pids.peak"),
            ]
        };
        let mut counters = BTreeMap::new();
        for &(name, file) in files {
            let found = self.directories.iter().find_map(|directory| open_counter(directory, file));
            if let Some(descriptor) = found {
                counters.insert(name.to_owned(), descriptor);
            }
        }
        Counters::new(counters)
    }

    fn limit(&mut self, hierarchies: &[Hierarchy], limits: &CellLimits) -> Result<(), Errno> {
        if self.limits.as_ref() == Some(limits) {
            return Ok(());
        }
        self.limits = None;
        for (hierarchy, directory) in hierarchies.iter().zip(&self.directories) {
            if hierarchy.has("memory") {
                limit_memory(directory, hierarchy.unified, limits.memory_bytes)?;
            }
            if hierarchy.has("pids") {
                write(directory, "pids.max", &limits.processes.to_string())?;
            }
            if hierarchy.has("cpu") {
                limit_cpu(directory, hierarchy.unified, limits.cpu_millis)?;
            }
        }
        self.limits = Some(*limits);
        Ok(())
    }

    fn remove(&mut self, hierarchies: &[Hierarchy]) {
        self.joins.clear();
        self.directories.clear();
        for hierarchy in hierarchies {
            // What is still busy is removed with the nursery.
            let _ = unlinkat(&hierarchy.directory, &self.name, AtFlags::REMOVEDIR);
        }
    }
}

fn limit_memory(directory: &OwnedFd, unified: bool, bytes: u64) -> Result<(), Errno> {
    let bytes = bytes.to_string();
    if unified {
        write(directory, "memory.max", &bytes)?;
        return absent_is_fine(write(directory, "memory.swap.max", "0"));
    }
    // Memory alone may never be over memory and swap together, so which comes first depends on what was there.
    let early = write(directory, "memory.limit_in_bytes", &bytes);
    // Buffers of TCP sockets are counted apart, and only where a limit is set.
    absent_is_fine(write(directory, "memory.kmem.tcp.limit_in_bytes", &bytes))?;
    absent_is_fine(write(directory, "memory.memsw.limit_in_bytes", &bytes))?;
    if early.is_err() { write(directory, "memory.limit_in_bytes", &bytes) } else { Ok(()) }
}

fn limit_cpu(directory: &OwnedFd, unified: bool, millis: u64) -> Result<(), Errno> {
    let quota = (millis.saturating_mul(CPU_PERIOD_MICROS) / 1000).max(MIN_CPU_QUOTA_MICROS);
    if unified {
        return write(directory, "cpu.max", &format!("{quota} {CPU_PERIOD_MICROS}"));
    }
    write(directory, "cpu.cfs_period_us", &CPU_PERIOD_MICROS.to_string())?;
    match write(directory, "cpu.cfs_quota_us", &quota.to_string()) {
        // A cgroup above has less than that, which then is the limit.
        Err(Errno::INVAL) => Ok(()),
        other => other,
    }
}

/// Swap is accounted for only where the kernel was built and booted so.
fn absent_is_fine(result: Result<(), Errno>) -> Result<(), Errno> {
    if result == Err(Errno::NOENT) { Ok(()) } else { result }
}

/// Some counters can be started anew by whoever may write them.
fn open_counter(directory: impl AsFd, file: &str) -> Option<OwnedFd> {
    let open = |flags| openat(&directory, file, flags | OFlags::CLOEXEC, Mode::empty());
    open(OFlags::RDWR).or_else(|_| open(OFlags::RDONLY)).ok()
}

fn write(directory: &OwnedFd, file: &str, value: &str) -> Result<(), Errno> {
    let file = openat(directory, file, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, value.as_bytes()).map(|_| ())
}
