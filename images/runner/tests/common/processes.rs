//! A sandbox's processes, as the host sees them.

use super::Sandbox;
use rustix::process::Pid;
use std::fs;

#[derive(Debug, Clone)]
pub struct Process {
    pub pid: Pid,
    pub parent: i32,
    pub name: String,
    pub zombie: bool,
}

impl Process {
    /// All below a sandbox's launcher.
    pub fn all_of(sandbox: &Sandbox) -> Vec<Self> {
        let all: Vec<Self> = fs::read_dir("/proc").expect("/proc").flatten().filter_map(Self::read).collect();
        let mut below = vec![sandbox.launcher()];
        let mut found = Vec::new();
        while let Some(parent) = below.pop() {
            for process in all.iter().filter(|process| process.parent == parent) {
                below.push(process.id());
                found.push(process.clone());
            }
        }
        found
    }

    fn read(entry: fs::DirEntry) -> Option<Self> {
        let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (start, end) = stat.rsplit_once(')')?;
        let mut fields = end.split_ascii_whitespace();
        let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
        Some(Self { pid, parent, name: start.split_once('(')?.1.to_owned(), zombie: state == "Z" })
    }

    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// How many pid namespaces it is in, as the host sees it.
    pub fn depth(&self) -> usize {
        self.namespace_pids().len()
    }

    /// In the innermost of them.
    pub fn pid_inside(&self) -> i32 {
        self.namespace_pids().last().copied().unwrap_or_default()
    }

    fn namespace_pids(&self) -> Vec<i32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
        line.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    }

    /// Numbers and kinds, which only root sees.
    pub fn descriptors(&self) -> Vec<String> {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.id())).expect("its descriptors");
        let mut found: Vec<String> = folder
            .flatten()
            .map(|entry| {
                let link = fs::read_link(entry.path()).expect("a link").display().to_string();
                format!("{} {}", entry.file_name().display(), link.split(':').next().unwrap_or_default())
            })
            .collect();
        found.sort();
        found
    }
}
