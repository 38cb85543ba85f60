//! Resource limits (setrlimit(2)) of a program. Those of the runner stay high above them.

use super::last_errno;
use crate::wire::proto::RunLimits;
use rustix::io::Errno;
use std::time::Duration;

/// Descriptors a program may have open at most, far below the runner's own.
const MOST_OPEN_FILES: u64 = 1024;
/// Descriptors the runner wants for itself.
const OWN_OPEN_FILES: u64 = 65_536;

/// No core file is that small, and a helper named by core_pattern, which runs as the host's root, is not started at
/// exactly this value (core(5)); at 0 it is.
const NO_CORE_AND_NO_HELPER: u64 = 1;

/// Of POSIX message queues, which is what Linux allows by default.
const QUEUE_BYTES: u64 = 819_200;

/// The limits of one program, computed before the fork.
pub struct ResourceLimits {
    values: Vec<(Resource, u64)>,
}

type Resource = libc::__rlimit_resource_t;

impl ResourceLimits {
    /// The backstop to the CPU limit is one second above it: the runner's own watch is finer and tells more.
    pub fn new(limits: &RunLimits) -> Self {
        let cpu = Duration::from_micros(limits.cpu_time_micros).as_secs().saturating_add(2);
        let mut values = Self::of_every_program().values;
        values.extend([
            (libc::RLIMIT_CPU, cpu),
            (libc::RLIMIT_FSIZE, limits.file_size_bytes),
            (libc::RLIMIT_NOFILE, limits.open_files.min(MOST_OPEN_FILES)),
        ]);
        if limits.processes > 0 {
            values.push((libc::RLIMIT_NPROC, limits.processes));
        }
        Self { values }
    }

    /// Those that are the same for every program.
    pub fn of_every_program() -> Self {
        let values = vec![
            (libc::RLIMIT_NOFILE, MOST_OPEN_FILES),
            (libc::RLIMIT_CORE, NO_CORE_AND_NO_HELPER),
            (libc::RLIMIT_MEMLOCK, 65_536),
            (libc::RLIMIT_SIGPENDING, 1024),
            (libc::RLIMIT_MSGQUEUE, QUEUE_BYTES),
            (libc::RLIMIT_RTPRIO, 0),
            (libc::RLIMIT_NICE, 0),
        ];
        Self { values }
    }

    /// Those of a program in one of so many cells. The kernel counts queues for every user namespace above as well, where
    /// all cells are one user's, so they share what the runner itself may have, and leave it a share.
    pub fn of_every_cell(cells: usize) -> Self {
        let mut limits = Self::of_every_program();
        let own = get(libc::RLIMIT_MSGQUEUE).map_or(QUEUE_BYTES, |own| own.rlim_max);
        limits.values.push((libc::RLIMIT_MSGQUEUE, (own / (cells as u64 + 1)).min(QUEUE_BYTES)));
        limits
    }

    /// Sets them for this process, soft and hard alike; a hard limit that is lower already stays.
    pub fn apply(&self) -> Result<(), Errno> {
        self.apply_to(0)
    }

    /// The same for another process.
    pub fn apply_to(&self, pid: i32) -> Result<(), Errno> {
        for &(resource, wanted) in &self.values {
            let now = get_of(pid, resource)?;
            let value = wanted.min(now.rlim_max);
            // gVisor has some that nobody may set, not even to what they are.
            if (now.rlim_cur, now.rlim_max) != (value, value) {
                set_of(pid, resource, libc::rlimit { rlim_cur: value, rlim_max: value })?;
            }
        }
        Ok(())
    }
}

/// Lifts what the kernel would otherwise allow all cells of a nursery together (get_userns_rlimit_max in
/// kernel/ucount.c: the limit of whoever made a user namespace holds for all in it). Only root can.
pub fn raise_queue_bytes() {
    let unlimited = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // What can't be raised stays as it is, and is then shared.
    let _ = set(libc::RLIMIT_MSGQUEUE, unlimited);
}

/// Gives the runner itself as many descriptors as it may have.
pub fn raise_own_descriptors() {
    if let Ok(now) = get(libc::RLIMIT_NOFILE) {
        let value = OWN_OPEN_FILES.min(now.rlim_max);
        // What can't be raised stays as it is: transfers then fail one by one with EMFILE.
        let _ = set(libc::RLIMIT_NOFILE, libc::rlimit { rlim_cur: value.max(now.rlim_cur), ..now });
    }
}

fn get(resource: Resource) -> Result<libc::rlimit, Errno> {
    get_of(0, resource)
}

fn set(resource: Resource, value: libc::rlimit) -> Result<(), Errno> {
    set_of(0, resource, value)
}

fn get_of(pid: i32, resource: Resource) -> Result<libc::rlimit, Errno> {
    let mut value = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a whole rlimit, and no new value is given.
    match unsafe { libc::prlimit(pid, resource, std::ptr::null(), &raw mut value) } {
        0 => Ok(value),
        _ => Err(last_errno()),
    }
}

fn set_of(pid: i32, resource: Resource, value: libc::rlimit) -> Result<(), Errno> {
    // SAFETY: the pointer is to a whole rlimit, and no old value is asked for.
    match unsafe { libc::prlimit(pid, resource, &raw const value, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}
