//! The runner as pid 1 of a container that an engine has made.

mod common;

use common::cgroups::Cgroups;
use common::container::{Settings, attached_by_pipes, possible};
use common::files::{get, put};
use common::processes::Process;
use common::{Sandbox, bash, findings, python};
use runnel_runner::wire::proto::ExitCause;
use runnel_runner::wire::{FrameType, header};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::{Read, Write};
use std::process::Child;

type Start = fn(Settings<'_>) -> Sandbox;

/// Each way there is to the daemon.
const WAYS: [(&str, Start); 3] = [
    ("a mounted socket", Sandbox::container),
    ("one socket as standard streams", Sandbox::container_on_socket),
    ("two pipes as standard streams", Sandbox::container_on_pipes),
];

fn each_way(test: impl Fn(&mut Sandbox)) {
    if !possible() {
        return;
    }
    for (way, start) in WAYS {
        eprintln!("over {way}");
        let mut sandbox = start(Settings::default());
        sandbox.ready();
        test(&mut sandbox);
        assert_eq!(sandbox.hang_up(), Some(0));
    }
}

#[test]
fn bytes_come_through_whole_in_both_directions() {
    each_way(|sandbox| {
        let id = sandbox.exec(&bash("wc -c; head -c 3000000 /dev/zero | tr '\\0' x"));
        sandbox.channel.raw(FrameType::Stdin, id, &[7; 65_536]);
        sandbox.end_input(id);

        let ran = sandbox.finish(id);

        ran.assert_succeeded();
        let (count, rest) =
            ran.text().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a line");
        assert_eq!((count.as_str(), rest), ("65536", "x".repeat(3_000_000)));
    });
}

#[test]
fn the_channel_is_out_of_a_programs_reach() {
    each_way(|sandbox| {
        let script = "
import os
print(sorted(os.listdir('/proc/self/fd'))[:3], len(os.listdir('/proc/self/fd')))
print([os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in range(3)], flush=True)
for number in range(8):
    try: open(f'/proc/1/fd/{number}', 'wb'); print('opened', number)
    except OSError as error: pass
os.close(0); os.close(1); os.write(2, b'still here'); os._exit(0)
";
        let ran = sandbox.run(&python(script));

        ran.assert_succeeded();
        // The fourth is that of the listing itself.
        assert_eq!(ran.text(), "['0', '1', '2'] 4\n['pipe', 'pipe', 'pipe']\n");
        assert_eq!(ran.errors(), "still here");
        sandbox.run(&bash("true")).assert_succeeded();
    });
}

#[test]
fn standard_streams_that_were_the_channel_lead_nowhere() {
    if !possible() {
        return;
    }
    for start in [Sandbox::container_on_socket, Sandbox::container_on_pipes] {
        let mut sandbox = start(Settings::default());
        sandbox.ready();
        let all = Process::all_of(&sandbox);
        let runner = all.iter().find(|process| process.pid_inside() == 1).expect("the runner");

        let descriptors = runner.descriptors();

        assert_eq!(descriptors[..2], ["0 /dev/null", "1 /dev/null"].map(str::to_owned));
    }
}

#[test]
fn a_program_holds_nothing_and_is_under_every_lock() {
    each_way(|sandbox| {
        let lines = findings(
            sandbox,
            "
import os
wanted = 'Cap', 'NoNewPrivs', 'Seccomp:', 'Groups'
print(*[' '.join(line.split()) for line in open('/proc/self/status') if line.startswith(wanted)], sep='\\n')
print(os.getresuid(), os.getresgid())
",
        );

        let mut expected: Vec<String> =
            ["Inh", "Prm", "Eff", "Bnd", "Amb"].map(|set| format!("Cap{set}: {:016}", 0)).to_vec();
        expected.insert(0, "Groups:".into());
        expected.extend(["NoNewPrivs: 1", "Seccomp: 2"].map(str::to_owned));
        expected.push("(1000, 1000, 1000) (1000, 1000, 1000)".into());
        assert_eq!(lines, expected);
    });
}

#[test]
fn files_move_in_a_workspace_that_is_roots_and_open_to_all() {
    each_way(|sandbox| {
        put(sandbox, "a/b", b"content", 0o644).expect("written");

        let ran = sandbox.run(&bash("cat a/b; echo more > c"));

        ran.assert_succeeded();
        assert_eq!(ran.text(), "content");
        assert_eq!(get(sandbox, "c", 100).expect("read").1, b"more\n");
    });
}

/// The engine's relay closes one pipe before the other, or only one.
#[test]
fn the_end_of_either_pipe_is_the_end_of_the_container() {
    if !possible() {
        return;
    }
    let (mut child, input, mut output) = attached_by_pipes(&Settings::default());
    drop(input);
    let mut hello = Vec::new();
    output.read_to_end(&mut hello).expect("Hello, then the end");
    assert_eq!(end_of(&mut child), Some(0));

    let (mut child, mut input, mut output) = attached_by_pipes(&Settings::default());
    output.read_exact(&mut [0; 16]).expect("Hello's header");
    input.write_all(&header(FrameType::Ping, false, 0, 0)[..7]).expect("half a frame");
    drop(output);
    assert_eq!(end_of(&mut child), Some(0));
    drop(input);
}

/// The exit code, when it comes within 20 s.
fn end_of(child: &mut Child) -> Option<i32> {
    let pid = Pid::from_child(child);
    let process = pidfd_open(pid, PidfdFlags::empty()).expect("it is there");
    let patience = Timespec { tv_sec: 20, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience));
    if ended != Ok(1) {
        child.kill().expect("killed, and with it the container");
    }
    child.wait().expect("it ends").code()
}

#[test]
fn what_the_runner_complains_of_does_not_go_into_the_channel() {
    if !possible() {
        return;
    }
    let settings = Settings { runner: vec!["--nonsense".into(), "1".into()], ..Settings::default() };
    let (mut child, _input, mut output) = attached_by_pipes(&settings);

    let mut text = Vec::new();
    output.read_to_end(&mut text).expect("the end");

    assert_eq!((end_of(&mut child), text), (Some(64), vec![]));
}

/// A container with cgroups of its own, and the bubblewrap around it out of them, as an engine's own processes are.
fn counted(cgroups: &Cgroups, runner: &[&str]) -> Sandbox {
    let runner = runner.iter().map(|&word| word.to_owned()).collect();
    let sandbox = Sandbox::container(Settings { cgroups: Some(cgroups), runner, ..Settings::default() });
    cgroups.leave(sandbox.launcher());
    sandbox
}

const COUNTERS: [&str; 2] = ["--counters-from", "/sys/fs/cgroup"];

#[test]
fn usage_is_counted_by_the_containers_cgroups() {
    let Some(cgroups) = Cgroups::make().filter(|_| possible()) else { return };
    let mut sandbox = counted(&cgroups, &COUNTERS);
    let ready = sandbox.ready();
    assert!(ready.counts_oom_kills && !ready.joins_cgroup);

    let script = "for i in 1 2 3 4; do (x=$(head -c 60000000 /dev/zero | tr '\\0' x); read -r) & done; wait";
    let ran = sandbox.run(&bash(&format!("exec 3<&0; {script}")));

    ran.assert_succeeded();
    let exit = ran.exit();
    assert!(exit.peak_memory_bytes() > 60_000_000, "{exit:?}");
    assert_eq!((exit.oom_kills, exit.limit_hits().count()), (Some(0), 0));
    assert!(exit.cpu_user_micros() + exit.cpu_system_micros() > 50_000, "{exit:?}");

    let small = sandbox.run(&bash("true"));
    // The peaks are still those of the program before, and nothing can reset them.
    assert_eq!((small.exit().peak_memory_bytes, small.exit().peak_processes), (None, None));
    let cpu = small.exit().cpu_user_micros() + small.exit().cpu_system_micros();
    assert!((1..50_000).contains(&cpu), "{cpu}");
}

#[test]
fn the_runner_is_not_counted_where_that_is_exact() {
    let Some(cgroups) = Cgroups::make().filter(|_| possible()) else { return };
    let mut sandbox = counted(&cgroups, &COUNTERS);
    sandbox.ready();

    let ran = sandbox.run(&bash("for i in {1..9}; do sleep 0.2 & done; wait"));
    assert_eq!(ran.exit().peak_processes, Some(10));

    // The runner reads and writes a GiB, for which it takes far longer than the program does to splice it there.
    let ran = sandbox.run(&bash("exec head -c 1000000000 /dev/zero"));
    let own = ran.exit().cpu_user_micros() + ran.exit().cpu_system_micros();
    let all = cgroups.cpu_micros();
    assert!(own < all / 2, "{own} of {all}");
}

#[test]
fn counters_that_are_not_the_containers_own_are_not_read() {
    if !possible() {
        return;
    }
    for (directory, what) in [("/sys/fs/cgroup", "the machine's"), ("/usr", "none"), ("/nowhere", "none")] {
        let bwrap = ["--ro-bind", "/sys/fs/cgroup", "/sys/fs/cgroup"].map(str::to_owned).to_vec();
        let runner = ["--counters-from", directory].map(str::to_owned).to_vec();
        let mut sandbox = Sandbox::container(Settings { bwrap, runner, ..Settings::default() });
        assert!(!sandbox.ready().counts_oom_kills, "{what}");

        let exit = sandbox.run(&bash("true")).exit().clone();

        assert_eq!((exit.oom_kills, exit.peak_memory_bytes, exit.peak_processes), (None, None, None), "{what}");
    }
}

#[test]
fn the_kernel_prefers_a_program_to_the_runner() {
    each_way(|sandbox| {
        let ran = sandbox.run(&bash("cat /proc/self/oom_score_adj /proc/1/oom_score_adj"));

        let scores: Vec<i32> = ran.text().lines().map(|line| line.parse().expect("a number")).collect();
        assert!(scores[0] == 800 && scores[1] < 800, "{scores:?}");
    });
}

#[test]
fn at_the_containers_memory_limit_the_program_dies_and_the_runner_lives() {
    let Some(cgroups) = Cgroups::make().filter(|_| possible()) else { return };
    cgroups.limit("memory", "memory.limit_in_bytes", "60000000");
    let mut sandbox = counted(&cgroups, &COUNTERS);
    sandbox.ready();

    let ran = sandbox.run(&python("x = bytearray(200_000_000)"));
    assert_eq!((ran.exit().cause(), ran.exit().oom_kills), (ExitCause::Memory, Some(1)));

    // No single one of these is large.
    let many = "
import os, time
for _ in range(100):
    if os.fork() == 0:
        kept = bytearray(2_000_000)
        time.sleep(1000)
os.wait()
";
    let ran = sandbox.run(&python(many));
    assert!(ran.exit().oom_kills() > 0, "{:?}", ran.exit());

    sandbox.run(&bash("true")).assert_succeeded();
}
