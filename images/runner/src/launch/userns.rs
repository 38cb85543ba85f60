//! A user namespace with a uid for each concurrent cell.
//!
//! Bubblewrap maps one uid, its own, because an ordinary user may map no other. So the launcher, while it still is
//! root, makes the namespace and writes its map, and bubblewrap enters it (`--userns FD`).

use super::{LaunchFailure, succeed};
use crate::seal::{last_errno, use_permitted};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, WaitOptions, waitpid};
use std::fmt::Write;
use std::os::fd::OwnedFd;

/// setresuid(2): leave this one as it is.
const UNCHANGED: u32 = u32::MAX;

/// A row of uid_map and of gid_map (user_namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// First id in the new namespace.
    pub inside: u32,
    /// First id in the launcher's.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

/// Makes the namespace. It belongs to `uid`, which has every capability over it and enters it without being root.
///
/// From here on the launcher's effective ids are those; its saved uid is what keeps its capabilities until it becomes
/// that user altogether.
pub fn make(map: &[Extent], uid: u32, gid: u32) -> Result<OwnedFd, LaunchFailure> {
    // SAFETY: takes integers only; libc's wrapper covers the one thread there is.
    succeed("setresgid", unsafe { libc::setresgid(gid, gid, UNCHANGED) })?;
    // SAFETY: as above.
    succeed("setresuid", unsafe { libc::setresuid(uid, uid, UNCHANGED) })?;
    let failed = |errno| LaunchFailure::new("user namespace", errno);
    use_permitted().map_err(failed)?;
    // The helper's map is a file of its uid's only while it is dumpable, which the change of uid ended.
    // SAFETY: takes integers only.
    succeed("user namespace", unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) })?;
    let helper = Helper::start().map_err(failed)?;
    let namespace = helper.map(map);
    helper.end();
    namespace
}

/// A process in the new namespace, which this one must not enter itself: bubblewrap is to do that.
struct Helper {
    pid: Pid,
    /// Its end tells the helper to go.
    hold: OwnedFd,
}

impl Helper {
    fn start() -> Result<Self, Errno> {
        let (made, tell) = pipe_with(PipeFlags::CLOEXEC)?;
        let (wait, hold) = pipe_with(PipeFlags::CLOEXEC)?;
        // SAFETY: this process has one thread, so its child may do whatever it may do itself.
        match unsafe { libc::fork() } {
            -1 => Err(last_errno()),
            0 => {
                drop((made, hold));
                std::process::exit(stay_in_new_namespace(&tell, &wait))
            }
            child => {
                drop((tell, wait));
                let pid = Pid::from_raw(child).ok_or(Errno::CHILD)?;
                match rustix::io::read(&made, &mut [0_u8]) {
                    Ok(1) => Ok(Self { pid, hold }),
                    _ => Err(why_it_ended(pid)),
                }
            }
        }
    }

    fn map(&self, map: &[Extent]) -> Result<OwnedFd, LaunchFailure> {
        let pid = self.pid.as_raw_nonzero();
        let mut rows = String::new();
        for Extent { inside, outside, count } in map {
            // Writing to a string never fails.
            let _ = writeln!(rows, "{inside} {outside} {count}");
        }
        for file in ["uid_map", "gid_map"] {
            super::write(format!("/proc/{pid}/{file}").as_ref(), rows.as_bytes())
                .map_err(|errno| LaunchFailure::new(file, errno))?;
        }
        open(format!("/proc/{pid}/ns/user"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|errno| LaunchFailure::new("user namespace", errno))
    }

    fn end(self) {
        drop(self.hold);
        // Nothing can be done about a failure, and nothing needs to: an open namespace stays.
        let _ = waitpid(Some(self.pid), WaitOptions::empty());
    }
}

/// The exit code is errno, or 0.
fn stay_in_new_namespace(tell: &OwnedFd, wait: &OwnedFd) -> i32 {
    // SAFETY: takes integers only, and there is one thread.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER) } == -1 {
        return last_errno().raw_os_error();
    }
    match rustix::io::write(tell, b"m").and_then(|_| rustix::io::read(wait, &mut [0_u8])) {
        Ok(_) => 0,
        Err(errno) => errno.raw_os_error(),
    }
}

fn why_it_ended(helper: Pid) -> Errno {
    match waitpid(Some(helper), WaitOptions::empty()) {
        Ok(Some((_, status))) => status.exit_status().map_or(Errno::CHILD, Errno::from_raw_os_error),
        _ => Errno::CHILD,
    }
}
