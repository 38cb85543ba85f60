//! A nursery: bubblewrap around a runner, with the tree that becomes the root of its cells.

use super::{RUNNER, Ran, Sandbox, folder, limits, welcome};
use runnel_runner::wire::proto::{self, CellLimits, Exec, Interpreter, OpenCell, SandboxKind, Welcome};
use runnel_runner::wire::{FrameType, proto::ProgramFile};
use std::fs;
use std::path::Path;

/// The first of the uids that cells have, inside; outside they begin after the nursery's own.
const FIRST_UID: u32 = 2000;
const CELLS: u32 = 8;
/// Outside, for a test run by root.
const NURSERY_UID: u32 = 70_100;

pub struct Nursery {
    pub sandbox: Sandbox,
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
}

impl Nursery {
    pub fn start() -> Self {
        Self::start_with(Setup::default())
    }

    pub fn start_with(setup: Setup) -> Self {
        let root = rustix::process::getuid().is_root();
        let mut launch = setup.launch;
        let mut bwrap = if root {
            let (own, cells) =
                (format!("1000:{NURSERY_UID}:1"), format!("{FIRST_UID}:{}:{CELLS}", NURSERY_UID + 1));
            let id = NURSERY_UID.to_string();
            launch.extend(["--uid", &id, "--gid", &id, "--userns-fd", "9"].map(str::to_owned));
            launch.extend(["--map", &own, "--map", &cells].map(str::to_owned));
            words("--userns 9 --cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID")
        } else {
            words("--unshare-user --cap-drop ALL")
        };
        bwrap.extend(isolation());
        bwrap.extend(setup.bwrap);
        bwrap.extend(["--remount-ro", "/", "--chdir", "/", "--", "/run/runnel/runner"].map(str::to_owned));
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
            uid_count: if root { CELLS } else { 0 },
        };
        let kind = SandboxKind::Cell.into();
        sandbox.channel.send(FrameType::Welcome, 0, &Welcome { kind, nursery: Some(nursery), ..welcome() });
        let ready: proto::Ready = sandbox.channel.expect(FrameType::Ready);
        assert_eq!(ready.max_runs, CELLS);
        Self { sandbox }
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

    /// In a fresh cell that is closed afterwards.
    #[track_caller]
    pub fn once(&mut self, exec: &Exec) -> Ran {
        let cell = self.open(&exec.interpreter);
        let ran = self.run(cell, exec);
        self.close(cell);
        ran
    }
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

fn isolation() -> Vec<String> {
    let init = folder().join("cell-init");
    if !init.exists() {
        let built = Path::new(RUNNER).with_file_name("runnel-cell-init");
        fs::copy(&built, &init).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    }
    let root = |at: &str| {
        format!(
            "--ro-bind /usr {at}/usr --symlink usr/lib {at}/lib --symlink usr/lib64 {at}/lib64 --symlink usr/bin {at}/bin \
             --ro-bind /etc/alternatives {at}/etc/alternatives "
        )
    };
    let device = |name: &str| format!("--dev-bind /dev/{name} /cell/dev/{name} ");
    let devices: String = ["null", "zero", "full", "random", "urandom", "tty"].map(device).concat();
    let text = format!(
        "--uid 1000 --gid 1000 --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --as-pid-1 \
         {} --proc /proc --dev /dev --tmpfs /tmp --dir /workspace \
         --ro-bind {} /run/runnel/runner --ro-bind {} /run/runnel/cell-init \
         --tmpfs /cell {} --dir /cell/proc --dir /cell/tmp --dir /cell/workspace --tmpfs /cell/dev {devices} \
         --dir /cell/dev/shm --dir /cell/dev/pts --symlink pts/ptmx /cell/dev/ptmx \
         --symlink /proc/self/fd /cell/dev/fd --symlink /proc/self/fd/0 /cell/dev/stdin \
         --symlink /proc/self/fd/1 /cell/dev/stdout --symlink /proc/self/fd/2 /cell/dev/stderr \
         --remount-ro /cell/dev --remount-ro /cell",
        root(""),
        folder().join("runner").display(),
        init.display(),
        root("/cell"),
    );
    words(&text)
}
