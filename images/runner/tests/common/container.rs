//! What a container engine makes around the runner, by bubblewrap run by root: uid 1000 of no user namespace, no
//! capability, no new privileges, read-only root, cgroups mounted read-only, a workspace that is root's.

use super::cgroups::Cgroups;
use super::{BWRAP, Channel, LAUNCH, NONCE, PROTOCOL_VERSION, Sandbox, folder, welcome};
use runnel_runner::wire::proto::{WaitingInterpreter, Welcome};
use runnel_runner::wire::{FrameType, proto};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs;
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A container that does not start would be waited for without end.
const PATIENCE: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };

/// How a container differs from the usual one.
#[derive(Default)]
pub struct Settings<'a> {
    pub cgroups: Option<&'a Cgroups>,
    pub bwrap: Vec<String>,
    pub runner: Vec<String>,
    pub waiting: Option<WaitingInterpreter>,
}

/// Whether this test can have one, said aloud when not.
pub fn possible() -> bool {
    let root = rustix::process::getuid().is_root();
    if !root {
        eprintln!("SKIPPED: it takes root to make what a container engine makes");
    }
    root
}

impl Sandbox {
    /// The runner connects to a socket in a directory that is mounted read-only.
    pub fn container(settings: Settings<'_>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let directory = folder().join(format!("channel-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&directory).expect("a directory");
        let listener = UnixListener::bind(directory.join("socket")).expect("a socket");
        let everybody = fs::Permissions::from_mode(0o666);
        fs::set_permissions(directory.join("socket"), everybody).expect("open to all");
        let mount = ["--ro-bind", &directory.display().to_string(), "/run/runnel/channel"].map(str::to_owned);
        let bwrap = settings.bwrap.into_iter().chain(mount).collect();
        let waiting = settings.waiting.clone();
        let mut command = command(&Settings { bwrap, ..settings });
        command.args(["--connect", "/run/runnel/channel/socket"]);
        let child = command.stdin(Stdio::null()).spawn().expect("bubblewrap starts");
        let mut ready = [PollFd::new(&listener, PollFlags::IN)];
        assert_eq!(poll(&mut ready, Some(&PATIENCE)), Ok(1), "the runner does not connect");
        let (stream, _) = listener.accept().expect("the runner connects");
        Self::greeted(stream, child, waiting)
    }

    /// The channel is one socket, which is the runner's standard input and output alike.
    pub fn container_on_socket(settings: Settings<'_>) -> Self {
        let (near, far) = UnixStream::pair().expect("a pair");
        let copy = far.try_clone().expect("a copy");
        let child = attached(&settings, OwnedFd::from(far), OwnedFd::from(copy));
        Self::greeted(near, child, settings.waiting)
    }

    /// The channel is two pipes. As an engine does, threads carry what comes from one to the other.
    pub fn container_on_pipes(settings: Settings<'_>) -> Self {
        let (child, input, output) = attached_by_pipes(&settings);
        let (near, far) = UnixStream::pair().expect("a pair");
        let copy = far.try_clone().expect("a copy");
        thread::spawn(move || carry(&far, input));
        thread::spawn(move || {
            carry(output, &copy);
            copy.shutdown(Shutdown::Write)
        });
        Self::greeted(near, child, settings.waiting)
    }

    fn greeted(stream: UnixStream, child: Child, waiting: Option<WaitingInterpreter>) -> Self {
        let mut sandbox = Self { channel: Channel::new(stream), cell: 0, child, next: 1 };
        let hello: proto::Hello = sandbox.channel.expect(FrameType::Hello);
        assert_eq!((hello.protocol_version, hello.nonce), (PROTOCOL_VERSION, vec![0, 0xff, 0x10]));
        sandbox.channel.send(FrameType::Welcome, 0, &Welcome { waiting, ..welcome() });
        sandbox
    }

    pub fn ready(&mut self) -> proto::Ready {
        self.channel.expect(FrameType::Ready)
    }
}

/// The bare ends: what the runner reads, and what it writes.
pub fn attached_by_pipes(settings: &Settings<'_>) -> (Child, PipeWriter, PipeReader) {
    let ((its_input, input), (output, its_output)) = (pipe().expect("a pipe"), pipe().expect("a pipe"));
    (attached(settings, its_input.into(), its_output.into()), input, output)
}

fn attached(settings: &Settings<'_>, input: OwnedFd, output: OwnedFd) -> Child {
    let mut command = command(settings);
    command.arg("--channel-stdio").stdin(input).stdout(output);
    command.spawn().expect("bubblewrap starts")
}

/// By plain reads and writes: splice(2) holds back what it could send.
fn carry(mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}

fn command(settings: &Settings<'_>) -> Command {
    let runner = folder().join("runner");
    let words = format!(
        "--unshare-pid --unshare-ipc --unshare-uts --unshare-net --as-pid-1 --cap-drop ALL --cap-add CAP_SETUID \
         --cap-add CAP_SETGID --cap-add CAP_SETPCAP --ro-bind /usr /usr --symlink usr/lib /lib \
         --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc --ro-bind /proc/sys /proc/sys \
         --ro-bind /dev/null /proc/interrupts --ro-bind /dev/null /proc/timer_list --dev /dev \
         --perms 0755 --dir /run --perms 0755 --dir /run/runnel \
         --perms 0755 --dir /sys --perms 0755 --dir /sys/fs --perms 0755 --dir /sys/fs/cgroup \
         --perms 1777 --size 16777216 --tmpfs /dev/shm --perms 1777 --size 16777216 --tmpfs /tmp \
         --perms 1777 --size 33554432 --tmpfs /workspace --ro-bind {} /run/runnel/runner",
        runner.display()
    );
    let mut command = Command::new(LAUNCH);
    for (_, directory) in settings.cgroups.iter().flat_map(|cgroups| &cgroups.nursery) {
        command.arg("--join").arg(directory.join("tasks"));
    }
    command.args(["--", BWRAP]).args(words.split_whitespace());
    for (controller, directory) in settings.cgroups.iter().flat_map(|cgroups| &cgroups.nursery) {
        command.arg("--ro-bind").arg(directory).arg(format!("/sys/fs/cgroup/{controller}"));
    }
    command.args(&settings.bwrap).args(["--remount-ro", "/", "--chdir", "/", "--"]);
    let identity = "/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all --bounding-set=-all \
                    --no-new-privs /run/runnel/runner --nonce";
    command.args(identity.split_whitespace()).arg(NONCE).args(&settings.runner);
    command
}
