//! Programs that get an interpreter which has waited for them in a plain sandbox.

mod common;

use common::container::{Settings, possible};
use common::nursery::{files_of_the_interpreters, node, python, warm};
use common::processes::Process;
use common::{Ran, Sandbox, bash, limits};
use runnel_runner::wire::proto::{Exec, FileProblem, Interpreter, RunLimits, WaitingInterpreter};
use std::path::Path;
use std::time::{Duration, Instant};

fn waiting(interpreter: Interpreter) -> WaitingInterpreter {
    let Interpreter { name, argv, environment, .. } = interpreter;
    WaitingInterpreter { name, argv, environment, memory_watched: false }
}

/// A container in which this one waits, or none.
fn start(waiting: Option<WaitingInterpreter>) -> Sandbox {
    let mut bwrap = files_of_the_interpreters("");
    // Made by itself, it would be closed to all but root.
    bwrap.splice(0..0, ["--perms", "0755", "--dir", "/run/runnel/warm/python"].map(str::to_owned));
    let mut sandbox = Sandbox::container(Settings { bwrap, waiting, ..Settings::default() });
    sandbox.ready();
    sandbox
}

fn with_python() -> Sandbox {
    start(Some(waiting(python())))
}

fn program(source: &str) -> Exec {
    warm("python", &["python3", "main.py"], "main.py", source)
}

/// Runs a program in a container of its own where one waits, and in one where none does.
fn waited_and_cold(exec: &Exec) -> [Ran; 2] {
    let waited = with_python().run(exec);
    assert!(waited.warm, "{}", waited.errors());
    let cold = start(None).run(exec);
    assert!(!cold.warm);
    [waited, cold]
}

#[track_caller]
fn assert_the_same(exec: &Exec) {
    let [waited, cold] = waited_and_cold(exec);
    let seen = |ran: &Ran| (ran.exit().status, ran.text(), ran.errors());
    assert_eq!(seen(&waited), seen(&cold));
    assert!(!waited.text().is_empty() || !waited.errors().is_empty());
}

#[test]
fn the_first_program_gets_it_and_later_ones_start_cold() {
    if !possible() {
        return;
    }
    let mut both = vec![(python(), program("open('left', 'w').write('x'); print(1)"))];
    if Path::new("/usr/bin/node").exists() {
        let source = "require('fs').writeFileSync('left', 'x'); console.log(1)";
        both.push((node(), warm("javascript", &["node", "main.js"], "main.js", source)));
    }
    for (interpreter, exec) in both {
        let mut sandbox = start(Some(waiting(interpreter)));

        let first = sandbox.run(&exec);
        let second = sandbox.run(&bash("cat left; ls -d /proc/[0-9]* | wc -l"));
        let third = sandbox.run(&exec);

        assert_eq!((first.warm, first.text().as_str()), (true, "1\n"), "{}", first.errors());
        // The runner, the shell, and the two of the pipe.
        assert_eq!((second.warm, second.text().as_str()), (false, "x4\n"));
        assert_eq!((third.warm, third.text().as_str()), (false, "1\n"));
    }
}

#[test]
fn a_program_finds_what_it_finds_cold() {
    if !possible() {
        return;
    }
    let mut exec = program(
        "
import os, posix, signal, subprocess, sys
for line in [
    sys.path,
    list(os.environ.items()),
    subprocess.run(['env'], capture_output=True, text=True, check=True).stdout,
    sorted(posix.environ.items()),
    [sys.argv, getattr(sys, 'orig_argv', None)],
    [__name__, __file__, __spec__ is None, sorted(vars())],
    list(sys.flags),
    [sys.executable, sys.prefix, sys.warnoptions, sys._xoptions],
    [(s.encoding, s.errors, s.write_through, s.isatty(), s.seekable()) for s in (sys.stdin, sys.stdout, sys.stderr)],
    sorted(sys.modules),
    [(s, str(signal.getsignal(s))) for s in signal.valid_signals()],
    [os.getpid(), os.getppid(), os.getsid(0), os.getpgid(0), os.getcwd(), os.umask(0o77)],
    [fd for fd in range(4096) if os.path.lexists(f'/proc/self/fd/{fd}')],
    [line.split()[1:] for line in open('/proc/self/status')
     if line.startswith(('Cap', 'NoNew', 'Seccomp:', 'Uid', 'Gid', 'Sig', 'Shd', 'Groups', 'NSpid', 'Threads'))],
    [' '.join(line.split()) for line in open('/proc/self/limits')],
    [open('/proc/self/comm').read(), open('/proc/self/cmdline').read(), open('/proc/self/oom_score_adj').read()],
    sorted(name for name in os.listdir('/proc') if name.isdigit()),
]:
    print(line)
",
    );
    exec.argv.extend(["an argument", "", "\u{e9}"].map(|word| word.as_bytes().to_vec()));
    exec.environment.extend(["ONE=1", "EMPTY=", "EQUALS=a=b"].map(|pair| pair.as_bytes().to_vec()));
    exec.limits =
        Some(RunLimits { file_size_bytes: 4096, cpu_time_micros: 3_000_000, open_files: 77, ..limits() });

    let [waited, cold] = waited_and_cold(&exec);

    assert_eq!((waited.code(), waited.errors().as_str()), (0, ""));
    for (waited, cold) in waited.text().lines().zip(cold.text().lines()) {
        // All arguments: those of the start are in /proc, the program's own in sys.argv alone.
        if !waited.starts_with("['python3\\n'") {
            assert_eq!(waited, cold);
        }
    }
}

#[test]
fn a_program_ends_as_it_does_cold() {
    if !possible() {
        return;
    }
    for source in [
        "def f():\n    print('x')\n    return 1 / 0\n\nf()\n",
        "import sys\nprint('x')\nsys.exit(3)\n",
        "import atexit\natexit.register(print, 'last')\nprint('first', end='')\n",
        "import os, signal, sys\nprint('x', flush=True)\nos.kill(os.getpid(), signal.SIGTERM)\n",
        "class C:\n    def __del__(self): print('del')\nkept = C()\n",
        "import os\nif os.fork() == 0:\n    print('child', flush=True)\n    os._exit(5)\nprint(os.wait()[1])\n",
    ] {
        assert_the_same(&program(source));
    }
}

/// Which of them makes it exec the interpreter anew, when nothing must hold the leash any more.
#[test]
fn modules_in_the_workspace_are_found() {
    if !possible() {
        return;
    }
    let mut preloading = python();
    preloading.environment.push(b"RUNNEL_PRELOAD=json".to_vec());
    let mut exec = program("import json, os\nprint(json.__file__, os.path.lexists('/proc/self/fd/3'))\n");
    let mut file = exec.files[0].clone();
    (file.path, file.content) = ("json.py".into(), Vec::new());
    exec.files.push(file);

    let ran = start(Some(waiting(preloading))).run(&exec);

    assert_eq!((ran.warm, ran.text().as_str()), (true, "/workspace/json.py False\n"), "{}", ran.errors());
}

#[test]
fn any_other_first_program_finds_no_trace_of_it() {
    if !possible() {
        return;
    }
    let watched = RunLimits { watchdog_memory_bytes: 1 << 30, ..limits() };
    let shown = "import os\nprint(os.getppid(), len([p for p in os.listdir('/proc') if p.isdigit()]))\n";
    for exec in [
        bash("echo $PPID; ls -d /proc/[0-9]* | wc -l").clone(),
        Exec { interpreter: String::new(), ..program(shown) },
        Exec { interpreter: "javascript".into(), ..program(shown) },
        Exec { merge_stderr: true, ..program(shown) },
        Exec { limits: Some(watched), ..program(shown) },
    ] {
        let ran = with_python().run(&exec);

        assert!(!ran.warm);
        assert!(["1 2\n", "1\n4\n"].contains(&ran.text().as_str()), "{ran:?}");
    }
}

#[test]
fn without_one_programs_start_cold() {
    if !possible() {
        return;
    }
    let of = |argv: &[&str]| {
        let argv = argv.iter().map(|word| word.as_bytes().to_vec()).collect();
        Some(WaitingInterpreter { argv, ..waiting(python()) })
    };
    for broken in [of(&["no-such-command"]), of(&["sh", "-c", "echo broken >&2; exit 1"]), of(&[])] {
        let ran = start(broken).run(&program("print(1)"));

        assert_eq!((ran.warm, ran.text().as_str()), (false, "1\n"), "{}", ran.errors());
    }
}

#[test]
fn a_program_whose_interpreter_has_died_starts_cold() {
    if !possible() {
        return;
    }
    let mut sandbox = with_python();
    let waits = |process: &Process| process.name == "python3";
    let found = Process::all_of(&sandbox).into_iter().find(waits).expect("it waits");
    // SAFETY: a process of this test's own sandbox.
    unsafe { libc::kill(found.id(), libc::SIGKILL) };
    let deadline = Instant::now() + Duration::from_secs(20);
    while Process::all_of(&sandbox).iter().any(waits) {
        assert!(Instant::now() < deadline, "it is not reaped");
    }

    let ran = sandbox.run(&program("print(1)"));

    assert_eq!((ran.warm, ran.text().as_str()), (false, "1\n"), "{}", ran.errors());
}

#[test]
fn a_file_that_cannot_be_written_fails_the_start_and_the_next_program_runs() {
    if !possible() {
        return;
    }
    let mut sandbox = with_python();
    let mut exec = program("print(1)");
    exec.files[0].path = "../outside".into();

    let failed = sandbox.run(&exec).failed.expect("it can't start");
    let ran = sandbox.run(&program("print(1)"));

    assert_eq!(failed.step, "file");
    assert_ne!(failed.file_error.expect("why").problem(), FileProblem::Unspecified);
    assert_eq!((ran.warm, ran.text().as_str()), (false, "1\n"), "{}", ran.errors());
}

#[test]
fn a_directory_that_is_not_there_fails_the_start() {
    if !possible() {
        return;
    }
    let exec = Exec { working_directory: b"nowhere".to_vec(), ..program("print(1)") };

    let ran = with_python().run(&exec);

    assert_eq!(ran.failed.map(|failed| failed.step), Some("chdir".into()));
}

#[test]
fn usage_and_limits_are_the_programs_own() {
    if !possible() {
        return;
    }
    let within = RunLimits { cpu_time_micros: 300_000, ..limits() };
    let exec = Exec { limits: Some(within), ..program("while True: pass") };

    let ran = with_python().run(&exec);

    let used = ran.exit().cpu_user_micros() + ran.exit().cpu_system_micros();
    assert!(ran.warm && (250_000..2_000_000).contains(&used), "{:?}", ran.exit());
    assert_eq!(ran.exit().cause(), runnel_runner::wire::proto::ExitCause::CpuTime);
}
