//! The namespaces of one program: made, entered, looked at, and gone.

use super::attest::{self, Terms};
use super::cold;
use super::failure::{CellFailure, failed};
use super::group::Group;
use super::root::Root;
use super::wire::{receive, send};
use super::zygote::Zygote;
use crate::guest::Guest;
use crate::seal::{Filter, errno_of, last_errno};
use crate::spawn::{Command, Pipes, Spawned, unblock};
use crate::tree::Tree;
use crate::wire::proto::CellLimits;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::mem::size_of;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Making namespaces takes milliseconds; after this something is wrong.
const MADE_WITHIN: Duration = Duration::from_secs(10);

const NEW_NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWCGROUP;

/// Who waits in a cell for its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrant {
    /// A child of the runner, before its exec.
    Cold,
    /// The interpreter of this index.
    Interpreter(usize),
}

/// How far they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The root is being built.
    Building,
    /// Init is being started.
    Starting,
    /// Somebody is on his way in.
    Entering,
    /// Attested, waiting for a program.
    Ready,
    /// A run has it, or init is being killed.
    Spent,
}

/// What was made of the descriptors that init's process handed over.
pub struct Folders {
    /// The workspace's directory.
    pub workspace: OwnedFd,
    /// A mount of it that outlives these namespaces.
    pub mount: OwnedFd,
    /// The other writable directories.
    pub others: Vec<OwnedFd>,
}

/// News of namespaces in the making.
pub enum News {
    /// None yet.
    None,
    /// The workspace is there.
    Folders(Folders),
    /// A program may be handed over.
    Ready,
    /// Init has changed its mounts' sizes.
    Resized,
}

/// The runner's ends of a program's pipes.
struct Ends {
    input: OwnedFd,
    outputs: Vec<OwnedFd>,
}

/// One set of namespaces with its init.
pub struct Namespaces {
    /// Init, as the runner sees it.
    pub init: i32,
    pidfd: Rc<OwnedFd>,
    socket: OwnedFd,
    entrant: Entrant,
    merged: bool,
    stage: Stage,
    leash: Option<OwnedFd>,
    ends: Option<Ends>,
    pid: Option<i32>,
    /// Once attested.
    pid_namespace: Vec<u8>,
    sealed: bool,
    awake: bool,
    deadline: Instant,
}

/// What it takes to let somebody in.
pub struct Entry<'a> {
    /// The cell's cgroup.
    pub group: Option<&'a Group>,
    /// The filter for its program.
    pub filter: &'a Filter,
    /// The interpreter, when the entrant is one that is forked.
    pub zygote: Option<&'a Zygote>,
    /// The command of the interpreter, when the entrant is one that starts in the cell.
    pub command: Option<&'a Command>,
    /// Whose the cell's files are.
    pub guest: Guest,
    /// What holds of every program.
    pub terms: &'a Terms,
}

impl Namespaces {
    /// Clones a process into new namespaces and lets it build the root.
    pub fn make(
        root: &Root,
        guest: Guest,
        limits: &CellLimits,
        workspace: Option<OwnedFd>,
        entrant: Entrant,
        merged: bool,
    ) -> Result<Self, CellFailure> {
        let flags = SocketFlags::CLOEXEC;
        let (socket, inits) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
            .map_err(failed("socketpair"))?;
        let mut pidfd = -1_i32;
        let arguments = CloneArguments {
            flags: u64::from((NEW_NAMESPACES | libc::CLONE_PIDFD).cast_unsigned()),
            pidfd: (&raw mut pidfd).addr() as u64,
            exit_signal: libc::SIGCHLD as u64,
            ..CloneArguments::default()
        };
        // The child's files in /proc are the runner's to write only while the child is dumpable; it inherits that.
        dumpable(true).map_err(failed("prctl"))?;
        // SAFETY: without CLONE_VM and with a stack of 0 this is a fork; the runner has one thread, so the child's memory
        // is whole and it may allocate.
        let init =
            unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>()) };
        if init == 0 {
            root.become_init(&inits, limits, workspace);
        }
        let cloned = if init == -1 { Err(last_errno()) } else { Ok(init as i32) };
        dumpable(false).map_err(failed("prctl"))?;
        let init = cloned.map_err(failed("clone3"))?;
        // SAFETY: CLONE_PIDFD has just opened it.
        let pidfd = Rc::new(unsafe { OwnedFd::from_raw_fd(pidfd) });
        let namespaces = Self {
            init,
            pidfd,
            socket,
            entrant,
            merged,
            stage: Stage::Building,
            leash: None,
            ends: None,
            pid: None,
            pid_namespace: Vec::new(),
            sealed: false,
            awake: false,
            deadline: Instant::now() + MADE_WITHIN,
        };
        if let Err(failure) = namespaces.map(guest) {
            namespaces.kill();
            return Err(failure);
        }
        Ok(namespaces)
    }

    fn map(&self, guest: Guest) -> Result<(), CellFailure> {
        let write = |file: &str, text: &str| {
            std::fs::write(format!("/proc/{}/{file}", self.init), text).map_err(|error| errno_of(&error))
        };
        let outside = match guest {
            Guest::Same => {
                // Without a privilege over groups a map of them is allowed only to who can't drop any.
                write("setgroups", "deny").map_err(failed("setgroups"))?;
                rustix::process::getuid().as_raw()
            }
            Guest::Other(id) => id,
        };
        let map = format!("1000 {outside} 1");
        write("uid_map", &map).map_err(failed("uid_map"))?;
        write("gid_map", &map).map_err(failed("gid_map"))?;
        send(&self.socket, b"G", &[]).map_err(failed("init"))
    }

    /// Who waits in them, or will, and whether standard error goes where standard output goes.
    pub fn are_for(&self, entrant: Entrant, merged: bool) -> bool {
        self.stage != Stage::Spent && self.entrant == entrant && self.merged == merged
    }

    /// Who waits in them, or will.
    pub fn entrant(&self) -> Entrant {
        self.entrant
    }

    /// Whether a program may be handed over.
    pub fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// Whether they are in the making.
    pub fn is_making(&self) -> bool {
        !matches!(self.stage, Stage::Ready | Stage::Spent)
    }

    /// Whether who waits in them, or will, has said that it is sealed.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// When they must be ready.
    pub fn deadline(&self) -> Option<Instant> {
        self.is_making().then_some(self.deadline)
    }

    /// The process that waits in them.
    pub fn process(&self) -> Option<i32> {
        self.pid
    }

    /// All that is in them, once somebody waits there.
    pub fn tree(&self) -> Tree {
        Tree::Namespace(self.pid_namespace.clone())
    }

    /// The end of init is the end of everything in them.
    pub fn pidfd(&self) -> Rc<OwnedFd> {
        Rc::clone(&self.pidfd)
    }

    /// Descriptors to wait for: init's socket and the leash.
    pub fn sources(&self) -> [Option<BorrowedFd<'_>>; 2] {
        let leash = self.leash.as_ref().filter(|_| self.stage == Stage::Entering);
        let socket = (self.stage != Stage::Spent).then(|| self.socket.as_fd());
        [socket, leash.map(AsFd::as_fd)]
    }

    /// Asks init for mounts of these sizes.
    pub fn resize(&self, limits: &CellLimits) -> Result<(), CellFailure> {
        let mut message = vec![b'R'];
        for size in [limits.workspace_bytes, limits.tmp_bytes, limits.shm_bytes] {
            message.extend(size.to_ne_bytes());
        }
        send(&self.socket, &message, &[]).map_err(failed("resize"))
    }

    /// Reads what init says.
    pub fn hear_init(&mut self, entry: &Entry<'_>) -> Result<News, CellFailure> {
        let mut bytes = [0; 64];
        let (length, descriptors) = match receive(&self.socket, &mut bytes) {
            Ok(received) => received,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(News::None),
            Err(errno) => return Err(failed("init")(errno)),
        };
        match (&bytes[..length], self.stage) {
            ([b'M'], Stage::Building) => {
                self.stage = Stage::Starting;
                folders(descriptors).map(News::Folders)
            }
            ([b'I'], Stage::Starting) => {
                self.enter(entry)?;
                Ok(News::None)
            }
            ([b'K', errno @ ..], _) if errno.len() == 4 => match number(errno) {
                0 => Ok(News::Resized),
                errno => Err(CellFailure::new("resize", errno)),
            },
            ([b'F', rest @ ..], Stage::Building) if rest.len() > 4 => {
                let step = String::from_utf8_lossy(&rest[4..]).into_owned();
                Err(CellFailure::new(format!("root: {step}"), number(&rest[..4])))
            }
            _ => Err(CellFailure::new("init", 0)),
        }
    }

    fn enter(&mut self, entry: &Entry<'_>) -> Result<(), CellFailure> {
        // A pipe has an owner too: a program that opens /dev/stdin is asked whether it is that.
        let acting = entry.guest.act();
        let pipes = Pipes::new(self.merged).map_err(|failure| CellFailure::new(failure.step, failure.errno))?;
        drop(acting);
        let (leash, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .map_err(failed("socketpair"))?;
        unblock(&leash).map_err(failed("fcntl"))?;
        let descriptors = cold::Descriptors {
            init: self.pidfd.as_fd(),
            leash: theirs.as_fd(),
            streams: [pipes.child_input.as_fd(), pipes.child_output.as_fd(), pipes.child_error().as_fd()],
            group: entry.group,
        };
        match (entry.zygote, entry.command) {
            (Some(zygote), _) => zygote.fork_into(&descriptors)?,
            (None, command) => {
                if command.is_none() {
                    // The zygote that was to be asked may be gone.
                    self.entrant = Entrant::Cold;
                }
                cold::enter(&descriptors, entry.filter, command)?;
            }
        }
        // The program's ends are the program's alone from now on.
        let Pipes { input, outputs, .. } = pipes;
        self.ends = Some(Ends { input, outputs });
        self.leash = Some(leash);
        self.stage = Stage::Entering;
        Ok(())
    }

    /// Reads what comes over the leash.
    pub fn hear_leash(&mut self, entry: &Entry<'_>) -> Result<News, CellFailure> {
        let Some(leash) = &self.leash else { return Ok(News::None) };
        let mut kind = [0; 1];
        match rustix::io::read(leash, &mut kind) {
            Ok(1) => {}
            Ok(_) => {
                self.tell_last_words();
                return Err(CellFailure::new("enter", 0));
            }
            Err(Errno::AGAIN | Errno::INTR) => return Ok(News::None),
            Err(errno) => return Err(failed("enter")(errno)),
        }
        match kind[0] {
            b'P' if self.pid.is_none() => self.pid = Some(number(&self.rest::<4>()?)),
            b'S' if !self.sealed => self.sealed = true,
            b'W' if self.sealed && !self.awake && entry.command.is_some() => self.awake = true,
            b'F' => {
                let rest = self.rest::<5>()?;
                let step = cold::step(rest[0], self.sealed);
                return Err(CellFailure::new(format!("enter: {step}"), number(&rest[1..])));
            }
            _ => return Err(CellFailure::new("leash", 0)),
        }
        // The parent says the pid, the child that it is sealed: either may be first.
        match self.pid {
            Some(pid) if self.sealed && (self.awake || entry.command.is_none()) => self.ready(pid, entry),
            _ => self.hear_leash(entry),
        }
    }

    /// An interpreter that ends before it has a program says why on its standard error. For the operator's log.
    fn tell_last_words(&self) {
        let Some(errors) = self.ends.as_ref().and_then(|ends| ends.outputs.last()) else { return };
        let mut words = [0; 2048];
        if let Ok(length @ 1..) = rustix::io::read(errors, &mut words) {
            let words = String::from_utf8_lossy(&words[..length]);
            eprintln!("runnel-runner: an interpreter ended before it had a program: {}", words.trim());
        }
    }

    /// The rest of a message of so many bytes, which its writer wrote at once.
    fn rest<const LENGTH: usize>(&self) -> Result<[u8; LENGTH], CellFailure> {
        let mut bytes = [0; LENGTH];
        let leash = self.leash.as_ref().ok_or(CellFailure::new("leash", 0))?;
        match rustix::io::read(leash, &mut bytes) {
            Ok(length) if length == LENGTH => Ok(bytes),
            Ok(_) => Err(CellFailure::new("leash", 0)),
            Err(errno) => Err(failed("leash")(errno)),
        }
    }

    /// Sealed, by its own word: now the runner looks for itself.
    fn ready(&mut self, pid: i32, entry: &Entry<'_>) -> Result<News, CellFailure> {
        self.pid_namespace = attest::look(pid, self.init, entry.guest, entry.group, entry.terms)?;
        attest::bound(pid, entry.guest, entry.terms)?;
        self.stage = Stage::Ready;
        Ok(News::Ready)
    }

    /// Takes out the process that waits, for a run, with what it is to be told.
    pub fn take(&mut self, go: Vec<u8>) -> Option<Spawned> {
        let (pid, status, Ends { input, outputs }) = (self.pid?, self.leash.take()?, self.ends.take()?);
        self.stage = Stage::Spent;
        Some(Spawned { pid, status, go, warm: self.entrant != Entrant::Cold, input, outputs })
    }

    /// Kills everything in them.
    pub fn kill(&self) {
        // An init that is gone already has taken everything with it.
        let _ = rustix::process::pidfd_send_signal(&self.pidfd, rustix::process::Signal::KILL);
    }

    /// Kills everything in them; nobody is waited for any more.
    pub fn give_up(&mut self) {
        self.stage = Stage::Spent;
        self.leash = None;
        self.ends = None;
        self.kill();
    }

    /// Whether a run has it, or they are being killed.
    pub fn are_spent(&self) -> bool {
        self.stage == Stage::Spent
    }
}

fn folders(descriptors: Vec<OwnedFd>) -> Result<Folders, CellFailure> {
    let mut descriptors = descriptors.into_iter();
    match (descriptors.next(), descriptors.next()) {
        (Some(workspace), Some(mount)) => Ok(Folders { workspace, mount, others: descriptors.collect() }),
        _ => Err(CellFailure::new("workspace", 0)),
    }
}

fn number(bytes: &[u8]) -> i32 {
    bytes.try_into().map_or(0, i32::from_ne_bytes)
}

fn dumpable(on: bool) -> Result<(), Errno> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(if on { DumpableBehavior::Dumpable } else { DumpableBehavior::NotDumpable })
}

/// `struct clone_args` of linux/sched.h.
#[repr(C)]
#[derive(Default)]
struct CloneArguments {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}
