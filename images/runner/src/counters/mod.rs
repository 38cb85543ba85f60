//! Counters of the program's cgroup, through descriptors that the launcher opened, or of the container's, which the
//! runner is in itself. Which version of cgroups they belong to is told by their content.

mod container;

use rustix::io::pread;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// The descriptors by name. A counter that was not given answers nothing.
#[derive(Default)]
pub struct Counters {
    descriptors: BTreeMap<String, OwnedFd>,
    /// The runner is in the cgroup too. What of a counter is exactly its own is taken off.
    with_runner: bool,
}

impl Counters {
    /// Counters of a cgroup that the program alone is in.
    pub fn new(descriptors: BTreeMap<String, OwnedFd>) -> Self {
        Self { descriptors, with_runner: false }
    }

    /// What the command line says: descriptors, or a container's directory to look for them in.
    pub fn passed(descriptors: BTreeMap<String, OwnedFd>, container: Option<&OsStr>) -> Self {
        match container {
            Some(directory) => Self { descriptors: container::find(directory), with_runner: true },
            None => Self::new(descriptors),
        }
    }

    /// Processes the kernel has killed for memory: `oom_kill` of memory.events (v2) or memory.oom_control (v1).
    pub fn oom_kills(&self) -> Option<u64> {
        field(&self.text("memory-events")?, "oom_kill")
    }

    /// Forks refused: `max` of pids.events.
    pub fn forks_refused(&self) -> Option<u64> {
        field(&self.text("pids-events")?, "max")
    }

    /// Most memory since the last reset: memory.peak (v2) or memory.max_usage_in_bytes (v1).
    pub fn peak_memory(&self) -> Option<u64> {
        self.text("memory-peak")?.trim().parse().ok()
    }

    /// Starts the peak anew where the kernel lets it: any write to v2's since Linux 6.12, `0` to v1's.
    pub fn reset_peak_memory(&self) -> bool {
        self.descriptors.get("memory-peak").is_some_and(|peak| rustix::io::write(peak, b"0").is_ok())
    }

    /// Most processes and threads: pids.peak.
    pub fn peak_processes(&self) -> Option<u64> {
        let peak: u64 = self.text("pids-peak")?.trim().parse().ok()?;
        // The runner is one thread, always.
        Some(peak.saturating_sub(u64::from(self.with_runner)))
    }

    /// CPU time used: v2's cpu.stat, or v1's cpuacct.usage in nanoseconds.
    pub fn cpu(&self) -> Option<Duration> {
        // Before the counter, which then holds all of it.
        let own = if self.with_runner { own_cpu() } else { Duration::ZERO };
        let text = self.text("cpu-usage")?;
        let all = field(&text, "usage_usec")
            .map(Duration::from_micros)
            .or_else(|| text.trim().parse().ok().map(Duration::from_nanos))?;
        Some(all.saturating_sub(own))
    }

    /// User and system time in some unit: only their ratio means something (v1 counts in ticks).
    pub fn cpu_split(&self) -> Option<(u64, u64)> {
        let text = self.text("cpu-split")?;
        let either = |v2: &str, v1: &str| field(&text, v2).or_else(|| field(&text, v1));
        Some((either("user_usec", "user")?, either("system_usec", "system")?))
    }

    fn text(&self, name: &str) -> Option<String> {
        let mut buffer = [0; 4096];
        let length = pread(self.descriptors.get(name)?, &mut buffer, 0).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }
}

/// CPU time of the runner, by the same clock of the scheduler that cgroups add up.
fn own_cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The number in the line `name number`.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().filter_map(|line| line.split_once(' ')).find(|(key, _)| *key == name)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(name: &str, content: &str) -> Counters {
        let file = rustix::fs::memfd_create("counter", rustix::fs::MemfdFlags::CLOEXEC).expect("memfd");
        rustix::io::write(&file, content.as_bytes()).expect("written");
        Counters::new(BTreeMap::from([(name.to_owned(), file)]))
    }

    #[test]
    fn both_versions_of_cgroups_are_understood() {
        let v2_events = "low 0\nhigh 0\nmax 4\noom 2\noom_kill 1\noom_group_kill 0\n";
        assert_eq!(counters("memory-events", v2_events).oom_kills(), Some(1));
        let v1_control = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!(counters("memory-events", v1_control).oom_kills(), Some(3));

        let v2_stat = "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n";
        assert_eq!(counters("cpu-usage", v2_stat).cpu(), Some(Duration::from_micros(1500)));
        assert_eq!(counters("cpu-usage", "1500000\n").cpu(), Some(Duration::from_micros(1500)));
        assert_eq!(counters("cpu-split", v2_stat).cpu_split(), Some((1000, 500)));
        assert_eq!(counters("cpu-split", "user 7\nsystem 3\n").cpu_split(), Some((7, 3)));

        assert_eq!(counters("pids-events", "max 12\n").forks_refused(), Some(12));
        assert_eq!(counters("memory-peak", "4096\n").peak_memory(), Some(4096));
    }

    #[test]
    fn a_counter_that_is_not_there_or_not_understood_answers_nothing() {
        let none = Counters::new(BTreeMap::new());
        assert_eq!((none.oom_kills(), none.cpu(), none.peak_processes()), (None, None, None));
        assert!(!none.reset_peak_memory());
        assert_eq!(counters("pids-peak", "max\n").peak_processes(), None);
    }
}
