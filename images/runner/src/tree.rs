//! What a run's processes use, summed over /proc: the measure where no cgroup counts.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// Which processes are a run's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// All but pid 1.
    Everything,
    /// None, before there is one.
    Nothing,
    /// Those of this pid namespace: what the link /proc/PID/ns/pid says.
    Namespace(Vec<u8>),
}

/// One look over a tree.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Resident memory; pages that several processes share count for each.
    pub resident_bytes: u64,
    /// User and system time, with that of children waited for.
    pub cpu: Duration,
    /// Processes and threads.
    pub tasks: u32,
}

impl Tree {
    /// Adds up what /proc tells. Processes that vanish while being looked at are left out.
    pub fn look(&self) -> Look {
        let mut sum = Look::default();
        for pid in self.pids() {
            if let Some(one) =
                fs::read_to_string(format!("/proc/{pid}/stat")).ok().and_then(|text| parse(&text))
            {
                sum.resident_bytes += one.resident_bytes;
                sum.cpu += one.cpu;
                sum.tasks += one.tasks;
            }
        }
        sum
    }

    /// Memory of the tree with each shared page counted once (proc(5), smaps_rollup): truer than resident memory,
    /// which counts what forked processes still share for each of them, and far slower to find out.
    pub fn proportional_bytes(&self) -> u64 {
        self.pids().filter_map(proportional).sum()
    }

    /// A cell's init is among them.
    pub fn pids(&self) -> impl Iterator<Item = u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()))
            .filter(|&pid| pid > 1 && self.has(pid))
    }

    fn has(&self, pid: u32) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Namespace(name) => fs::read_link(format!("/proc/{pid}/ns/pid"))
                .is_ok_and(|link| link.as_os_str().as_bytes() == name.as_slice()),
        }
    }
}

/// Of one process. One that does not let itself be looked at counts with all its resident memory.
fn proportional(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok().and_then(|text| pss(&text));
    rollup.or_else(|| Some(parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?.resident_bytes))
}

fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The fields of /proc/PID/stat (proc(5)). The command, in parentheses, may hold anything, parentheses and spaces
/// included, so counting starts behind the last one.
fn parse(stat: &str) -> Option<Look> {
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index - 3).and_then(|text| text.parse::<u64>().ok());
    let ticks = number(14)? + number(15)? + number(16)? + number(17)?;
    Some(Look {
        resident_bytes: number(24)? * rustix::param::page_size() as u64,
        cpu: Duration::from_micros(ticks * 1_000_000 / rustix::param::clock_ticks_per_second()),
        tasks: u32::try_from(number(20)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_made_to_confuse_does_not() {
        let stat = "7 (a) R 9 (x)) S 1 7 7 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 5 0 100 1000 25 18446744073709551615";

        let look = parse(stat).expect("parses");

        assert_eq!(look.tasks, 5);
        assert_eq!(look.cpu, Duration::from_millis(1100));
        assert_eq!(look.resident_bytes, 25 * rustix::param::page_size() as u64);
    }

    #[test]
    fn shared_pages_count_by_their_share() {
        let rollup =
            "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:    9000 kB\nPss:    1234 kB\nPss_Dirty: 7 kB\n";

        assert_eq!(pss(rollup), Some(1234 * 1024));
        assert_eq!(pss("Rss: 9000 kB\n"), None);
    }

    #[test]
    fn nonsense_is_left_out() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("7 (sh) S 1"), None);
    }
}
