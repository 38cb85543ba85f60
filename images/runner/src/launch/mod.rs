//! The launcher: what must happen between the daemon's fork and bubblewrap's exec, which Java can't do itself.
//!
//! It starts as whoever the daemon is, perhaps root, and ends as an unprivileged uid in a session, a keyring and
//! cgroups of its own, with nothing open but what the sandbox is to have. Any failure is one line on standard error
//! and exit code 125.

mod descriptors;
mod options;
mod userns;

pub use options::{Access, Inherit, Namespace, Options, parse};
pub use userns::Extent;

use crate::seal::{clear_ambient, last_errno, raise_queue_bytes, reset_signals};
use descriptors::Descriptors;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use std::ffi::{CString, OsStr, c_char};
use std::fmt;
use std::ptr;

/// The launcher could not do something (what `env` and `nice` use for their own failures).
pub const EXIT_LAUNCH_FAILED: i32 = 125;

/// The descriptor of the channel.
const CHANNEL: i32 = 3;

/// A step failed.
pub struct LaunchFailure {
    step: String,
    reason: String,
}

impl LaunchFailure {
    fn new(step: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { step: step.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for LaunchFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.step, self.reason)
    }
}

/// Does all of it; returns only when something failed.
pub fn launch(options: &Options) -> LaunchFailure {
    match prepare(options) {
        Ok(()) => execute(&options.command),
        Err(failure) => failure,
    }
}

fn prepare(options: &Options) -> Result<(), LaunchFailure> {
    let failed = |step: &str| {
        let step = step.to_owned();
        move |errno: Errno| LaunchFailure::new(step, errno)
    };
    // EPERM means a group leader, which leads its own group already but not a session: then it must not go on.
    rustix::process::setsid().map_err(failed("setsid"))?;
    join_new_keyring().map_err(failed("keyctl"))?;
    let mut descriptors = Descriptors::default();
    if let Some(path) = &options.connect {
        descriptors.add(CHANNEL, connect(path).map_err(failed("connect"))?).map_err(failed("connect"))?;
    }
    for inherit in &options.inherit {
        let step = format!("open {}", inherit.path.display());
        let file = open(&inherit.path, inherit.access.flags() | OFlags::CLOEXEC, Mode::empty());
        descriptors.add(inherit.number, file.map_err(failed(&step))?).map_err(failed(&step))?;
    }
    for path in &options.joins {
        write(path, b"0").map_err(failed(&format!("join {}", path.display())))?;
    }
    if let Some(score) = options.oom_score {
        match write("/proc/self/oom_score_adj".as_ref(), score.to_string().as_bytes()) {
            // Lowering it needs a privilege that not every daemon has.
            Ok(()) | Err(Errno::ACCESS) => {}
            Err(errno) => return Err(LaunchFailure::new("oom_score_adj", errno)),
        }
    }
    if let Some((uid, gid)) = options.identity {
        raise_queue_bytes();
        if let Some(Namespace { number, map }) = &options.namespace {
            let namespace = userns::make(map, uid, gid)?;
            descriptors.add(*number, namespace).map_err(failed("user namespace"))?;
        }
        become_user(uid, gid)?;
    }
    clear_ambient().map_err(failed("capabilities"))?;
    rustix::process::umask(Mode::from_raw_mode(0o077));
    descriptors.settle().map_err(failed("descriptors"))?;
    reset_signals().map_err(failed("signals"))
}

/// A session keyring without the daemon's keys. A kernel without keyrings has none to hide; EPERM comes only from a
/// system call filter, which the sandbox inherits.
fn join_new_keyring() -> Result<(), Errno> {
    let no_name = ptr::null::<c_char>();
    // SAFETY: KEYCTL_JOIN_SESSION_KEYRING takes a name or NULL for a new anonymous keyring.
    match unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, no_name) } {
        -1 => match last_errno() {
            Errno::NOSYS | Errno::PERM => Ok(()),
            errno => Err(errno),
        },
        _ => Ok(()),
    }
}

fn connect(path: &std::path::Path) -> Result<std::os::fd::OwnedFd, Errno> {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket)
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), Errno> {
    let file = open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, bytes).map(|_| ())
}

/// Groups first, uid last: each step needs the privilege that the next one gives up.
fn become_user(uid: u32, gid: u32) -> Result<(), LaunchFailure> {
    // SAFETY: an empty list of groups needs no pointer.
    succeed("setgroups", unsafe { libc::setgroups(0, ptr::null()) })?;
    // SAFETY: takes integers only; libc's wrapper covers the one thread there is.
    succeed("setresgid", unsafe { libc::setresgid(gid, gid, gid) })?;
    // SAFETY: as above.
    succeed("setresuid", unsafe { libc::setresuid(uid, uid, uid) })?;
    // SAFETY: takes integers only.
    if unsafe { libc::setuid(0) } == 0 {
        return Err(LaunchFailure::new("setresuid", "uid 0 could be had back"));
    }
    Ok(())
}

fn succeed(step: &str, result: i32) -> Result<(), LaunchFailure> {
    match result {
        0 => Ok(()),
        _ => Err(LaunchFailure::new(step, last_errno())),
    }
}

/// With an empty environment, by absolute path.
fn execute(command: &[CString]) -> LaunchFailure {
    let arguments: Vec<*const c_char> = command.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
    let environment = [ptr::null::<c_char>()];
    // SAFETY: a C string and two NULL-terminated arrays of C strings, all alive.
    unsafe { libc::execve(arguments[0], arguments.as_ptr(), environment.as_ptr()) };
    let errno = last_errno();
    let name = OsStr::new(command[0].to_str().unwrap_or("?"));
    LaunchFailure::new(format!("exec {}", name.display()), errno)
}
