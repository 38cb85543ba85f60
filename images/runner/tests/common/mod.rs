//! The daemon's half of the channel, just enough of it to test a real runner in a real sandbox.
#![allow(dead_code, missing_docs, reason = "each test file uses its part of this")]

pub mod cgroups;
mod channel;
pub mod container;
pub mod files;
pub mod language;
pub mod nursery;
pub mod processes;

pub use channel::{Channel, Event};

use runnel_runner::server::PROTOCOL_VERSION;
use runnel_runner::wire::proto::{Exec, RunLimits, SandboxKind, Welcome};
use runnel_runner::wire::{FrameType, proto};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs};

pub const RUNNER: &str = env!("CARGO_BIN_EXE_runnel-runner");
pub const LAUNCH: &str = env!("CARGO_BIN_EXE_runnel-launch");
const BWRAP: &str = "/usr/bin/bwrap";
const NONCE: &str = "00ff10";

/// A bubblewrap sandbox with the runner as its pid 1, and the channel to it.
pub struct Sandbox {
    pub channel: Channel,
    /// The cell that runs and files are for; 0 in a plain sandbox.
    pub cell: u64,
    child: Child,
    next: u64,
}

/// How a sandbox differs from the usual one.
#[derive(Default)]
pub struct Options {
    pub launch: Vec<String>,
    pub bwrap: Vec<String>,
    pub runner: Vec<String>,
}

impl Sandbox {
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    pub fn start_with(options: Options) -> Self {
        let mut sandbox = Self::connect(options);
        let hello: proto::Hello = sandbox.channel.expect(FrameType::Hello);
        assert_eq!((hello.protocol_version, hello.nonce), (PROTOCOL_VERSION, vec![0, 0xff, 0x10]));
        sandbox.channel.send(FrameType::Welcome, 0, &welcome());
        let ready: proto::Ready = sandbox.channel.expect(FrameType::Ready);
        assert_eq!(ready.max_runs, 1);
        sandbox
    }

    /// Starts everything and says nothing.
    pub fn connect(options: Options) -> Self {
        let mut command = vec![BWRAP.to_owned()];
        command.extend(isolation().into_iter().chain(options.bwrap));
        command.extend(["--", "/run/runner"].map(str::to_owned));
        let root = rustix::process::getuid().is_root();
        let identity = if root { &["--uid", "70001", "--gid", "70001"][..] } else { &[] };
        let launch = identity.iter().map(|&word| word.to_owned()).chain(options.launch);
        Self::launch(launch.collect(), command, options.runner)
    }

    /// The runner as pid 1 of a pid namespace and nothing else: with the privileges of whoever runs the test.
    pub fn unshared(workspace: &Path) -> Self {
        let runner = folder().join("runner").display().to_string();
        let command = ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", &runner].map(str::to_owned);
        let mut sandbox = Self::launch(Vec::new(), command.to_vec(), Vec::new());
        let _: proto::Hello = sandbox.channel.expect(FrameType::Hello);
        let workspace = workspace.display().to_string();
        sandbox.channel.send(FrameType::Welcome, 0, &Welcome { workspace, ..welcome() });
        let _: proto::Ready = sandbox.channel.expect(FrameType::Ready);
        sandbox
    }

    /// Bubblewrap with these words.
    pub fn launch_with(launch: Vec<String>, bwrap: Vec<String>, runner: Vec<String>) -> Self {
        let command = [BWRAP.to_owned()].into_iter().chain(bwrap).collect();
        Self::launch(launch, command, runner)
    }

    fn launch(launch: Vec<String>, sandbox: Vec<String>, runner: Vec<String>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let socket = folder().join(format!("{}.sock", COUNT.fetch_add(1, Ordering::Relaxed)));
        let listener = UnixListener::bind(&socket).expect("a socket");
        let mut command = Command::new(LAUNCH);
        command.arg("--connect").arg(&socket).args(launch).arg("--").args(sandbox);
        command.args(["--channel-fd", "3", "--nonce", NONCE]).args(runner);
        let child = command.stdin(Stdio::null()).spawn().expect("runnel-launch starts");
        let (stream, _) = listener.accept().expect("the launcher connects");
        fs::remove_file(&socket).expect("unlinked");
        Self { channel: Channel::new(stream), cell: 0, child, next: 1 }
    }

    /// The first process of the sandbox, as the host sees it.
    pub fn launcher(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Opens a run and returns its number.
    pub fn exec(&mut self, exec: &Exec) -> u64 {
        let id = self.number();
        let cell = if exec.cell == 0 { self.cell } else { exec.cell };
        self.channel.send(FrameType::Exec, id, &Exec { cell, ..exec.clone() });
        id
    }

    /// Runs to the end, granting all the credit there is.
    pub fn run(&mut self, exec: &Exec) -> Ran {
        let id = self.exec(exec);
        self.finish(id)
    }

    /// Collects a run to its end.
    pub fn finish(&mut self, id: u64) -> Ran {
        let mut ran = Ran::default();
        loop {
            match self.channel.event(id) {
                Event::Started(started) => {
                    ran.started = true;
                    ran.warm = started.warm;
                }
                Event::Stdout(bytes) => ran.stdout.extend(bytes),
                Event::Stderr(bytes) => ran.stderr.extend(bytes),
                Event::Credit(_) => {}
                Event::Exit(exit) => {
                    ran.exit = Some(exit);
                    return ran;
                }
                Event::StartFailed(failed) => {
                    ran.failed = Some(failed);
                    return ran;
                }
                other => panic!("{other:?} for run {id}"),
            }
        }
    }

    /// What a run writes up to and with this line.
    #[track_caller]
    pub fn output_until(&mut self, run: u64, line: &str) -> String {
        let (mut text, mut errors) = (String::new(), String::new());
        while !text.ends_with(line) {
            match self.channel.event(run) {
                Event::Stdout(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                Event::Stderr(bytes) => errors.push_str(&String::from_utf8_lossy(&bytes)),
                Event::Started(_) | Event::Credit(_) => {}
                other => panic!("{other:?} after '{text}' '{errors}'"),
            }
        }
        text
    }

    /// The end of a run's standard input.
    pub fn end_input(&mut self, run: u64) {
        self.channel.raw(FrameType::StdinEnd, run, &[]);
    }

    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// The daemon is gone; returns the launcher's (that is bubblewrap's) exit code.
    pub fn hang_up(mut self) -> Option<i32> {
        self.channel.shut();
        self.child.wait().expect("the sandbox ends").code()
    }

    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("the sandbox ends").code()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.channel.shut();
        let _ = self.child.wait();
    }
}

/// What became of a run.
#[derive(Debug, Default)]
pub struct Ran {
    pub started: bool,
    /// By an interpreter that had started before.
    pub warm: bool,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub exit: Option<proto::Exit>,
    pub failed: Option<proto::StartFailed>,
}

impl Ran {
    pub fn exit(&self) -> &proto::Exit {
        self.exit.as_ref().unwrap_or_else(|| panic!("no exit: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// The exit code of a run that ended by itself.
    #[track_caller]
    pub fn code(&self) -> u32 {
        match self.exit().status {
            Some(proto::exit::Status::ExitCode(code)) => code,
            other => panic!("{other:?}, stderr: {}", self.errors()),
        }
    }

    #[track_caller]
    pub fn assert_succeeded(&self) {
        assert_eq!(self.code(), 0, "stdout: {}\nstderr: {}", self.text(), self.errors());
    }
}

pub fn welcome() -> Welcome {
    let kind = SandboxKind::Plain.into();
    Welcome { protocol_version: PROTOCOL_VERSION, kind, workspace: "/workspace".into(), ..Welcome::default() }
}

/// Limits that hold nobody back.
pub fn limits() -> RunLimits {
    RunLimits {
        wall_time_micros: 60_000_000,
        cpu_time_micros: 60_000_000,
        output_bytes: 1 << 30,
        discard_output: false,
        file_size_bytes: 1 << 30,
        processes: 0,
        watchdog_memory_bytes: 0,
        open_files: 1024,
    }
}

/// A command with those limits.
pub fn command(argv: &[&str]) -> Exec {
    let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    Exec {
        argv: bytes(argv),
        environment: bytes(&["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/workspace", "LANG=C.UTF-8"]),
        working_directory: Vec::new(),
        merge_stderr: false,
        limits: Some(limits()),
        initial_credit: u32::MAX,
        ..Exec::default()
    }
}

pub fn bash(script: &str) -> Exec {
    command(&["bash", "-c", script])
}

pub fn python(script: &str) -> Exec {
    command(&["/usr/bin/python3", "-c", script])
}

/// Runs Python that prints one line per finding, and returns the lines.
pub fn findings(sandbox: &mut Sandbox, script: &str) -> Vec<String> {
    let ran = sandbox.run(&python(script));
    ran.assert_succeeded();
    ran.text().lines().map(str::to_owned).collect()
}

/// How often a test repeats itself: more in a soak (dev/soak).
pub fn soak(ordinarily: usize, in_a_soak: usize) -> usize {
    if env::var_os("RUNNEL_SOAK").is_some() { in_a_soak } else { ordinarily }
}

/// Every namespace, no capability, system directories read-only, sized tmpfs.
fn isolation() -> Vec<String> {
    let runner = folder().join("runner");
    let words = format!(
        "--unshare-all --as-pid-1 --uid 1000 --gid 1000 --cap-drop ALL --ro-bind /usr /usr --symlink usr/lib /lib \
         --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc --ro-bind /proc/sys /proc/sys --dev /dev \
         --size 16777216 --tmpfs /dev/shm --size 16777216 --tmpfs /tmp --size 33554432 --tmpfs /workspace \
         --ro-bind {} /run/runner --remount-ro / --chdir /",
        runner.display()
    );
    words.split_whitespace().map(str::to_owned).collect()
}

/// A folder that the sandbox's uid can read, with the runner's binary in it.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = env::temp_dir().join(format!("runnel-runner-test-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("readable");
        fs::copy(RUNNER, folder.join("runner")).expect("the runner copied");
        // SAFETY: the function takes no argument and does not unwind.
        unsafe { libc::atexit(remove_folder) };
        folder
    })
}

extern "C" fn remove_folder() {
    let _ = fs::remove_dir_all(folder());
}
