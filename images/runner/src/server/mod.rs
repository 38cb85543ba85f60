//! The loop: waits for the channel, children, pipes and time, and lets each run and transfer take one step.

mod cells;
mod requests;
mod turn;
mod welcome;

use crate::cell::{Hierarchy, Nursery};
use crate::counters::Counters;
use crate::files::Transfer;
use crate::ground::Ground;
use crate::guard::{self, NotPid1};
use crate::guest::Guest;
use crate::oom::OomScore;
use crate::options::Passed;
use crate::run::Run;
use crate::seal::{Filter, Memory};
use crate::signals::ChildSignal;
use crate::spawn::{StartFailure, Waiting};
use crate::wire::proto::{self, Hello};
use crate::wire::{Decoder, Duplex, FrameType, Outgoing, Violation};
use cells::Step;
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// The version of the protocol this runner speaks.
pub const PROTOCOL_VERSION: u32 = 2;

/// How long a last message may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Why the loop ended.
#[derive(Debug)]
pub enum End {
    /// The daemon is gone.
    ChannelClosed,
    /// The daemon broke the protocol, or the runner can't go on.
    Fatal(String),
}

impl From<Violation> for End {
    fn from(violation: Violation) -> Self {
        Self::Fatal(violation.to_string())
    }
}

impl From<NotPid1> for End {
    fn from(refusal: NotPid1) -> Self {
        Self::Fatal(refusal.to_string())
    }
}

/// Everything the runner holds.
pub struct Server {
    channel: Duplex,
    decoder: Decoder,
    out: Outgoing,
    children: ChildSignal,
    joins: Vec<OwnedFd>,
    /// What the launcher passed on for what the sandbox is to be; taken at Welcome.
    passed: Option<ForWelcome>,
    /// For programs whose memory a cgroup counts, and for others.
    filters: [Filter; 2],
    oom_score: Option<OomScore>,
    /// There once the daemon has said Welcome to a plain sandbox.
    ground: Option<Ground>,
    /// An interpreter that waits for the first program of a plain sandbox.
    waiting: Option<Waiting>,
    /// There once the daemon has said Welcome to a nursery.
    nursery: Option<Nursery>,
    /// The nursery opens no more cells.
    retired: bool,
    /// Open cells: the daemon's numbers, and the nursery's own.
    numbers: BTreeMap<u64, u64>,
    /// The cells of runs, those that wait among them.
    running: BTreeMap<u64, u64>,
    runs: BTreeMap<u64, Run>,
    transfers: BTreeMap<u64, Moving>,
    /// The highest number the daemon has used: frames for a lower one that is not open crossed its end.
    highest: u64,
    /// The last turn left something to reap.
    more_to_reap: bool,
    /// What was done for a program of late.
    step: Option<Step>,
}

/// What the launcher passed on, for one kind of sandbox or the other.
struct ForWelcome {
    counters: Counters,
    hierarchies: Vec<Hierarchy>,
    leaf: Option<OwnedFd>,
    init: Option<OwnedFd>,
}

/// A file on its way, the cell it belongs to, and whose it is.
struct Moving {
    transfer: Transfer,
    cell: u64,
    guest: Guest,
}

impl Server {
    /// Puts the parts together.
    pub fn new(channel: Duplex, passed: Passed, children: ChildSignal, oom_score: Option<OomScore>) -> Self {
        let mut out = Outgoing::default();
        let hello = Hello {
            protocol_version: PROTOCOL_VERSION,
            runner_version: env!("CARGO_PKG_VERSION").into(),
            nonce: passed.nonce,
        };
        out.message(FrameType::Hello, 0, &hello);
        Self {
            channel,
            decoder: Decoder::default(),
            out,
            children,
            joins: passed.joins,
            passed: Some(ForWelcome {
                counters: Counters::passed(passed.counters, passed.counters_from.as_deref()),
                hierarchies: passed.hierarchies,
                leaf: passed.leaf,
                init: passed.init,
            }),
            filters: [Filter::compile(Memory::Counted), Filter::compile(Memory::Watched)],
            oom_score,
            ground: None,
            waiting: None,
            nursery: None,
            retired: false,
            step: None,
            numbers: BTreeMap::new(),
            running: BTreeMap::new(),
            runs: BTreeMap::new(),
            transfers: BTreeMap::new(),
            highest: 0,
            more_to_reap: false,
        }
    }

    /// Serves until the channel ends or must. Afterwards nothing but this process is alive.
    pub fn serve(mut self) -> End {
        let end = loop {
            if let Err(end) = self.turn() {
                break end;
            }
        };
        if let End::Fatal(message) = &end {
            self.out.message(FrameType::Fatal, 0, &proto::Fatal { message: message.clone() });
            self.flush_last_words();
        }
        // Not being pid 1 was ruled out at the start; then there is nothing to kill either.
        let _ = guard::kill_everything();
        end
    }

    fn flush_last_words(&mut self) {
        let deadline = Instant::now() + LAST_WORDS;
        while self.out.waiting() > 0
            && Instant::now() < deadline
            && self.out.flush(self.channel.writing.as_fd()).is_ok()
        {
            let mut descriptors =
                [rustix::event::PollFd::new(&self.channel.writing, rustix::event::PollFlags::OUT)];
            let pause = rustix::event::Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
            let _ = rustix::event::poll(&mut descriptors, Some(&pause));
        }
    }

    fn start_failed(&mut self, run: u64, failure: &StartFailure) {
        self.runs.remove(&run);
        let message = proto::StartFailed {
            step: failure.step.into(),
            errno_number: failure.errno,
            command_unusable: failure.command_unusable(),
            file_path: failure.file.as_ref().map(|(path, _)| path.clone()).unwrap_or_default(),
            file_error: failure.file.as_ref().map(|(_, error)| *error),
        };
        self.out.message(FrameType::StartFailed, run, &message);
    }
}

fn broken(errno: Errno) -> End {
    match errno {
        Errno::PIPE | Errno::CONNRESET => End::ChannelClosed,
        other => End::Fatal(format!("channel: {other}")),
    }
}
