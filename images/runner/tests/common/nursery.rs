//! A nursery: bubblewrap around a runner, with the tree that becomes the root of its cells.

use super::{RUNNER, Ran, Sandbox, folder, limits, welcome};
use runnel_runner::wire::proto::{
    self, CellLimits, Exec, Interpreter, InterpreterKind, OpenCell, SandboxKind, Welcome,
};
use runnel_runner::wire::{FrameType, proto::ProgramFile};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

/// The first of the uids that cells have, inside; outside they begin after the nursery's own.
const FIRST_UID: u32 = 2000;
pub const CELLS: u32 = 8;
/// Outside, for a test run by root, the first of many.
const UIDS: u32 = 1_800_000_000;

/// Whether runners make the tree of their cells themselves, as in containers (`build.sh check` runs the walls so as well).
/// All cells have one uid then.
pub fn assembles() -> bool {
    env::var_os("RUNNEL_ASSEMBLE").is_some()
}

pub struct Nursery {
    pub sandbox: Sandbox,
    /// Of the runner and the zygotes, outside.
    pub uid: u32,
}

/// How a nursery differs from the usual one.
#[derive(Default)]
pub struct Setup {
    pub interpreters: Vec<Interpreter>,
    pub cold_ahead: u32,
    pub launch: Vec<String>,
    pub bwrap: Vec<String>,
    pub runner: Vec<String>,
    pub hidden: Vec<String>,
    /// All cells have the nursery's own uid, as those of a daemon that is not root.
    pub one_uid: bool,
    /// More variables of the interpreter that a language brings.
    pub variables: Vec<Vec<u8>>,
}

impl Nursery {
    pub fn start() -> Self {
        Self::start_with(Setup::default())
    }

    pub fn start_with(setup: Setup) -> Self {
        Self::start_as(uid(), setup)
    }

    /// As the first of uids that [`uid`] has given.
    pub fn start_as(uid: u32, setup: Setup) -> Self {
        let root = rustix::process::getuid().is_root();
        let mut launch = setup.launch;
        let range = root && !setup.one_uid && !assembles();
        if root && !range {
            launch.extend(["--uid", &uid.to_string(), "--gid", &uid.to_string()].map(str::to_owned));
        }
        let mut bwrap = if range {
            let (own, cells) = (format!("1000:{uid}:1"), format!("{FIRST_UID}:{}:{CELLS}", uid + 1));
            let id = uid.to_string();
            launch.extend(["--uid", &id, "--gid", &id, "--userns-fd", "9"].map(str::to_owned));
            launch.extend(["--map", &own, "--map", &cells].map(str::to_owned));
            words("--userns 9 --cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID")
        } else {
            words("--unshare-user --cap-drop ALL")
        };
        bwrap.extend(isolation());
        bwrap.extend(setup.bwrap.iter().map(|word| placed(word)));
        if !assembles() {
            bwrap.extend(words("--remount-ro /cell"));
        }
        bwrap.extend(words("--remount-ro / --chdir / -- /run/runnel/runner"));
        let mut runner = words("--init /run/runnel/cell-init");
        runner.extend(setup.runner);
        let mut sandbox = Sandbox::launch_with(launch, bwrap, runner);
        let _: proto::Hello = sandbox.channel.expect(FrameType::Hello);
        let nursery = proto::Nursery {
            root: "/cell".into(),
            hidden: setup.hidden,
            interpreters: setup.interpreters,
            cold_ahead: setup.cold_ahead,
            limits: Some(cell_limits()),
            max_cells: CELLS,
            first_uid: FIRST_UID,
            uid_count: if range { CELLS } else { 0 },
            assembly: assembles().then(|| proto::Assembly { copied: copied_into_cells(&setup.bwrap) }),
        };
        let kind = SandboxKind::Cell.into();
        sandbox.channel.send(FrameType::Welcome, 0, &Welcome { kind, nursery: Some(nursery), ..welcome() });
        let ready: proto::Ready = sandbox.channel.expect(FrameType::Ready);
        assert_eq!(ready.max_runs, CELLS);
        Self { sandbox, uid }
    }

    /// Opens a cell and waits until it is.
    pub fn open(&mut self, interpreter: &str) -> u64 {
        let number = self.ask(interpreter, cell_limits());
        self.await_open(number);
        number
    }

    pub fn ask(&mut self, interpreter: &str, limits: CellLimits) -> u64 {
        let number = self.sandbox.number();
        let asked = OpenCell { limits: Some(limits), interpreter: interpreter.into() };
        self.sandbox.channel.send(FrameType::OpenCell, number, &asked);
        number
    }

    #[track_caller]
    pub fn await_open(&mut self, number: u64) {
        match self.sandbox.channel.event(number) {
            super::Event::CellOpened => {}
            other => panic!("{other:?}"),
        }
    }

    /// Runs to the end in a cell.
    pub fn run(&mut self, cell: u64, exec: &Exec) -> Ran {
        self.sandbox.run(&Exec { cell, ..exec.clone() })
    }

    /// Closes a cell and waits until nothing of it is left.
    #[track_caller]
    pub fn close(&mut self, cell: u64) {
        self.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);
        match self.sandbox.channel.event(cell) {
            super::Event::CellClosed => {}
            other => panic!("{other:?}"),
        }
    }

    /// Waits until a program of this interpreter is started warm, which is soon after the nursery's start.
    pub fn await_warm(&mut self, interpreter: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.once(&warm(interpreter, &["true"], "main.py", "")).warm {
            assert!(Instant::now() < deadline, "{interpreter} does not get warm");
        }
    }

    /// SIGKILL for a process of the nursery, by a word of its command line.
    pub fn kill_a_process_named(&self, word: &str) {
        self.signal_a_process_named(word, libc::SIGKILL);
    }

    /// A signal for a process of the nursery, by a word of its command line.
    pub fn signal_a_process_named(&self, word: &str, signal: i32) {
        let inside = |pid: &i32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("Uid:") && line.contains(&self.uid.to_string()))
                && fs::read(format!("/proc/{pid}/cmdline"))
                    .is_ok_and(|line| String::from_utf8_lossy(&line).contains(word))
        };
        let pids = fs::read_dir("/proc").expect("proc").flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let found: Vec<i32> = pids.filter(inside).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        // SAFETY: a signal for the one process that was found, which is this nursery's by its uid.
        unsafe { libc::kill(found[0], signal) };
    }

    /// In a fresh cell that is closed afterwards.
    #[track_caller]
    pub fn once(&mut self, exec: &Exec) -> Ran {
        let cell = self.open(&exec.interpreter);
        let ran = self.run(cell, exec);
        self.close(cell);
        ran
    }
}

/// The first of as many uids as a nursery has, for one that is started by root. Tests run in parallel, and a nursery shares
/// its uids with nobody.
pub fn uid() -> u32 {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    if !rustix::process::getuid().is_root() {
        return rustix::process::getuid().as_raw();
    }
    let place = (std::process::id() % 1000) * 100 + STARTED.fetch_add(1, Ordering::Relaxed) % 100;
    UIDS + place * (CELLS + 1)
}

pub fn cell_limits() -> CellLimits {
    CellLimits {
        memory_bytes: 256 << 20,
        processes: 100,
        cpu_millis: 1000,
        workspace_bytes: 16 << 20,
        tmp_bytes: 8 << 20,
        shm_bytes: 8 << 20,
    }
}

/// A program for the interpreter that is kept warm under this name.
pub fn warm(interpreter: &str, argv: &[&str], main: &str, source: &str) -> Exec {
    let file = ProgramFile { path: main.into(), mode: 0o644, content: source.into() };
    Exec { interpreter: interpreter.into(), files: vec![file], ..super::command(argv) }
}

/// Limits that differ in the time they allow.
pub fn wall(micros: u64) -> proto::RunLimits {
    proto::RunLimits { wall_time_micros: micros, ..limits() }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Where cells have it is where the nursery has it, when they get a copy.
fn placed(word: &str) -> String {
    match word.strip_prefix("/cell") {
        Some(path) if assembles() => path.to_owned(),
        _ => word.to_owned(),
    }
}

fn copied_into_cells(bwrap: &[String]) -> Vec<String> {
    let binds = bwrap.windows(3).filter(|words| words[0] == "--ro-bind");
    binds.filter_map(|words| words[2].strip_prefix("/cell")).map(str::to_owned).collect()
}

fn isolation() -> Vec<String> {
    let init = copied(&Path::new(RUNNER).with_file_name("runnel-cell-init"), "cell-init");
    let text = format!(
        "--uid 1000 --gid 1000 --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --as-pid-1 \
         {} --proc /proc --dev /dev --tmpfs /tmp --dir /workspace \
         --ro-bind {} /run/runnel/runner --ro-bind {} /run/runnel/cell-init --tmpfs /cell {}",
        root(""),
        folder().join("runner").display(),
        init.display(),
        if assembles() { String::new() } else { tree() },
    );
    words(&text)
}
/// The tree that becomes the root of cells.
fn tree() -> String {
    let device = |name: &str| format!("--dev-bind /dev/{name} /cell/dev/{name} ");
    let devices: String = ["null", "zero", "full", "random", "urandom", "tty"].map(device).concat();
    format!(
        "{} --dir /cell/proc --dir /cell/tmp --dir /cell/workspace --tmpfs /cell/dev {devices} \
         --dir /cell/dev/shm --dir /cell/dev/pts --symlink pts/ptmx /cell/dev/ptmx \
         --symlink /proc/self/fd /cell/dev/fd --symlink /proc/self/fd/0 /cell/dev/stdin \
         --symlink /proc/self/fd/1 /cell/dev/stdout --symlink /proc/self/fd/2 /cell/dev/stderr \
         --remount-ro /cell/dev",
        root("/cell")
    )
}

/// System directories of the host, as they are or in the tree of cells.
fn root(at: &str) -> String {
    format!(
        "--ro-bind /usr {at}/usr --symlink usr/lib {at}/lib --symlink usr/lib64 {at}/lib64 --symlink usr/bin {at}/bin \
         --perms 0755 --dir {at}/etc --ro-bind /etc/alternatives {at}/etc/alternatives "
    )
}

/// What it takes to keep python warm.
pub fn python() -> Interpreter {
    let path = b"PYTHONPATH=/run/runnel/warm/python".to_vec();
    interpreter("python", InterpreterKind::Forked, &["python3", "main.py"], vec![path])
}

/// What it takes to keep node warm.
pub fn node() -> Interpreter {
    let marker = b"NODE_OPTIONS=--require=/run/runnel/warm/javascript/wait.js".to_vec();
    let argv = ["sh", "-c", "cd / && exec node \"$OLDPWD/main.js\""];
    interpreter("javascript", InterpreterKind::Waiting, &argv, vec![marker])
}

fn interpreter(name: &str, kind: InterpreterKind, argv: &[&str], more: Vec<Vec<u8>>) -> Interpreter {
    let Exec { argv, mut environment, .. } = super::command(argv);
    environment.extend(more);
    Interpreter { name: name.into(), kind: kind.into(), argv, environment, ahead: 1 }
}

/// Their files, as the daemon would show them.
pub fn folder_of_the_interpreters() -> Vec<String> {
    files_of_the_interpreters("/cell")
}

/// The same, where those of interpreters that wait are at home in another root than those that fork.
pub fn files_of_the_interpreters(root: &str) -> Vec<String> {
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("images/runner is in images");
    let extension = Path::new(RUNNER).with_file_name("lib_runnel_cell.so");
    let copies = [
        (images.join("python/warm/sitecustomize.py"), "/run/runnel/warm/python/sitecustomize.py".to_owned()),
        (images.join("python/warm/_runnel_end.py"), "/run/runnel/warm/python/_runnel_end.py".to_owned()),
        (extension, "/run/runnel/warm/python/_runnel_cell.abi3.so".to_owned()),
        (images.join("javascript/warm/wait.js"), format!("{root}/run/runnel/warm/javascript/wait.js")),
    ];
    // Made by themselves, they would be closed to all but the nursery's own uid.
    let mut bwrap = Vec::new();
    for folder in ["/run", "/run/runnel", "/run/runnel/warm", "/run/runnel/warm/javascript"] {
        bwrap.extend(["--perms", "0755", "--dir"].map(str::to_owned));
        bwrap.push(format!("{root}{folder}"));
    }
    for (from, to) in copies {
        let readable = copied(&from, &to.replace('/', "_"));
        bwrap.extend(["--ro-bind".to_owned(), readable.display().to_string(), to]);
    }
    bwrap
}

/// A copy that every uid can read, made once: a file that is written while a process has it mapped kills that process.
fn copied(from: &Path, name: &str) -> PathBuf {
    static MADE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let to = folder().join(name);
    let mut made = MADE.lock().expect("no test panics here");
    if made.insert(to.clone()) {
        fs::copy(from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
    to
}
