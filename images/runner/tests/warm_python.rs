//! Programs that a warm Python runs, forked into their cells.
//!
//! `RUNNEL_TEST_PYTHON` names the prefix of another Python than the host's (its bin/python3), readable by every uid.

mod common;

use common::nursery::{Nursery, Setup, folder_of_the_interpreters, python, warm};
use common::processes::Process;
use common::{Event, Ran, Sandbox};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Exec, Interpreter};
use std::time::{Duration, Instant};

/// Where another Python appears.
const ANOTHER: &str = "/opt/python";

fn interpreter() -> String {
    std::env::var_os("RUNNEL_TEST_PYTHON").map_or("python3".to_owned(), |_| format!("{ANOTHER}/bin/python3"))
}

fn nursery() -> Nursery {
    nursery_with(&[])
}

/// With modules that are imported before.
fn nursery_with(preload: &[&str]) -> Nursery {
    start(preload, &[])
}

fn start(preload: &[&str], bwrap: &[&str]) -> Nursery {
    start_keeping(1, preload, bwrap)
}

/// With so many cells made ahead.
fn start_keeping(ahead: u32, preload: &[&str], bwrap: &[&str]) -> Nursery {
    let mut interpreter = Interpreter { ahead, ..python() };
    interpreter.environment.push(format!("RUNNEL_PRELOAD={}", preload.join(",")).into_bytes());
    interpreter.argv[0] = self::interpreter().into_bytes();
    let mut bwrap: Vec<String> =
        folder_of_the_interpreters().into_iter().chain(bwrap.iter().map(|&word| word.to_owned())).collect();
    if let Ok(prefix) = std::env::var("RUNNEL_TEST_PYTHON") {
        for root in ["", "/cell"] {
            bwrap.extend(["--perms", "0755", "--dir"].map(str::to_owned));
            bwrap.extend([
                format!("{root}/opt"),
                "--ro-bind".into(),
                prefix.clone(),
                format!("{root}{ANOTHER}"),
            ]);
        }
    }
    let mut nursery = Nursery::start_with(Setup { interpreters: vec![interpreter], bwrap, ..Setup::default() });
    nursery.await_warm("python");
    nursery
}

fn program(source: &str) -> Exec {
    warm("python", &[&interpreter(), "main.py"], "main.py", source)
}

/// Runs a program warm, and the same cold.
fn warm_and_cold(nursery: &mut Nursery, exec: &Exec) -> [Ran; 2] {
    let warm = nursery.once(exec);
    assert!(warm.warm, "{}", warm.errors());
    let cold = nursery.once(&Exec { interpreter: String::new(), ..exec.clone() });
    assert!(!cold.warm);
    [warm, cold]
}

#[track_caller]
fn assert_the_same(nursery: &mut Nursery, exec: &Exec) {
    let [warm, cold] = warm_and_cold(nursery, exec);
    let seen = |ran: &Ran| (ran.exit().status, ran.text(), ran.errors());
    assert_eq!(seen(&warm), seen(&cold));
    assert!(!warm.text().is_empty() || !warm.errors().is_empty());
}

#[test]
fn a_program_ends_as_it_does_cold() {
    let mut nursery = nursery();
    for source in [
        "def f():\n    print('x')\n    return 1 / 0\n\nf()\n",
        "print('x')\nif\n",
        "import sys\nprint('x')\nsys.exit(3)\n",
        "raise SystemExit('no')\n",
        "import atexit\natexit.register(print, 'last')\nprint('first', end='')\n",
        "import os, signal, sys\nprint('x')\nsys.stdout.flush()\nos.kill(os.getpid(), signal.SIGTERM)\n",
        "import os, signal, sys\nprint('x', file=sys.stderr, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n",
        "import sys\nprint('x')\nsys.stdout.close()\n",
        "import sys\nsys.stdout.buffer.write(b'\\xff')\nsys.stdout.flush()\nprint('x')\n",
        "print('\\ud800')\n",
        "class C:\n    def __del__(self): print('del')\nkept = C()\ncycle = C()\ncycle.me = cycle\n",
    ] {
        assert_the_same(&mut nursery, &program(source));
    }
}

#[test]
fn a_program_finds_what_it_finds_cold() {
    let mut nursery = nursery();
    let mut exec = program(
        "
import os, posix, signal, subprocess, sys

def stream(s):
    buffer = getattr(s, 'buffer', s)
    raw = buffer.raw
    return [s.encoding, s.errors, s.newlines, s.write_through, s.isatty(), s.name, s.mode, s.fileno(),
            raw.name, raw.mode, raw.closefd, s.seekable(), type(buffer).__name__]

for line in [
    sys.path,
    list(os.environ.items()),
    subprocess.run(['env'], capture_output=True, text=True, check=True).stdout,
    sorted(posix.environ.items()),
    [sys.argv, getattr(sys, 'orig_argv', None)],
    [__name__, __file__, __spec__ is None, sorted(vars())],
    list(sys.flags),
    [sys.executable, sys.prefix, sys.warnoptions, sys._xoptions],
    [stream(s) for s in (sys.stdin, sys.stdout, sys.stderr)],
    sorted(sys.modules),
    sorted(sys.path_importer_cache),
    [type(f).__name__ for f in sys.meta_path] + [len(sys.path_hooks)],
    [(s, str(signal.getsignal(s))) for s in signal.valid_signals()],
    [os.getpid(), os.getppid(), os.getsid(0), os.getpgid(0), os.getcwd(), os.umask(0o77)],
    [fd for fd in range(4096) if os.path.lexists(f'/proc/self/fd/{fd}')],
    [line.split()[1:] for line in open('/proc/self/status')
     if line.startswith(('Cap', 'NoNew', 'Seccomp:', 'Uid', 'Gid', 'Sig', 'Shd', 'Groups', 'NSpid', 'Threads'))],
    open('/proc/self/comm').read(),
]:
    print(line)
",
    );
    exec.argv.extend(["an argument", "", "\u{e9}"].map(|word| word.as_bytes().to_vec()));
    exec.argv.push(b"\xff".to_vec());
    exec.environment
        .extend(["ONE=1", "EMPTY=", "NON_ASCII=\u{e9}", "EQUALS=a=b"].map(|pair| pair.as_bytes().to_vec()));

    let [warm, cold] = warm_and_cold(&mut nursery, &exec);

    assert_eq!((warm.code(), warm.errors().as_str()), (0, ""));
    for (warm, cold) in warm.text().lines().zip(cold.text().lines()) {
        assert_eq!(warm, cold);
    }
    assert_eq!(warm.text(), cold.text());
}

#[test]
fn a_program_is_sealed() {
    let mut nursery = nursery();

    let ran = nursery.once(&program(
        "
for line in open('/proc/self/status'):
    if line.startswith(('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp:', 'NSpid')):
        print(*line.split())
",
    ));

    let none = "0000000000000000";
    let expected = format!("NSpid: 2\nCapEff: {none}\nCapBnd: {none}\nNoNewPrivs: 1\nSeccomp: 2\n");
    assert!(ran.warm);
    assert_eq!(ran.text(), expected);
}

#[test]
fn what_was_printed_before_a_kill_is_not_lost() {
    let ran = nursery().once(&program("import os\nprint('before')\nos.kill(os.getpid(), 9)\n"));

    assert_eq!(ran.text(), "before\n");
}

/// One that is between two programs keeps its workspace, too.
#[test]
fn a_program_whose_zygote_dies_before_it_has_forked_is_started_cold() {
    let mut nursery = start_keeping(0, &[], &[]);
    let cell = nursery.open("python");
    assert!(nursery.run(cell, &program("open('file', 'w').write('kept')")).warm);
    // It hears that it is to fork, and does nothing.
    nursery.signal_a_process_named("main.py", libc::SIGSTOP);
    let mut next = Exec { cell, ..program("import os\nprint(open('file').read(), os.environ['COLD'])") };
    next.environment.push(b"COLD=1".to_vec());
    next.cold_environment.push(b"COLD".to_vec());

    let run = nursery.sandbox.exec(&next);
    await_init(&mut nursery.sandbox);
    nursery.kill_a_process_named("main.py");
    let ran = nursery.sandbox.finish(run);

    assert_eq!((ran.warm, ran.text().as_str()), (false, "kept 1\n"), "{ran:?}");
    nursery.close(cell);
}

/// Waits until the runner knows that a cell's init has started: whoever is to be forked into it has been asked then.
fn await_init(sandbox: &mut Sandbox) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_init = |process: &Process| !["bwrap", "runner", "python3"].contains(&process.name.as_str());
    while !Process::all_of(sandbox).iter().any(is_init) {
        assert!(Instant::now() < deadline, "no init");
    }
    // What it says is heard in the turn of the second at the latest.
    for _ in 0..2 {
        sandbox.channel.raw(FrameType::Ping, 0, &[]);
        assert!(matches!(sandbox.channel.event(0), Event::Pong));
    }
}

#[test]
fn preloaded_modules_are_there_and_one_that_is_not_is_left_out() {
    let mut nursery = nursery_with(&["json", "there_is_no_such_module", "collections"]);

    let ran = nursery
        .once(&program("import sys\nprint([m in sys.modules for m in ('json', 'collections', 'gc')])\n"));

    assert_eq!((ran.warm, ran.text().as_str()), (true, "[True, True, False]\n"));
}

#[test]
fn no_two_programs_draw_the_same() {
    let modules =
        ["random", "ssl", "uuid", "tempfile", "multiprocessing", "secrets", "threading", "numpy.random"];
    let mut nursery = nursery_with(&modules);
    let source = "
import multiprocessing, os, random, secrets, ssl, tempfile, threading, uuid
print(random.random())
print(ssl.RAND_bytes(16).hex())
print(uuid.uuid4())
print(uuid.uuid1().hex[16:20])
print(os.path.basename(tempfile.mktemp()))
print(bytes(multiprocessing.current_process().authkey).hex())
print(secrets.token_hex())
try:
    import numpy
    numpy.ones((300, 300)) @ numpy.ones((300, 300))
    print(numpy.random.random())
except ImportError:
    print(secrets.token_hex())
print(threading.main_thread().native_id == os.getpid(), threading.main_thread().ident == threading.get_ident())
";
    let mut seen: Vec<std::collections::BTreeSet<String>> = Vec::new();
    for _ in 0..20 {
        let ran = nursery.once(&program(source));
        ran.assert_succeeded();
        assert!(ran.warm);
        let text = ran.text();
        seen.resize_with(text.lines().count(), Default::default);
        for (line, set) in text.lines().zip(&mut seen) {
            set.insert(line.to_owned());
        }
    }

    let (last, drawn) = seen.split_last().expect("nine lines");
    assert_eq!(last.iter().collect::<Vec<_>>(), ["True True"]);
    // A clock sequence has 14 bits: two of twenty may be equal.
    let least = [20, 20, 20, 15, 20, 20, 20, 20];
    for (set, least) in drawn.iter().zip(least) {
        assert!(set.len() >= least, "{set:?}");
    }
    assert_eq!(drawn.len(), least.len());
}

#[test]
fn packages_of_the_users_own_are_found() {
    let mut nursery = nursery();
    let mut exec = program(
        "import sys, own\nprint(own.__file__, 'sitecustomize' in sys.modules)\nprint(sys.path, sys.argv)\n",
    );
    let version = nursery.once(&program("import sys\nprint('python%d.%d' % sys.version_info[:2])\n")).text();
    let mut file = exec.files[0].clone();
    file.path = format!(".local/lib/{}/site-packages/own.py", version.trim()).into();
    file.content = Vec::new();
    exec.files.push(file);

    assert_the_same(&mut nursery, &exec);
}

#[test]
fn modules_of_the_workspace_come_before_preloaded_ones() {
    let mut nursery = nursery_with(&["json", "random"]);
    for path in ["json.py", "random/__init__.py"] {
        let mut exec = program(
            "import sys, json, random\nprint(json.__file__, random.__file__, 'sitecustomize' in sys.modules)\n",
        );
        let mut file = exec.files[0].clone();
        (file.path, file.content) = (path.into(), Vec::new());
        exec.files.push(file);

        assert_the_same(&mut nursery, &exec);
    }
}

#[test]
fn a_big_start_arrives_whole() {
    let mut nursery = nursery();
    let mut exec =
        program("import os, sys\nprint(sys.argv[1:] == ['x' * 100_000] * 8, len(os.environ['BIG']))\n");
    exec.argv.extend(std::iter::repeat_n(vec![b'x'; 100_000], 8));
    exec.environment.push([b"BIG=".to_vec(), vec![b'y'; 100_000]].concat());

    let ran = nursery.once(&exec);

    assert_eq!((ran.warm, ran.text().as_str()), (true, "True 100000\n"));
}

#[test]
fn processes_and_threads_work() {
    let mut nursery = nursery_with(&["multiprocessing", "threading"]);
    let source = "
import multiprocessing, os, subprocess, sys, threading

def work(x):
    return x * x

if __name__ == '__main__':
    for method in 'spawn', 'forkserver', 'fork':
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(work, range(3)))
    t = threading.Thread(target=print, args=('thread',))
    t.start()
    t.join()
    print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.path, sys.argv)'], capture_output=True))
    if os.fork() == 0:
        os._exit(5)
    print(os.WEXITSTATUS(os.wait()[1]))
";

    assert_the_same(&mut nursery, &program(source));
}

#[test]
fn nothing_of_one_program_is_in_the_next() {
    let mut nursery = nursery();
    let mut first = program("import os, time\nprint(os.environ['SECRET'])\n");
    first.environment.push(b"SECRET=b8b2a1".to_vec());
    assert_eq!(nursery.once(&first).text(), "b8b2a1\n");
    // In two halves, which together are only where the search has put them.
    let search = "
import sys
token = (sys.argv[1] + sys.argv[2]).encode()
found = 0
for line in open('/proc/self/maps'):
    place, mode, *_ = line.split()
    if 'r' in mode and '[v' not in line:
        start, end = (int(number, 16) for number in place.split('-'))
        with open('/proc/self/mem', 'rb', 0) as memory:
            memory.seek(start)
            found += memory.read(end - start).count(token)
print(found)
";
    let mut count = |half: &str| {
        let mut exec = program(search);
        exec.argv.extend(["b8b", half].map(|word| word.as_bytes().to_vec()));
        let ran = nursery.once(&exec);
        ran.assert_succeeded();
        assert!(ran.warm);
        ran.text()
    };

    let [seen, never_seen] = ["2a1", "2a7"].map(&mut count);

    assert_eq!(seen, never_seen);
    assert_ne!(seen, "0\n");
}

#[test]
fn an_interpreter_whose_modules_have_threads_forks_into_cells_too() {
    let module = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()";
    let file = common::folder().join("has_threads.py");
    std::fs::write(&file, module).expect("written");
    let file = file.to_str().expect("UTF-8");
    let mut nursery = start(&["has_threads"], &["--ro-bind", file, "/run/runnel/warm/python/has_threads.py"]);

    for _ in 0..20 {
        let ran = nursery.once(&program("import threading\nprint(threading.active_count())\n"));

        assert_eq!((ran.warm, ran.text().as_str()), (true, "1\n"));
    }
}
