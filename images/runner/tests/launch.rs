//! What the launcher hands to its command, and the cgroups a program joins.

mod common;

use common::{LAUNCH, Options, Sandbox, bash, python};
use runnel_runner::wire::proto::ExitCause;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn launch(arguments: &[&str], script: &str) -> Output {
    Command::new(LAUNCH)
        .args(arguments)
        .args(["--", "/bin/bash", "--norc", "-c", script])
        .stdin(Stdio::null())
        .env("SECRET", "of the daemon")
        .output()
        .expect("runnel-launch starts")
}

fn text(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn is_root() -> bool {
    let root = rustix::process::getuid().is_root();
    if !root {
        eprintln!("SKIPPED: needs root");
    }
    root
}

#[test]
fn the_command_has_a_session_of_its_own_and_nothing_of_the_daemons() {
    let output = launch(
        &[],
        "[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo session
         cat /proc/$$/environ | tr '\\0' '\\n'; umask; ls /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status",
    );

    let expected = "session\n0077\n0\n1\n2\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n";
    assert_eq!(text(&output), expected);
}

#[test]
fn files_are_open_at_their_numbers_and_only_those() {
    let folder = common::folder();
    for name in ["one", "two"] {
        fs::write(folder.join(name), format!("{name}\n")).expect("written");
    }
    let (one, two) = (format!("5:r:{}/one", folder.display()), format!("3:rw:{}/two", folder.display()));

    let output =
        launch(&["--open", &one, "--open", &two], "cat <&5; cat <&3; [ -e /proc/$$/fd/4 ] || echo none");

    assert_eq!(text(&output), "one\ntwo\nnone\n");
}

#[test]
fn root_becomes_the_uid_it_is_told_and_can_not_go_back() {
    if !is_root() {
        return;
    }

    let output = launch(
        &["--uid", "70002", "--gid", "70003"],
        "grep -E '^(Uid|Gid|Groups|CapEff|CapPrm)' /proc/self/status | tr -s '\\t ' ' '",
    );

    let (none, uid, gid) = ("0000000000000000", "70002", "70003");
    assert_eq!(
        text(&output),
        format!(
            "Uid: {uid} {uid} {uid} {uid}\nGid: {gid} {gid} {gid} {gid}\nGroups: \nCapPrm: {none}\nCapEff: {none}\n"
        )
    );
}

#[test]
fn a_user_namespace_has_the_map_that_was_asked_for_and_no_helper_is_left() {
    if !is_root() {
        return;
    }
    let map = ["--userns-fd", "9", "--map", "1000:70004:1", "--map", "2000:70005:64"];

    let output = launch(
        &[&["--uid", "70004", "--gid", "70004"][..], &map].concat(),
        "grep -E '^(Uid|CapEff|CapPrm)' /proc/self/status | tr -s '\t ' ' '
         ls /proc/$$/fd; read -r child </proc/$$/task/$$/children; echo helper: $child
         readlink /proc/self/ns/user /proc/$$/fd/9 | sort -u | wc -l
         nsenter --preserve-credentials --user=/proc/$$/fd/9 cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '
         nsenter --user=/proc/$$/fd/9 --setuid=2063 --setgid=2063 id -u",
    );

    let none = "0000000000000000";
    let rows = " 1000 70004 1\n 2000 70005 64\n";
    assert_eq!(
        text(&output),
        format!(
            "Uid: 70004 70004 70004 70004\nCapPrm: {none}\nCapEff: {none}\n0\n1\n2\n9\nhelper:\n2\n{rows}{rows}2063\n"
        )
    );
}

#[test]
fn a_map_that_the_kernel_refuses_ends_the_launch() {
    if !is_root() {
        return;
    }
    let output = launch(
        &["--uid", "70004", "--gid", "70004", "--userns-fd", "9", "--map", "1:70004:2", "--map", "2:70006:2"],
        "echo ran",
    );

    assert_eq!(output.status.code(), Some(125));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "runnel-launch: uid_map: Invalid argument (os error 22)\n"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_step_that_fails_is_named_and_ends_with_125() {
    for (arguments, named) in [
        (&["--open", "4:r:/no/such/file"][..], "open /no/such/file"),
        (&["--join", "/no/such/cgroup"], "join /no/such/cgroup"),
        (&["--connect", "/no/such/socket"], "connect"),
        (&["--uid", "0", "--gid", "0"], "unprivileged"),
        (&["--surprise", "1"], "--surprise"),
    ] {
        let output = launch(arguments, "echo ran");

        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(125), "{arguments:?}");
        assert!(said.contains(named) && said.lines().count() == 1, "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_runner_with_every_privilege_passes_none_on() {
    if !is_root() {
        return;
    }
    let workspace = common::folder().join("privileged");
    fs::create_dir(&workspace).expect("a workspace");
    let mut sandbox = Sandbox::unshared(&workspace);

    let ran = sandbox.run(&python(
        "
import ctypes
for line in open('/proc/self/status'):
    if line.startswith('Cap'): print(*line.split())
print(ctypes.CDLL(None).prctl(27, 0, 0, 0, 0))
",
    ));

    ran.assert_succeeded();
    let none = "0000000000000000";
    // The secure bits NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE with their locks.
    let expected = format!(
        "CapInh: {none}\nCapPrm: {none}\nCapEff: {none}\nCapBnd: {none}\nCapAmb: {none}\n{}\n",
        0b1100_1111
    );
    assert_eq!(ran.text(), expected);
}

/// A cgroup (version 1) of the memory controller, removed in the end.
struct Cgroup {
    path: PathBuf,
}

impl Cgroup {
    fn make(name: &str) -> Option<Self> {
        let path = PathBuf::from(format!("/sys/fs/cgroup/memory/runnel-test-{}-{name}", std::process::id()));
        if !is_root() {
            return None;
        }
        match fs::create_dir(&path) {
            Ok(()) => Some(Self { path }),
            Err(error) => {
                eprintln!(
                    "SKIPPED: {}: {error} (needs root and the memory controller of cgroup v1)",
                    path.display()
                );
                None
            }
        }
    }

    fn file(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Busy for a moment after its last process: the directory is then left to the test machine's own clean-up.
        for _ in 0..1000 {
            if fs::remove_dir(&self.path).is_ok() {
                return;
            }
            std::thread::yield_now();
        }
    }
}

fn sandbox_in(cgroup: &Cgroup) -> Sandbox {
    let opens = [
        format!("4:w:{}", cgroup.file("cgroup.procs")),
        format!("5:r:{}", cgroup.file("memory.oom_control")),
        format!("6:rw:{}", cgroup.file("memory.max_usage_in_bytes")),
    ];
    Sandbox::start_with(Options {
        launch: opens.into_iter().flat_map(|open| ["--open".to_owned(), open]).collect(),
        runner: ["--join-fd", "4", "--counter", "memory-events=5", "--counter", "memory-peak=6"]
            .map(str::to_owned)
            .to_vec(),
        ..Options::default()
    })
}

#[test]
fn the_program_is_in_its_cgroup_from_its_first_instruction_and_the_runner_is_not() {
    let Some(cgroup) = Cgroup::make("join") else { return };
    let mut sandbox = sandbox_in(&cgroup);

    let ran = sandbox.run(&bash("grep memory: /proc/self/cgroup; grep memory: /proc/1/cgroup; echo $$"));

    ran.assert_succeeded();
    let lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
    assert!(lines[0].ends_with("-join"), "{lines:?}");
    assert!(!lines[1].ends_with("-join"), "{lines:?}");
    assert!(ran.exit().peak_memory_bytes.is_some_and(|peak| peak > 0));
}

#[test]
fn a_program_killed_for_memory_is_told_so_and_the_runner_lives() {
    let Some(cgroup) = Cgroup::make("oom") else { return };
    fs::write(cgroup.file("memory.limit_in_bytes"), "50000000").expect("a limit");
    let mut sandbox = sandbox_in(&cgroup);

    let ran = sandbox.run(&python("x = bytearray(200_000_000)"));

    assert_eq!(ran.exit().cause(), ExitCause::Memory);
    assert_eq!(ran.exit().oom_kills, Some(1));
    let ran = sandbox.run(&python("print('next')"));
    assert_eq!((ran.text().as_str(), ran.exit().oom_kills), ("next\n", Some(0)));
    let peak = ran.exit().peak_memory_bytes.expect("measured");
    assert!(peak < 40_000_000, "the peak was reset: {peak}");
}

#[test]
fn a_cgroup_that_can_not_be_joined_fails_the_start() {
    let path = common::folder().join("not-a-cgroup");
    fs::write(&path, "").expect("written");
    let launch = vec!["--open".to_owned(), format!("4:r:{}", path.display())];
    let runner = ["--join-fd", "4"].map(str::to_owned).to_vec();
    let mut sandbox = Sandbox::start_with(Options { launch, runner, ..Options::default() });

    let ran = sandbox.run(&bash("echo never"));

    let failed = ran.failed.expect("the start failed");
    assert_eq!((failed.step.as_str(), failed.command_unusable), ("cgroup", false));
}
