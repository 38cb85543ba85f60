//! What a program finds around itself: no privilege, nothing open, no way to pid 1.

mod common;

use common::{Options, Sandbox, bash, findings, limits, python};
use runnel_runner::wire::proto::{Exec, RunLimits};

#[test]
fn the_program_has_no_capability_and_can_gain_none() {
    let mut sandbox = Sandbox::start();

    let lines = findings(
        &mut sandbox,
        "
for line in open('/proc/self/status'):
    if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:', 'Groups', 'Uid', 'Gid')):
        print(' '.join(line.split()))
",
    );

    let none = "0000000000000000";
    let expected = [
        "Uid: 1000 1000 1000 1000".to_owned(),
        "Gid: 1000 1000 1000 1000".to_owned(),
        format!("CapInh: {none}"),
        format!("CapPrm: {none}"),
        format!("CapEff: {none}"),
        format!("CapBnd: {none}"),
        format!("CapAmb: {none}"),
        "NoNewPrivs: 1".to_owned(),
        "Seccomp: 2".to_owned(),
    ];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.starts_with("Groups")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn the_program_has_only_its_three_streams_and_is_its_own_session_and_group() {
    // A descriptor that reaches the runner without its being told.
    let launch = ["--open", "9:r:/dev/null"].map(str::to_owned).to_vec();
    let mut sandbox = Sandbox::start_with(Options { launch, ..Options::default() });

    let lines = findings(
        &mut sandbox,
        "
import os
print([fd for fd in range(4096) if os.path.lexists(f'/proc/self/fd/{fd}')])
print(os.getpid() != 1, os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid(), os.getppid())
print([os.readlink(f'/proc/self/fd/{fd}').split(':')[0] for fd in range(3)])
print(sorted(os.environ))
print(oct(os.umask(0)))
import signal
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
print(open('/proc/self/oom_score_adj').read().strip())
",
    );

    assert_eq!(
        lines,
        [
            "[0, 1, 2]",
            "True True True 1",
            "['pipe', 'pipe', 'pipe']",
            "['HOME', 'LANG', 'PATH']",
            "0o22",
            "set()",
            "800"
        ]
    );
}

#[test]
fn signals_have_their_default_dispositions() {
    let mut sandbox = Sandbox::start();

    // bash, unlike Python, changes no disposition for itself that a child would keep.
    let ran = sandbox.run(&bash("grep -E 'Sig(Ign|Blk)' /proc/self/status"));

    assert_eq!(ran.text(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

#[test]
fn the_runner_catches_no_signal_that_a_program_could_send() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash("grep -E 'Sig(Cgt|Ign)' /proc/1/status"));

    // SIGPIPE, number 13, is ignored.
    assert_eq!(ran.text(), "SigIgn:\t0000000000001000\nSigCgt:\t0000000000000000\n");
}

#[test]
fn resource_limits_are_those_asked_for() {
    let mut sandbox = Sandbox::start();
    let asked = RunLimits { open_files: 5000, file_size_bytes: 12345, processes: 50, ..limits() };
    let script = "
import resource
for name in ['NOFILE', 'FSIZE', 'CORE', 'NPROC', 'MEMLOCK', 'SIGPENDING', 'CPU']:
    number = getattr(resource, 'RLIMIT_' + name, 11)
    print(name, *resource.getrlimit(number))
";

    let ran = sandbox.run(&Exec { limits: Some(asked), ..python(script) });

    ran.assert_succeeded();
    let lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "NOFILE 1024 1024",
            "FSIZE 12345 12345",
            "CORE 1 1",
            "NPROC 50 50",
            "MEMLOCK 65536 65536",
            "SIGPENDING 1024 1024",
            "CPU 62 62"
        ]
    );
}

#[test]
fn pid_1_can_neither_be_looked_into_nor_touched() {
    let mut sandbox = Sandbox::start();

    let lines = findings(
        &mut sandbox,
        "
import os, ctypes, errno
for name in ['mem', 'fd', 'maps', 'environ', 'cwd', 'root', 'exe', 'auxv', 'stack', 'ns/user']:
    path = '/proc/1/' + name
    try:
        if name in ('fd',): os.listdir(path)
        elif name in ('cwd', 'root', 'exe', 'ns/user'): os.readlink(path)
        else: open(path, 'rb').read(16)
        print(name, 'OPEN')
    except OSError as e:
        print(name, errno.errorcode[e.errno])
for name in ['oom_score_adj', 'coredump_filter', 'autogroup', 'comm', 'clear_refs', 'timerslack_ns', 'sched']:
    try:
        os.write(os.open('/proc/1/' + name, os.O_WRONLY), b'1')
        print(name, 'OPEN')
    except OSError as e:
        print(name, 'refused')
",
    );

    for line in &lines {
        assert!(!line.ends_with("OPEN"), "{lines:?}");
    }
    assert_eq!(lines.len(), 17);
}

#[test]
fn the_program_sees_no_process_but_its_own_and_pid_1() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash("echo /proc/[0-9]*; cat /proc/1/comm"));

    let text = ran.text();
    let (processes, name) = text.split_once('\n').expect("two lines");
    assert_eq!(processes.split(' ').count(), 2);
    assert_eq!(name, "runner\n");
}
