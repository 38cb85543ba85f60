//! What a run uses, and when that is too much.

use crate::children::Dead;
use crate::counters::Counters;
use crate::ground::Ground;
use crate::tree::Look;
use crate::wire::proto::{ExitCause, RunLimits};
use std::sync::OnceLock;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// Longest time between two looks.
const LAZY: Duration = Duration::from_secs(1);
/// Shortest time between two looks.
const EAGER: Duration = Duration::from_millis(5);
/// Time between two looks when the memory watchdog is on.
const WATCHDOG: Duration = Duration::from_millis(40);

/// The counters at the start, and what was seen since.
pub struct Meter {
    oom_kills: Option<u64>,
    forks_refused: Option<u64>,
    cpu: Option<Duration>,
    split: Option<(u64, u64)>,
    /// The peak at the start, where it could not be reset.
    stale_peak: Option<u64>,
    /// Most processes before the start, which nothing resets.
    stale_tasks: Option<u64>,
    reaped_user: Duration,
    reaped_system: Duration,
    seen_memory: Option<u64>,
    seen_tasks: Option<u32>,
    disk_full: bool,
    processors: u32,
    next_look: Instant,
}

/// What was used in the end. Nothing stands where nothing was measured.
pub struct Used {
    pub cpu_user: Option<Duration>,
    pub cpu_system: Option<Duration>,
    pub peak_memory: Option<u64>,
    pub peak_processes: Option<u32>,
    pub oom_kills: Option<u64>,
    pub forks_refused: u64,
    pub disk_full: bool,
}

impl Meter {
    /// Remembers where the counters stand; to be called before the fork.
    pub fn start(counters: &Counters) -> Self {
        let stale_peak = if counters.reset_peak_memory() { None } else { counters.peak_memory() };
        Self {
            oom_kills: counters.oom_kills(),
            forks_refused: counters.forks_refused(),
            cpu: counters.cpu(),
            split: counters.cpu_split(),
            stale_peak,
            stale_tasks: counters.peak_processes(),
            reaped_user: Duration::ZERO,
            reaped_system: Duration::ZERO,
            seen_memory: None,
            seen_tasks: None,
            disk_full: false,
            processors: processors(),
            next_look: Instant::now(),
        }
    }

    /// The same for a program that waits in its cgroup already: it is part of what was counted there.
    pub fn start_late(counters: &Counters) -> Self {
        Self { stale_tasks: None, ..Self::start(counters) }
    }

    /// The program has started.
    pub(super) fn running(&mut self, now: Instant, limits: &RunLimits) {
        self.next_look = now + self.pause(limits, Duration::ZERO);
    }

    pub(super) fn next_look(&self) -> Instant {
        self.next_look
    }

    /// Adds the CPU time of a process that has ended.
    pub(super) fn reaped(&mut self, dead: &Dead) {
        self.reaped_user += dead.user;
        self.reaped_system += dead.system;
    }

    /// Looks at the tree if it is time to; returns why it must end, if it must.
    pub(super) fn look(&mut self, now: Instant, limits: &RunLimits, ground: &Ground) -> Option<ExitCause> {
        if now < self.next_look {
            return None;
        }
        self.disk_full |= ground.place.is_full();
        let watchdog = limits.watchdog_memory_bytes > 0;
        let counted = self.counted_cpu(&ground.counters);
        let tree = if watchdog || counted.is_none() { ground.tree.look() } else { Look::default() };
        if watchdog {
            // The writable directories are tmpfs. What is mapped from them counts twice, on the safe side.
            let files = ground.place.used_bytes();
            self.seen_memory = self.seen_memory.max(Some(tree.resident_bytes + files));
            self.seen_tasks = self.seen_tasks.max(Some(tree.tasks));
            // Resident memory says "enough" too early for a tree of forks, so it only says when to look closer.
            if tree.resident_bytes + files > limits.watchdog_memory_bytes
                && ground.tree.proportional_bytes() + files > limits.watchdog_memory_bytes
            {
                return Some(ExitCause::Memory);
            }
        }
        let cpu = counted.unwrap_or(self.reaped_user + self.reaped_system + tree.cpu);
        if cpu >= Duration::from_micros(limits.cpu_time_micros) {
            return Some(ExitCause::CpuTime);
        }
        self.next_look = now + self.pause(limits, cpu);
        None
    }

    /// The tree can't use more CPU time than all processors have, so that much sleep misses nothing.
    fn pause(&self, limits: &RunLimits, cpu: Duration) -> Duration {
        let left = Duration::from_micros(limits.cpu_time_micros).saturating_sub(cpu);
        let longest = if limits.watchdog_memory_bytes > 0 { WATCHDOG } else { LAZY };
        (left / self.processors).clamp(EAGER, longest)
    }

    fn counted_cpu(&self, counters: &Counters) -> Option<Duration> {
        Some(counters.cpu()?.saturating_sub(self.cpu?))
    }

    /// The sums, once nothing is alive.
    pub(super) fn used(&self, ground: &Ground) -> Used {
        let counters = &ground.counters;
        let (user, system) = self.used_cpu(counters);
        let since = |now: Option<u64>, start: Option<u64>| Some(now?.saturating_sub(start?));
        // A peak that has not moved is of something before.
        let moved = |peak: Option<u64>, stale: Option<u64>| peak.filter(|_| peak != stale);
        let counted_peak = moved(counters.peak_memory(), self.stale_peak);
        let counted_tasks = moved(counters.peak_processes(), self.stale_tasks);
        Used {
            cpu_user: Some(user),
            cpu_system: Some(system),
            peak_memory: counted_peak.or(self.seen_memory),
            peak_processes: counted_tasks.and_then(|peak| u32::try_from(peak).ok()).or(self.seen_tasks),
            oom_kills: since(counters.oom_kills(), self.oom_kills),
            forks_refused: since(counters.forks_refused(), self.forks_refused).unwrap_or(0),
            disk_full: self.disk_full || ground.place.is_full(),
        }
    }

    /// The cgroup's total, split as its own counter or the reaped processes' usage says; without, what was reaped.
    fn used_cpu(&self, counters: &Counters) -> (Duration, Duration) {
        let Some(total) = self.counted_cpu(counters) else { return (self.reaped_user, self.reaped_system) };
        let counted = counters.cpu_split().zip(self.split);
        let (user, system) = counted
            .map_or((0, 0), |(now, start)| (now.0.saturating_sub(start.0), now.1.saturating_sub(start.1)));
        let (user, system) = match (user, system) {
            (0, 0) => (self.reaped_user.as_micros() as u64, self.reaped_system.as_micros() as u64),
            split => split,
        };
        let share = if user + system == 0 { 1.0 } else { user as f64 / (user + system) as f64 };
        let user = total.mul_f64(share);
        (user, total.saturating_sub(user))
    }
}

/// How many processors this process may run on, asked once.
fn processors() -> u32 {
    static COUNT: OnceLock<u32> = OnceLock::new();
    *COUNT.get_or_init(|| {
        available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX))
    })
}
