//! Cgroups of version 1 for a nursery, made as the daemon makes them. Only root can, where the hierarchies are mounted to
//! be written.

use super::nursery::Setup;
use std::fs;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// First of the descriptors by which the runner has them.
const FIRST: usize = 20;

pub struct Cgroups {
    /// By controller.
    pub nursery: Vec<(&'static str, PathBuf)>,
}

impl Cgroups {
    /// None where they can't be made.
    pub fn make() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("runnel-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut made = Self { nursery: Vec::new() };
        for controller in ["memory", "pids", "cpu", "cpuacct"] {
            let directory = own(controller)?.join(&name);
            fs::create_dir(&directory).ok()?;
            made.nursery.push((controller, directory));
        }
        Some(made)
    }

    /// A nursery whose first uid is this one has them.
    pub fn setup(&self, uid: u32) -> Setup {
        let (mut launch, mut runner) = (Vec::new(), Vec::new());
        for (number, (controller, directory)) in (FIRST..).zip(&self.nursery) {
            chown(directory, Some(uid), Some(uid)).expect("root hands it over");
            let at = directory.display();
            launch.extend([
                "--open".to_owned(),
                format!("{number}:r:{at}"),
                "--join".to_owned(),
                format!("{at}/tasks"),
            ]);
            runner.extend(["--cgroup".to_owned(), format!("v1:{controller}={number}")]);
        }
        Setup { launch, runner, ..Setup::default() }
    }

    /// The cells' cgroups in a hierarchy.
    pub fn cells(&self, controller: &str) -> Vec<PathBuf> {
        let entries =
            fs::read_dir(self.of(controller)).expect("it is there").flatten().map(|entry| entry.path());
        entries.filter(|path| path.is_dir()).collect()
    }

    /// Writes a limit.
    pub fn limit(&self, controller: &str, file: &str, value: &str) {
        fs::write(self.of(controller).join(file), value).expect("a limit");
    }

    /// Takes a process out of them.
    pub fn leave(&self, pid: i32) {
        for (_, directory) in &self.nursery {
            let above = directory.parent().expect("they are below this process's").join("cgroup.procs");
            fs::write(above, pid.to_string()).expect("it moves");
        }
    }

    /// All CPU time used in them.
    pub fn cpu_micros(&self) -> u64 {
        let usage = fs::read_to_string(self.of("cpuacct").join("cpuacct.usage")).expect("a counter");
        usage.trim().parse::<u64>().expect("nanoseconds") / 1000
    }

    fn of(&self, controller: &str) -> &PathBuf {
        &self.nursery.iter().find(|(name, _)| *name == controller).expect("it is made").1
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        for (controller, directory) in &self.nursery {
            for cell in self.cells(controller) {
                let _ = fs::remove_dir(cell);
            }
            // Busy for a moment after the last process.
            for _ in 0..100 {
                if fs::remove_dir(directory).is_ok() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
    }
}

/// This process's cgroup in a hierarchy of version 1.
fn own(controller: &str) -> Option<PathBuf> {
    let all = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = all.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        controllers.split(',').any(|name| name == controller).then_some(path)
    })?;
    let directory = PathBuf::from(format!("/sys/fs/cgroup/{controller}{path}"));
    directory.exists().then_some(directory)
}
