//! An interpreter that has started already and forks itself into cells.

use super::cold::Descriptors;
use super::failure::{CellFailure, failed};
use super::group::Group;
use super::wire::{receive, send};
use crate::seal::{Filter, drop_capabilities, last_errno, reset_signals};
use crate::spawn::{Command, unblock};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// Version of the requests.
const VERSION: u32 = 1;
/// The one cgroup descriptor is a directory of version 2.
const INTO_CGROUP: u32 = 1;
/// Above the pids that programs have: a library that asks "is my pid still the same?" must be told no in every fork,
/// and a program is pid 2 of its cell.
const ABOVE: i32 = 300;
/// What is kept of what it says.
const WORDS: usize = 2048;

/// One of them.
pub struct Zygote {
    /// As the runner sees it.
    pub pid: i32,
    socket: OwnedFd,
    /// What it prints, which should be nothing.
    output: OwnedFd,
    words: Vec<u8>,
    /// Its standard input, so that it is a pipe as a program's is; nothing is ever written to it.
    _input: OwnedFd,
    ready: bool,
}

impl Zygote {
    /// Starts it. It is ready when it says so.
    pub fn start(command: &Command, filter: &Filter, workspace: &str) -> Result<Self, CellFailure> {
        let kind = SocketType::SEQPACKET;
        let (socket, theirs) =
            socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None).map_err(failed("socketpair"))?;
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(failed("pipe"));
        let ((their_input, input), (output, their_output)) = (pipe()?, pipe()?);
        unblock(&output).map_err(failed("fcntl"))?;
        send(&socket, filter.bytes(), &[]).map_err(failed("zygote"))?;
        // SAFETY: the runner has one thread, so the child's memory is whole and it may allocate.
        match unsafe { libc::fork() } {
            -1 => Err(failed("fork")(last_errno())),
            0 => become_zygote(command, &theirs, &their_input, &their_output, workspace),
            pid => Ok(Self { pid, socket, output, words: Vec::new(), _input: input, ready: false }),
        }
    }

    /// Whether it can be asked to fork.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Descriptors to wait for: its socket until it is ready, and what it prints.
    pub fn sources(&self) -> [BorrowedFd<'_>; 2] {
        [self.socket.as_fd(), self.output.as_fd()]
    }

    /// Reads what it says. Returns whether it has just become ready; an end of its socket is a failure.
    pub fn hear(&mut self) -> Result<bool, CellFailure> {
        let mut words = [0; 512];
        while let Ok(length @ 1..) = rustix::io::read(&self.output, &mut words) {
            let room = WORDS.saturating_sub(self.words.len());
            self.words.extend_from_slice(&words[..length.min(room)]);
        }
        let mut byte = [0; 1];
        match receive(&self.socket, &mut byte) {
            Err(Errno::AGAIN | Errno::INTR) => Ok(false),
            Ok((1, _)) if byte == *b"R" && !self.ready => {
                self.ready = true;
                Ok(true)
            }
            Ok(_) => Err(CellFailure::new(format!("zygote ended: {}", self.last_words()), 0)),
            Err(errno) => Err(failed("zygote")(errno)),
        }
    }

    /// What it printed, for the daemon's log.
    pub fn last_words(&self) -> String {
        String::from_utf8_lossy(&self.words).trim().to_owned()
    }

    /// Asks it to fork itself into a cell. What becomes of it is told on the leash.
    pub fn fork_into(&self, to: &Descriptors<'_>) -> Result<(), CellFailure> {
        let unified = to.group.is_some_and(Group::is_unified);
        let flags = if unified { INTO_CGROUP } else { 0 };
        let request = [VERSION.to_ne_bytes(), flags.to_ne_bytes()].concat();
        let mut descriptors = vec![to.init, to.leash];
        descriptors.extend(to.streams);
        descriptors.extend(to.group.into_iter().flat_map(Group::entrances).map(AsFd::as_fd));
        send(&self.socket, &request, &descriptors).map_err(failed("zygote"))
    }
}

/// Uses up pids, so that the next process has one above those that programs have.
pub fn burn_pids() {
    for _ in 0..ABOVE {
        // SAFETY: the child does nothing but end.
        match unsafe { libc::fork() } {
            // SAFETY: as above.
            0 => unsafe { libc::_exit(0) },
            pid if (0..=ABOVE).contains(&pid) => reap(pid),
            pid => return reap(pid),
        }
    }
}

fn reap(pid: i32) {
    // SAFETY: waits for the child that was just made.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
}

fn become_zygote(command: &Command, socket: &OwnedFd, input: &OwnedFd, output: &OwnedFd, workspace: &str) -> ! {
    let prepared = rustix::process::chdir(workspace)
        .and_then(|()| reset_signals())
        .and_then(|()| drop_capabilities())
        .and_then(|()| place([input, output, output, socket]));
    if prepared.is_ok() {
        command.execute();
    }
    // SAFETY: ends this process without running anything of the runner's.
    unsafe { libc::_exit(127) }
}

/// To 0, 1, 2 and 3. The runner keeps its own three open and closes none, so every source is above 2, and those that
/// could be at 3 are moved first.
fn place(descriptors: [&OwnedFd; 4]) -> Result<(), Errno> {
    let aside: Vec<OwnedFd> = descriptors
        .into_iter()
        .map(|descriptor| rustix::io::fcntl_dupfd_cloexec(descriptor, 16))
        .collect::<Result<_, _>>()?;
    for (number, descriptor) in (0..).zip(&aside) {
        // SAFETY: both numbers are descriptors of this process, and nothing of it is used after the exec.
        if unsafe { libc::dup2(descriptor.as_raw_fd(), number) } == -1 {
            return Err(last_errno());
        }
    }
    Ok(())
}
