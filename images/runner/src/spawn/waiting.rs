//! An interpreter that is started in a plain sandbox before its program is known, and waits for it on a leash, as in cells:
//! `docs/architecture/cells.md`.

use super::{Pipes, Plan, REPORT_BYTES, Spawned, StartFailure, child, unblock};
use crate::guard::{self, NotPid1};
use crate::seal::{Filter, ResourceLimits, last_errno};
use crate::wire::proto::{Exec, RunLimits, WaitingInterpreter};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::os::fd::OwnedFd;

/// An interpreter that takes longer is done without. Nothing else is done meanwhile.
const AWAKE_WITHIN: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };
/// What is told of what it said.
const WORDS: usize = 2048;

/// One of them, sealed as a program is. It exits by itself when this is dropped.
pub struct Waiting {
    /// Its process id.
    pub pid: i32,
    name: String,
    memory_watched: bool,
    leash: OwnedFd,
    input: OwnedFd,
    outputs: Vec<OwnedFd>,
}

impl Waiting {
    /// Starts it.
    pub fn start(
        asked: &WaitingInterpreter,
        workspace: &OwnedFd,
        joins: &[OwnedFd],
        filter: &Filter,
    ) -> Result<Self, StartFailure> {
        let exec = Exec { argv: asked.argv.clone(), environment: asked.environment.clone(), ..Exec::default() };
        let limits = ResourceLimits::of_every_program();
        let plan = Plan { waits: true, ..Plan::new(&exec, limits, workspace, joins, filter)? };
        let (leash, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .map_err(|errno| StartFailure::new("socketpair", errno))?;
        unblock(&leash).map_err(|errno| StartFailure::new("fcntl", errno))?;
        let pipes = Pipes::new(false)?;
        // SAFETY: the runner has one thread, so the child's memory is whole and it may allocate.
        match unsafe { libc::fork() } {
            -1 => Err(StartFailure::new("fork", last_errno())),
            0 => child::become_program(
                &plan,
                &pipes.child_input,
                &pipes.child_output,
                pipes.child_error(),
                &theirs,
            ),
            pid => {
                let Pipes { input, outputs, .. } = pipes;
                let (name, memory_watched) = (asked.name.clone(), asked.memory_watched);
                Ok(Self { pid, name, memory_watched, leash, input, outputs })
            }
        }
    }

    /// Waits until it says that it waits.
    pub fn wake(&self) -> Result<(), StartFailure> {
        let ready = loop {
            match poll(&mut [PollFd::new(&self.leash, PollFlags::IN)], Some(&AWAKE_WITHIN)) {
                Err(Errno::INTR) => {}
                other => break other == Ok(1),
            }
        };
        if !ready {
            return Err(StartFailure::new("wait", Errno::TIMEDOUT));
        }
        let mut report = [0; REPORT_BYTES];
        match rustix::io::read(&self.leash, &mut report) {
            Ok(1) if report[0] == b'W' => Ok(()),
            Ok(REPORT_BYTES) => Err(StartFailure::parse(report)),
            _ => Err(StartFailure::new("wait", Errno::CHILD)),
        }
    }

    /// What it said on its standard error, for the operator's log.
    pub fn last_words(&self) -> String {
        let mut words = [0; WORDS];
        let length = self.outputs.last().and_then(|errors| rustix::io::read(errors, &mut words).ok());
        String::from_utf8_lossy(&words[..length.unwrap_or(0)]).trim().to_owned()
    }

    /// Whether it is what this program is to be run by.
    pub fn is_for(&self, exec: &Exec, limits: &RunLimits) -> bool {
        let watched = limits.watchdog_memory_bytes > 0;
        exec.interpreter == self.name && !exec.merge_stderr && watched == self.memory_watched
    }

    /// The process for a run, with what it is to be told.
    pub fn take(self, go: Vec<u8>) -> Spawned {
        let Self { pid, leash, input, outputs, .. } = self;
        Spawned { pid, status: leash, go, warm: true, input, outputs }
    }

    /// Kills it, and whatever it may have started, and waits until it is gone: nothing else is in this sandbox.
    pub fn end(self) -> Result<(), NotPid1> {
        guard::kill_everything()?;
        // SAFETY: waits for a child of this process that nobody has waited for.
        while unsafe { libc::waitpid(self.pid, std::ptr::null_mut(), libc::__WALL) } == -1
            && last_errno() == Errno::INTR
        {}
        Ok(())
    }
}
