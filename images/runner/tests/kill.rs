//! When a run ends, nothing of it is alive, whatever it did.

mod common;

use common::{Event, Ran, Sandbox, bash, limits, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::exit::Status;
use runnel_runner::wire::proto::{Exec, ExitCause};
use std::time::{Duration, Instant};

/// Far more than the 100 ms that are wanted, so that a busy machine does not fail the test; a kill that waits for
/// something that never comes takes for ever.
const PATIENCE: Duration = Duration::from_secs(3);

const DAEMON: &str = "
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print('daemon', flush=True)
        time.sleep(1000)
    os._exit(0)
os.wait()
";

/// Runs, and checks that a program started afterwards finds itself alone with pid 1.
fn run_and_look(exec: &Exec) -> Ran {
    let mut sandbox = Sandbox::start();
    let begun = Instant::now();
    let ran = sandbox.run(exec);
    let took = begun.elapsed();
    let processes = sandbox.run(&bash("echo /proc/[0-9]*"));
    assert_eq!(processes.text().split_whitespace().count(), 2, "alive: {}", processes.text());
    assert!(took < PATIENCE + wall(exec), "took {took:?}");
    ran
}

fn wall(exec: &Exec) -> Duration {
    Duration::from_micros(exec.limits.expect("limits").wall_time_micros.min(1_000_000))
}

fn with_wall_limit(mut exec: Exec, millis: u64) -> Exec {
    exec.limits = Some(runnel_runner::wire::proto::RunLimits { wall_time_micros: millis * 1000, ..limits() });
    exec
}

fn assert_timed_out(ran: &Ran) {
    assert_eq!(ran.exit().cause(), ExitCause::WallTime);
    assert_eq!(ran.exit().status, Some(Status::SignalNumber(9)));
}

#[test]
fn a_daemon_that_forked_twice_and_holds_stdout_does_not_outlive_its_program() {
    let ran = run_and_look(&python(&format!("{DAEMON}\nprint('main')")));

    ran.assert_succeeded();
    assert_eq!(ran.exit().cause(), ExitCause::Ended);
    assert_eq!(ran.exit().survivors_killed, 1);
    assert!(ran.text().contains("main"));
}

#[test]
fn a_background_child_with_an_open_pipe_does_not_delay_the_end() {
    let ran = run_and_look(&bash("sleep 1000 & echo started; exit 3"));

    assert_eq!((ran.code(), ran.text().as_str()), (3, "started\n"));
    assert_eq!(ran.exit().survivors_killed, 1);
}

#[test]
fn a_kill_ends_a_daemon_and_its_program() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&python(&format!("{DAEMON}\ntime.sleep(1000)")));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(text) if text == b"daemon\n"));

    sandbox.channel.raw(FrameType::Kill, id, &[]);

    let ran = sandbox.finish(id);
    assert_eq!((ran.exit().cause(), ran.exit().survivors_killed), (ExitCause::Killed, 1));
}

#[test]
fn the_wall_limit_ends_a_program_that_ignores_every_signal() {
    let ran = run_and_look(&with_wall_limit(bash("trap '' TERM INT HUP QUIT; while :; do sleep 1; done"), 200));

    assert_timed_out(&ran);
}

#[test]
fn the_wall_limit_ends_a_program_that_stopped_itself() {
    let ran = run_and_look(&with_wall_limit(bash("kill -STOP $$"), 200));

    assert_timed_out(&ran);
}

#[test]
fn a_bounded_fork_bomb_is_gone_at_a_kill() {
    let bomb = "
import os, time
for _ in range(8):
    os.fork()
os.write(1, b'.')
time.sleep(1000)
";
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&python(bomb));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    let mut there = 0;
    while there < 256 {
        let Event::Stdout(dots) = sandbox.channel.event(id) else { panic!("not output") };
        there += dots.len();
    }

    sandbox.channel.raw(FrameType::Kill, id, &[]);

    let ran = sandbox.finish(id);
    assert_eq!((ran.exit().cause(), ran.exit().survivors_killed), (ExitCause::Killed, 255));
    let processes = sandbox.run(&bash("echo /proc/[0-9]*"));
    assert_eq!(processes.text().split_whitespace().count(), 2, "alive: {}", processes.text());
}

#[test]
fn forks_that_outrun_their_reaping_do_not_outrun_the_kill() {
    let ran = run_and_look(&with_wall_limit(bash("while :; do (exit 0) & (exit 0) & wait; done"), 300));

    assert_timed_out(&ran);
}

#[test]
fn kill_is_told_as_such_and_keeps_what_was_written() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("echo before; sleep 1000"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(_)));

    sandbox.channel.raw(FrameType::Kill, id, &[]);

    let ran = sandbox.finish(id);
    assert_eq!(ran.exit().cause(), ExitCause::Killed);
    assert_eq!(ran.exit().status, Some(Status::SignalNumber(9)));
    assert_eq!(ran.exit().stdout_bytes, 7);
}

#[test]
fn a_kill_that_comes_with_the_exec_still_has_a_start_and_an_exit() {
    let mut sandbox = Sandbox::start();
    for _ in 0..50 {
        let id = sandbox.exec(&bash("sleep 1000"));

        sandbox.channel.raw(FrameType::Kill, id, &[]);

        let ran = sandbox.finish(id);
        assert!(ran.started);
        assert_eq!(ran.exit().cause(), ExitCause::Killed);
    }
}

#[test]
fn a_program_that_ended_by_itself_before_the_kill_keeps_its_own_end() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("exit 5"));
    let ran = sandbox.finish(id);

    sandbox.channel.raw(FrameType::Kill, id, &[]);

    assert_eq!((ran.exit().cause(), ran.code()), (ExitCause::Ended, 5));
    sandbox.run(&bash("true")).assert_succeeded();
}

#[test]
fn a_signal_reaches_the_programs_group() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.01; done"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(_)));

    sandbox.channel.send(FrameType::Signal, id, &runnel_runner::wire::proto::Signal { number: 2 });

    let ran = sandbox.finish(id);
    assert_eq!((ran.code(), ran.text().as_str()), (4, "caught\n"));
}

#[test]
fn a_program_that_kills_all_it_can_reaches_only_itself() {
    let mut sandbox = Sandbox::start();
    for script in [
        "kill -9 0",
        "trap 'kill 0' EXIT",
        "kill -9 -1",
        "for n in {1..64}; do kill -$n 1; kill -$n 1; done; exit 0",
    ] {
        let ran = sandbox.run(&bash(script));
        assert_eq!(ran.exit().cause(), ExitCause::Ended, "{script}");
    }
    sandbox.run(&bash("true")).assert_succeeded();
}

/// Linux drops these by itself, so what is seen here is that they are not even made: an invalid signal would be told.
#[test]
fn a_signal_to_the_runner_is_not_made() {
    let script = "
import ctypes, os
call = ctypes.CDLL(None).syscall
names = dict(kill=(1, 99), tkill=(1, 99), tgkill=(1, 1, 99), rt_sigqueueinfo=(1, 99, 0), rt_tgsigqueueinfo=(1, 1, 99, 0))
numbers = dict(zip(names, NUMBERS))
print(*[call(numbers[name], *arguments) for name, arguments in names.items()])
print(call(numbers['kill'], os.getpid(), 99))
";
    let numbers = [
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_tgkill,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
    ];

    let ran = Sandbox::start().run(&python(&script.replace("NUMBERS", &format!("{numbers:?}"))));

    assert_eq!(ran.text(), "0 0 0 0 0\n-1\n", "{}", ran.errors());
}

#[test]
fn ten_thousand_orphans_leave_no_zombie() {
    let script = "
import os
for _ in range(100):
    if os.fork() == 0:
        for _ in range(100):
            if os.fork() == 0:
                os._exit(0)
        os._exit(0)
for _ in range(100):
    os.wait()
";
    let ran = run_and_look(&python(script));

    ran.assert_succeeded();
}
