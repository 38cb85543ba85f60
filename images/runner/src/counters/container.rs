//! Counters of the container that the runner is pid 1 of, as the engine shows its cgroups: read-only, version 2 in one
//! directory, version 1 in one for each controller.

use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};

/// The name of a counter, its file in version 2, and its controller and file in version 1.
///
/// How the CPU time splits into user and system is not among them: it would be the runner's as well, and the usage of
/// what was reaped tells it better.
const COUNTERS: [(&str, &str, &str, &str); 5] = [
    ("memory-events", "memory.events", "memory", "memory.oom_control"),
    ("memory-peak", "memory.peak", "memory", "memory.max_usage_in_bytes"),
    ("pids-events", "pids.events", "pids", "pids.events"),
    ("pids-peak", "pids.peak", "pids", "pids.peak"),
    ("cpu-usage", "cpu.stat", "cpuacct", "cpuacct.usage"),
];

/// Opens what is there and is the container's own. What is missing, can't be read, or counts others too is left out.
pub fn find(directory: &OsStr) -> BTreeMap<String, OwnedFd> {
    let Some(root) = open_directory(rustix::fs::CWD, directory) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    let unified = is_alone_in(&root);
    for (name, v2, controller, v1) in COUNTERS {
        let counter = if unified { read(&root, v2) } else { read_v1(&root, controller, v1) };
        found.extend(counter.map(|descriptor| (name.to_owned(), descriptor)));
    }
    found
}

fn read_v1(root: &OwnedFd, controller: &str, file: &str) -> Option<OwnedFd> {
    let group = open_directory(root, OsStr::new(controller)).filter(is_alone_in)?;
    read(&group, file)
}

/// Whether the runner, which has started nothing yet, is the only process of a cgroup: one of the host, or shared with
/// another container, counts what is nobody's business here.
///
/// Members outside this pid namespace read as 0 in version 2. Version 1 leaves them out; there at least the top of a
/// hierarchy, where a container without cgroups of its own is, is told by the one file that only it has.
fn is_alone_in(group: &OwnedFd) -> bool {
    let mut members = [0; 16];
    let alone = read(group, "cgroup.procs")
        .and_then(|file| rustix::io::read(&file, &mut members).ok())
        .is_some_and(|length| &members[..length] == b"1\n");
    alone && statat(group, "release_agent", AtFlags::empty()).is_err()
}

fn open_directory(from: impl AsFd, path: &OsStr) -> Option<OwnedFd> {
    openat(from, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok()
}

fn read(group: &OwnedFd, file: &str) -> Option<OwnedFd> {
    openat(group, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// Files as an engine shows them; a name with a slash is that of version 1.
    fn found(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let root = std::env::temp_dir().join(format!("runnel-counters-{}-{name}", std::process::id()));
        for (file, content) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().map(PathBuf::from).expect("below the root")).expect("made");
            fs::write(path, content).expect("written");
        }
        let names = find(root.as_os_str()).into_keys().collect();
        fs::remove_dir_all(root).expect("removed");
        names
    }

    #[test]
    fn either_version_is_found_as_far_as_it_is_there() {
        let v2 = [("cgroup.procs", "1\n"), ("memory.events", ""), ("pids.peak", ""), ("cpu.stat", "")];
        assert_eq!(found("v2", &v2), ["cpu-usage", "memory-events", "pids-peak"]);

        let v1 = [
            ("memory/cgroup.procs", "1\n"),
            ("memory/memory.oom_control", ""),
            ("cpuacct/cgroup.procs", "1\n"),
            ("cpuacct/cpuacct.usage", ""),
            ("pids/pids.events", ""),
        ];
        assert_eq!(found("v1", &v1), ["cpu-usage", "memory-events"], "nobody is in that of pids");
    }

    #[test]
    fn what_counts_others_too_is_not_the_containers() {
        let counter = ("cpu.stat", "usage_usec 1\n");
        for members in ["", "0\n1\n", "1\n0\n", "1\n2\n", "12\n"] {
            assert_eq!(found("others", &[("cgroup.procs", members), counter]), [""; 0], "{members:?}");
        }
        let top = [("cgroup.procs", "1\n"), ("release_agent", ""), counter];
        assert_eq!(found("top", &top), [""; 0]);
    }
}
