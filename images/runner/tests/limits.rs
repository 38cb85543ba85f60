//! Limits end or confine a program and are told by their names.

mod common;

use common::{Options, Ran, Sandbox, bash, limits, python};
use runnel_runner::wire::proto::{Exec, ExitCause, LimitHit, RunLimits};

fn run(exec: Exec, change: impl FnOnce(&mut RunLimits)) -> Ran {
    run_in(&mut Sandbox::start(), exec, change)
}

fn run_in(sandbox: &mut Sandbox, mut exec: Exec, change: impl FnOnce(&mut RunLimits)) -> Ran {
    let mut changed = limits();
    change(&mut changed);
    exec.limits = Some(changed);
    let ran = sandbox.run(&exec);
    sandbox.run(&bash("true")).assert_succeeded();
    ran
}

fn hits(ran: &Ran) -> Vec<LimitHit> {
    ran.exit().limit_hits().collect()
}

#[test]
fn cpu_time_of_one_process_is_limited() {
    let ran = run(bash("while :; do :; done"), |limits| limits.cpu_time_micros = 300_000);

    assert_eq!(ran.exit().cause(), ExitCause::CpuTime);
    let used = ran.exit().cpu_user_micros() + ran.exit().cpu_system_micros();
    assert!((280_000..2_000_000).contains(&used), "{used}");
}

#[test]
fn cpu_time_of_the_whole_tree_is_limited() {
    let script = "for i in 1 2 3 4; do (while :; do :; done) & done; wait";

    let ran = run(bash(script), |limits| limits.cpu_time_micros = 400_000);

    assert_eq!(ran.exit().cause(), ExitCause::CpuTime);
}

#[test]
fn cpu_time_of_children_that_have_ended_counts() {
    let script = "while :; do (for i in {1..2000}; do :; done); done";

    let ran = run(bash(script), |limits| limits.cpu_time_micros = 300_000);

    assert_eq!(ran.exit().cause(), ExitCause::CpuTime);
}

#[test]
fn a_sleeping_program_uses_wall_time_and_no_cpu_time() {
    let ran = run(bash("sleep 1000"), |limits| limits.wall_time_micros = 200_000);

    assert_eq!(ran.exit().cause(), ExitCause::WallTime);
    assert!(ran.exit().wall_time_micros >= 200_000);
    assert!(ran.exit().cpu_user_micros() < 100_000);
}

#[test]
fn the_memory_watchdog_ends_what_grows_too_large() {
    let script = "
import time
kept = [bytearray(80 << 20)]
time.sleep(1000)
";

    let ran = run(python(script), |limits| limits.watchdog_memory_bytes = 60 << 20);

    assert_eq!(ran.exit().cause(), ExitCause::Memory);
    assert!(ran.exit().peak_memory_bytes() > 60 << 20);
}

#[test]
fn files_count_as_memory_for_the_watchdog_too() {
    let script = "
import time
with open('large', 'wb') as file:
    for _ in range(28):
        file.write(bytes(1 << 20))
time.sleep(1000)
";

    let ran = run(python(script), |limits| limits.watchdog_memory_bytes = 30 << 20);

    assert_eq!(ran.exit().cause(), ExitCause::Memory);
}

#[test]
fn a_file_can_not_grow_beyond_its_limit() {
    let by_signal = run(bash("exec head -c 200000 /dev/zero > f"), |limits| limits.file_size_bytes = 100_000);
    assert_eq!(hits(&by_signal), [LimitHit::FileSize]);

    let noticed = run(
        python(
            "
try: open('f', 'wb').write(bytes(200000))
except OSError as error: print(error.strerror)
",
        ),
        |limits| limits.file_size_bytes = 100_000,
    );
    noticed.assert_succeeded();
    assert_eq!(hits(&noticed), [LimitHit::FileSize]);
}

#[test]
fn a_full_disk_is_noticed() {
    for place in ["/workspace", "/tmp", "/dev/shm"] {
        let ran = run(bash(&format!("cat /dev/zero > {place}/f; exit 0")), |_| {});

        ran.assert_succeeded();
        assert_eq!(hits(&ran), [LimitHit::Disk], "{place}");
    }
}

#[test]
fn processes_are_limited_per_sandbox() {
    let ran = run(
        python(
            "
import os, time
made = 0
try:
    while made < 300:
        if os.fork() == 0: time.sleep(1000)
        made += 1
except BlockingIOError: print(made)
",
        ),
        |limits| limits.processes = 20,
    );

    ran.assert_succeeded();
    let made: u32 = ran.text().trim().parse().expect("a number");
    assert!(made < 20, "{made}");
}

#[test]
fn a_program_within_its_limits_hits_none() {
    let ran = run(bash("echo x > f; sleep 0.01"), |_| {});

    assert_eq!((ran.exit().cause(), hits(&ran)), (ExitCause::Ended, vec![]));
    assert_eq!(ran.exit().oom_kills, None, "nothing counts them here");
    assert_eq!(ran.exit().peak_memory_bytes, None);
}

/// A counter is a file that the launcher opens: here ordinary files, changed by nobody, in the place of a cgroup's.
#[test]
fn counters_that_were_passed_are_read() {
    let folder = common::folder();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let events = write("events", "oom_kill 5\n");
    let pids = write("pids", "max 3\n");
    let launch = ["--open".to_owned(), format!("4:r:{events}"), "--open".to_owned(), format!("5:r:{pids}")];
    let runner = ["--counter", "memory-events=4", "--counter", "pids-events=5"].map(str::to_owned);
    let options = Options { launch: launch.to_vec(), runner: runner.to_vec(), ..Options::default() };

    let ran = run_in(&mut Sandbox::start_with(options), bash("true"), |_| {});

    assert_eq!(ran.exit().oom_kills, Some(0));
    assert_eq!(hits(&ran), []);
}

#[test]
fn forks_refused_and_processes_killed_for_memory_are_hits() {
    let path = common::folder().join("growing");
    std::fs::write(&path, "oom_kill 5\nmax 3\n").expect("written");
    let open = format!("4:r:{}", path.display());
    let same = format!("5:r:{}", path.display());
    let launch = ["--open", &open, "--open", &same].map(str::to_owned).to_vec();
    let runner = ["--counter", "memory-events=4", "--counter", "pids-events=5"].map(str::to_owned).to_vec();
    let mut sandbox = Sandbox::start_with(Options { launch, runner, ..Options::default() });
    let id = sandbox.exec(&bash("read -r line; exit 0"));
    assert!(matches!(sandbox.channel.event(id), common::Event::Started(_)));

    std::fs::write(&path, "oom_kill 7\nmax 4\n").expect("written");
    sandbox.channel.raw(runnel_runner::wire::FrameType::StdinEnd, id, &[]);

    let ran = sandbox.finish(id);
    assert_eq!(ran.exit().oom_kills, Some(2));
    assert_eq!(hits(&ran), [LimitHit::Memory, LimitHit::Processes]);
    assert_eq!(ran.exit().cause(), ExitCause::Ended, "the main process was not the victim");
}
