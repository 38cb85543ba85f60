//! The end of a cell, whatever order its processes die in.

mod common;

use common::nursery::Nursery;
use common::processes::Process;
use common::{Event, bash, limits, python, soak};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Exec, ExitCause, RunLimits};
use std::time::{Duration, Instant};

/// 10 ms are wanted; a machine that does much else is allowed more.
const AT_ONCE: Duration = Duration::from_millis(500);

/// An init that is dead can't be reaped before the program is, which is a zombie of the runner's in its namespace.
#[test]
fn an_init_that_is_killed_holds_nobody_up_and_the_end_is_told() {
    let mut nursery = Nursery::start();
    for _ in 0..5 {
        let cell = nursery.open("");
        let run = nursery.sandbox.exec(&Exec { cell, ..bash("echo up; sleep 1000 & sleep 1000") });
        nursery.sandbox.output_until(run, "up\n");
        let init = Process::all_of(&nursery.sandbox)
            .into_iter()
            .find(|process| process.name == "init")
            .expect("init is seen");

        rustix::process::kill_process(init.pid, rustix::process::Signal::KILL).expect("killed");
        let begun = Instant::now();
        nursery.sandbox.channel.raw(FrameType::Ping, 0, &[]);

        assert!(matches!(nursery.sandbox.channel.event(0), Event::Pong));
        assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
        let exit = nursery.sandbox.finish(run);
        assert_eq!(exit.exit().status, Some(runnel_runner::wire::proto::exit::Status::SignalNumber(9)));
        let ran = nursery.run(cell, &bash("echo on"));
        assert_eq!(ran.text(), "on\n", "{ran:?}");
        nursery.close(cell);
    }
}

#[test]
fn orphans_leave_no_zombies() {
    let mut nursery = Nursery::start();
    let script = r#"
import os, sys, time
wanted = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
made = 0
while made < wanted:
    batch = min(50, wanted - made)
    middle = os.fork()
    if middle == 0:
        for _ in range(batch):
            if os.fork() == 0: os._exit(0)
        os._exit(0)
    os.waitpid(middle, 0)
    made += batch
def left():
    states = [open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[0] for pid in os.listdir('/proc') if pid.isdigit() and int(pid) > 2]
    return len(states)
for _ in range(1000):
    try:
        if left() == 0: break
    except OSError: pass
    time.sleep(0.01)
print(made, left())
"#;
    let count = soak(500, 10_000);

    let ran = nursery.once(&python(&script.replace("COUNT", &count.to_string())));

    assert_eq!(ran.text(), format!("{count} 0\n"), "{}", ran.errors());
    assert_eq!(Process::all_of(&nursery.sandbox).into_iter().filter(|process| process.zombie).count(), 0);
}

#[test]
fn what_is_left_behind_is_dead_before_the_next_program_starts() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let leave = "echo 0 >beat; for i in 1 2 3; do (trap '' TERM HUP; setsid bash -c 'while :; do echo x >>beat; done') & done; sleep 0.1";
    for _ in 0..soak(5, 100) {
        nursery.run(cell, &bash(leave)).assert_succeeded();

        let ran =
            nursery.run(cell, &bash("a=$(stat -c %s beat); sleep 0.05; b=$(stat -c %s beat); echo $((b - a))"));

        assert_eq!(ran.text(), "0\n");
    }
    nursery.close(cell);
}

/// Where no cgroup bounds a cell's memory, the runner adds up what is in its namespaces.
#[test]
fn a_program_that_takes_too_much_memory_ends_where_no_cgroup_counts() {
    let mut nursery = Nursery::start();
    let watched = RunLimits { watchdog_memory_bytes: 64 << 20, ..limits() };
    for _ in 0..soak(8, 200) {
        let greedy = python("held = bytearray(200 << 20)\nimport time; time.sleep(20)");

        let ran = nursery.once(&Exec { limits: Some(watched), ..greedy });

        assert_eq!(ran.exit().cause(), ExitCause::Memory);
    }
}
