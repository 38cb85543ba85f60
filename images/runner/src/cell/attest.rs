//! The runner looks at a sealed process itself before it hands over a program (CELLS rule 10): no failure of the sealing
//! can be open. And it sets the limits that are the same for every program.

use super::failure::{CellFailure, failed};
use super::group::Group;
use crate::guest::Guest;
use crate::seal::{ResourceLimits, errno_of};
use std::fs;
use std::os::unix::ffi::OsStringExt;

const NAMESPACES: [&str; 7] = ["user", "pid", "mnt", "ipc", "uts", "net", "cgroup"];

/// Lines of /proc/PID/status that must be exactly so.
const EXPECTED: [(&str, &str); 7] = [
    ("CapInh", "0000000000000000"),
    ("CapPrm", "0000000000000000"),
    ("CapEff", "0000000000000000"),
    ("CapBnd", "0000000000000000"),
    ("CapAmb", "0000000000000000"),
    ("NoNewPrivs", "1"),
    ("Seccomp", "2"),
];

/// What holds of every program of a nursery.
pub struct Terms {
    limits: ResourceLimits,
    /// System call filters: the runner's own, which everything in the nursery inherits and which says "Seccomp: 2" of it as
    /// well, and the guest's.
    filters: String,
}

impl Terms {
    /// To be called once the runner is under its own filter.
    pub fn new(cells: usize) -> Result<Self, CellFailure> {
        let status = read("/proc/self/status".to_owned())?;
        let own: u32 = field(&status, FILTERS).parse().map_err(|_| CellFailure::new(FILTERS, 0))?;
        Ok(Self { limits: ResourceLimits::of_every_cell(cells), filters: (own + 1).to_string() })
    }
}

const FILTERS: &str = "Seccomp_filters";

/// Checks what the kernel says of a process: sealed, in every namespace of the cell, in none of the runner's, in the
/// cell's cgroup, with the cell's ids. Returns the name of its pid namespace, by which all in the cell are known.
pub fn look(
    pid: i32,
    init: i32,
    guest: Guest,
    group: Option<&Group>,
    terms: &Terms,
) -> Result<Vec<u8>, CellFailure> {
    let doubt = |what: &str| CellFailure::new(format!("attest: {what}"), 0);
    let status = read(format!("/proc/{pid}/status"))?;
    let field = |name: &str| field(&status, name);
    for (name, expected) in EXPECTED {
        if field(name) != expected {
            return Err(doubt(name));
        }
    }
    if field(FILTERS) != terms.filters {
        return Err(doubt(FILTERS));
    }
    // As this pid namespace sees it, and as the cell does.
    if field("NSpid").split_ascii_whitespace().count() != 2 {
        return Err(doubt("NSpid"));
    }
    // A session and a group of its own: signals to groups know no pid namespaces.
    for name in ["NSsid", "NSpgid"] {
        if field(name) != field("NSpid") {
            return Err(doubt(name));
        }
    }
    let id = match guest {
        Guest::Same => rustix::process::getuid().as_raw().to_string(),
        Guest::Other(id) => id.to_string(),
    };
    for name in ["Uid", "Gid"] {
        let ids: Vec<&str> = field(name).split_ascii_whitespace().collect();
        if ids.len() != 4 || ids.iter().any(|&found| found != id) {
            return Err(doubt(name));
        }
    }
    let mut pid_namespace = Vec::new();
    for name in NAMESPACES {
        let [program, inits, own] = [pid.to_string(), init.to_string(), "self".to_owned()]
            .map(|of| fs::read_link(format!("/proc/{of}/ns/{name}")).ok());
        if program.is_none() || program != inits || program == own {
            return Err(doubt(name));
        }
        if let Some(program) = program.filter(|_| name == "pid") {
            pid_namespace = program.into_os_string().into_vec();
        }
    }
    if let Some(group) = group {
        let cgroups = read(format!("/proc/{pid}/cgroup"))?;
        let ending = format!("/{}", group.name());
        let inside = cgroups.lines().filter(|line| line.ends_with(&ending)).count();
        if inside < group.entrances().len() {
            return Err(doubt("cgroup"));
        }
    }
    Ok(pid_namespace)
}

/// Limits of every program, and its place in the order in which the kernel kills for memory.
pub fn bound(pid: i32, guest: Guest, terms: &Terms) -> Result<(), CellFailure> {
    terms.limits.apply_to(pid).map_err(failed("prlimit"))?;
    let _acting = guest.act();
    fs::write(format!("/proc/{pid}/oom_score_adj"), "800")
        .map_err(|error| failed("oom_score_adj")(errno_of(&error)))
}

/// Of /proc/PID/status; empty when it is not there.
fn field<'a>(status: &'a str, name: &str) -> &'a str {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim()
}

fn read(path: String) -> Result<String, CellFailure> {
    fs::read_to_string(path).map_err(|error| failed("attest")(errno_of(&error)))
}
