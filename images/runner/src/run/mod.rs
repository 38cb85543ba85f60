//! One program from its start to its exit.
//!
//! A run is [`Stage::Starting`] until its exec has succeeded, [`Stage::Running`] until its main process is dead or
//! must be, and [`Stage::Ending`] until nothing of it is alive. Then its [`Run::exit`] is told.

mod ending;
mod input;
mod meter;
mod output;

pub use input::STDIN_WINDOW;
pub use meter::Meter;

use crate::children::{Dead, Status};
use crate::ground::{Extent, Ground};
use crate::guard;
use crate::spawn::{REPORT_BYTES, Spawned, StartFailure};
use crate::wire::proto::{ExitCause, RunLimits};
use crate::wire::{FrameType, Outgoing, Violation};
use input::Input;
use output::Outputs;
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// While a run ends, the kill is repeated this often: a process may come into being behind it.
const KILL_AGAIN: Duration = Duration::from_millis(5);
/// What waits becomes the program within microseconds of the go. One that takes this long may be the program
/// already, and is treated as such: killed when its time is up, or at once when it was to be killed.
const START_WITHIN: Duration = Duration::from_secs(1);
/// Signals that may wait for the program to start.
const MAX_EARLY_SIGNALS: usize = 16;

enum Stage {
    /// On its way; the status pipe, or the leash of a cell's process, tells whether it became the program.
    Starting(OwnedFd),
    /// Since when.
    Running(Instant),
    /// Being killed, for this reason.
    Ending(ExitCause),
}

/// A program under way.
pub struct Run {
    id: u64,
    main: i32,
    stage: Stage,
    limits: RunLimits,
    input: Input,
    outputs: Outputs,
    meter: Meter,
    started: Option<Instant>,
    ended: Option<(Status, Instant)>,
    survivors: u32,
    early_signals: Vec<i32>,
    early_kill: bool,
    extent: Extent,
    begun: Instant,
    /// What a waiting process still has to be told before it becomes the program.
    go: Vec<u8>,
    warm: bool,
}

/// A run's descriptor that the loop may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The status pipe.
    Status,
    /// The leash takes more of the go.
    Go,
    /// Standard input has room.
    Input,
    /// An output, by index.
    Output(usize),
}

impl Run {
    /// Takes over a child that is on its way to become the program. `meter` was started before.
    pub fn new(
        id: u64,
        spawned: Spawned,
        extent: Extent,
        limits: RunLimits,
        credit: u32,
        meter: Meter,
    ) -> Self {
        Self {
            id,
            main: spawned.pid,
            stage: Stage::Starting(spawned.status),
            input: Input::new(spawned.input),
            outputs: Outputs::new(spawned.outputs, &limits, credit),
            limits,
            meter,
            started: None,
            ended: None,
            survivors: 0,
            early_signals: Vec::new(),
            early_kill: false,
            extent,
            begun: Instant::now(),
            go: spawned.go,
            warm: spawned.warm,
        }
    }

    /// The main process, as the runner sees it.
    pub fn main(&self) -> i32 {
        self.main
    }

    /// The descriptors worth waiting for now, and whether for writing.
    pub fn sources(&self, room: bool) -> Vec<(Source, BorrowedFd<'_>)> {
        let mut sources = Vec::with_capacity(4);
        match &self.stage {
            Stage::Starting(status) => {
                sources.push((Source::Status, status.as_fd()));
                if !self.go.is_empty() {
                    sources.push((Source::Go, status.as_fd()));
                }
            }
            Stage::Running(_) => {
                sources.extend(self.input.waiting().map(|descriptor| (Source::Input, descriptor)));
                if room {
                    let ready = self.outputs.wanted();
                    sources.extend(ready.map(|(index, descriptor)| (Source::Output(index), descriptor)));
                }
            }
            Stage::Ending(_) => {}
        }
        sources
    }

    /// One of [`Run::sources`] is ready.
    pub fn ready(
        &mut self,
        source: Source,
        out: &mut Outgoing,
    ) -> Result<Option<StartFailure>, guard::NotPid1> {
        match source {
            Source::Status => {
                if let Err(failure) = self.started(out) {
                    return Ok(Some(failure));
                }
                if self.early_kill && matches!(self.stage, Stage::Running(_)) {
                    self.end(ExitCause::Killed)?;
                }
            }
            Source::Go => self.tell(),
            Source::Input => self.input.pump(self.id, out),
            Source::Output(index) => {
                if self.outputs.pump(index, self.id, out) {
                    self.end(ExitCause::Output)?;
                }
            }
        }
        Ok(None)
    }

    /// Writes what the leash takes of the go; its end is the end of the stream. A process that is gone is found when it
    /// is reaped.
    pub fn tell(&mut self) {
        let Stage::Starting(leash) = &self.stage else { return };
        while !self.go.is_empty() {
            match rustix::io::write(leash, &self.go) {
                Ok(written) => drop(self.go.drain(..written)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.go.clear(),
            }
        }
        let _ = rustix::net::shutdown(leash, rustix::net::Shutdown::Write);
    }

    /// Looks into the status pipe: end of file is success, anything else a failure.
    fn started(&mut self, out: &mut Outgoing) -> Result<(), StartFailure> {
        let Stage::Starting(status) = &self.stage else { return Ok(()) };
        let mut report = [0; REPORT_BYTES];
        match rustix::io::read(status, &mut report) {
            Ok(0) => {}
            Ok(_) => return Err(StartFailure::parse(report)),
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            Err(errno) => return Err(StartFailure::new("status", errno)),
        }
        self.has_started(out);
        Ok(())
    }

    fn has_started(&mut self, out: &mut Outgoing) {
        let now = Instant::now();
        self.started = Some(now);
        self.stage = Stage::Running(now);
        self.meter.running(now, &self.limits);
        let started = crate::wire::proto::Started { pid: self.main.unsigned_abs(), warm: self.warm };
        out.message(FrameType::Started, self.id, &started);
        for signal in std::mem::take(&mut self.early_signals) {
            self.signal(signal);
        }
    }

    /// When a process that waited is taken for the program though it has not said so.
    fn late(&self) -> Option<Instant> {
        let waited = self.warm || matches!(self.extent, Extent::Cell(_));
        let starting = matches!(self.stage, Stage::Starting(_));
        (waited && starting).then(|| self.begun + START_WITHIN)
    }

    /// More credit for output.
    pub fn credit(&mut self, bytes: u32) {
        self.outputs.grant(bytes);
    }

    /// Bytes for standard input; more than was granted is a violation.
    pub fn input(&mut self, bytes: &[u8], out: &mut Outgoing) -> Result<(), Violation> {
        self.input.add(bytes)?;
        if matches!(self.stage, Stage::Running(_)) {
            self.input.pump(self.id, out);
        }
        Ok(())
    }

    /// Standard input ends after what was sent of it.
    pub fn input_end(&mut self, out: &mut Outgoing) {
        self.input.end();
        self.input.pump(self.id, out);
    }

    /// A signal for the program's process group. Gone processes are nobody's error.
    pub fn signal(&mut self, number: i32) {
        match self.stage {
            Stage::Starting(_) if self.early_signals.len() < MAX_EARLY_SIGNALS => {
                self.early_signals.push(number)
            }
            Stage::Running(_) => {
                let _ = guard::signal_group(self.main, number);
            }
            _ => {}
        }
    }

    /// Ends the run: everything in its extent is killed. The first reason stands; reaping comes first in each turn of
    /// the loop, so a program that is dead already has ended by itself.
    ///
    /// A child that has not reached its exec is let go on to it, which is a matter of microseconds: only then can it
    /// be told whether anything of the program ran.
    pub fn end(&mut self, cause: ExitCause) -> Result<(), guard::NotPid1> {
        match self.stage {
            Stage::Starting(_) => self.early_kill = true,
            Stage::Running(_) => {
                self.stage = Stage::Ending(cause);
                self.survivors = self.extent.strangers(self.main);
                self.extent.kill()?;
            }
            Stage::Ending(_) => {}
        }
        Ok(())
    }

    /// A process of the sandbox has been reaped.
    pub fn reaped(&mut self, dead: &Dead, out: &mut Outgoing) -> Result<Option<StartFailure>, guard::NotPid1> {
        self.meter.reaped(dead);
        if dead.pid != self.main {
            let ending = matches!(self.stage, Stage::Ending(_));
            self.survivors += u32::from(ending && dead.status.is_killed());
            return Ok(None);
        }
        if let Err(failure) = self.started(out) {
            return Ok(Some(failure));
        }
        self.ended = Some((dead.status, Instant::now()));
        self.end(ExitCause::Ended)?;
        Ok(None)
    }

    /// What time has come for: limits, a look at the tree, another kill.
    pub fn tick(&mut self, now: Instant, ground: &Ground, out: &mut Outgoing) -> Result<(), guard::NotPid1> {
        if self.late().is_some_and(|late| now >= late) {
            self.has_started(out);
            return if self.early_kill { self.end(ExitCause::Killed) } else { Ok(()) };
        }
        match self.stage {
            Stage::Starting(_) => Ok(()),
            Stage::Ending(_) => self.extent.kill(),
            Stage::Running(since) if now >= since + self.wall_limit() => self.end(ExitCause::WallTime),
            Stage::Running(_) => match self.meter.look(now, &self.limits, ground) {
                Some(cause) => self.end(cause),
                None => Ok(()),
            },
        }
    }

    /// When [`Run::tick`] has something to do next.
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        match self.stage {
            Stage::Starting(_) => self.late(),
            Stage::Running(since) => Some(self.meter.next_look().min(since + self.wall_limit())),
            Stage::Ending(_) => Some(now + KILL_AGAIN),
        }
    }

    /// Whether the run only waits for there to be no process any more.
    pub fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending(_))
    }

    /// A century at most, so that adding it to an instant can't overflow.
    fn wall_limit(&self) -> Duration {
        Duration::from_micros(self.limits.wall_time_micros).min(Duration::from_secs(100 * 365 * 86_400))
    }
}
