//! What the daemon asks for.

use super::cells::{environment, write_files};
use super::{End, Moving, Server};
use crate::cell::go;
use crate::files::{self, Transfer};
use crate::ground::Extent;
use crate::guest::Guest;
use crate::place::Place;
use crate::run::{Meter, Run};
use crate::seal::{Filter, ResourceLimits};
use crate::spawn::{Plan, StartFailure, Waiting, spawn};
use crate::wire::proto::{Exec, ExitCause, FileError, FileProblem, RunLimits};
use crate::wire::{FrameType, Incoming, Violation};
use std::os::fd::OwnedFd;

/// Runs at a time in a plain sandbox.
pub(super) const MAX_RUNS: usize = 1;
/// File transfers at a time.
const MAX_TRANSFERS: usize = 64;

impl Server {
    pub(super) fn act(&mut self, incoming: Incoming) -> Result<(), End> {
        let Some(incoming) = self.for_now(incoming)? else { return Ok(()) };
        match incoming {
            Incoming::Welcome(welcome) => return self.welcome(&welcome),
            Incoming::Ping => self.out.empty(FrameType::Pong, 0),
            Incoming::Exec(id, exec) => self.exec(id, exec)?,
            Incoming::OpenCell(number, asked) => self.open_cell(number, &asked)?,
            Incoming::CloseCell(number) => self.close_cell(number)?,
            Incoming::Stdin(id, bytes) => {
                if let Some(run) = self.runs.get_mut(&id) {
                    run.input(&bytes, &mut self.out)?;
                }
                self.known(id)?;
            }
            Incoming::StdinEnd(id) => {
                if let Some(run) = self.runs.get_mut(&id) {
                    run.input_end(&mut self.out);
                }
                self.known(id)?;
            }
            Incoming::Credit(id, bytes) => {
                if let Some(run) = self.runs.get_mut(&id) {
                    run.credit(bytes);
                } else if let Some(moving) = self.transfers.get_mut(&id) {
                    moving.transfer.credit(bytes)?;
                }
                self.known(id)?;
            }
            Incoming::Signal(id, number) => {
                if let Some(run) = self.runs.get_mut(&id) {
                    run.signal(number);
                }
                self.known(id)?;
            }
            Incoming::Kill(id) => {
                if let Some(run) = self.runs.get_mut(&id) {
                    run.end(ExitCause::Killed)?;
                }
                self.known(id)?;
            }
            Incoming::Put(..) | Incoming::PutData(..) | Incoming::Get(..) | Incoming::List(..) => {
                self.file_request(incoming)?;
            }
        }
        Ok(())
    }

    fn file_request(&mut self, incoming: Incoming) -> Result<(), End> {
        match incoming {
            Incoming::PutData(id, bytes) => {
                if let Some(moving) = self.transfers.get_mut(&id) {
                    let _acting = moving.guest.act();
                    if !moving.transfer.receive(&bytes, id, &mut self.out)? {
                        self.transfers.remove(&id);
                    }
                }
                self.known(id)?;
            }
            Incoming::Put(id, put) => {
                self.open(id)?;
                let begun = self.in_place(put.cell, |workspace| files::put(workspace, &put));
                self.begun(id, put.cell, begun);
            }
            Incoming::Get(id, get) => {
                self.open(id)?;
                let begun = self.in_place(get.cell, |workspace| files::get(workspace, &get));
                self.begun(id, get.cell, begun);
            }
            Incoming::List(id, list) => {
                self.open(id)?;
                match self.in_place(list.cell, |workspace| files::list(workspace, &list)) {
                    Ok(listing) => self.out.message(FrameType::Listing, id, &listing),
                    Err(error) => self.out.message(FrameType::FileError, id, &error),
                }
            }
            _ => unreachable!("act sends only file requests here"),
        }
        Ok(())
    }

    /// Does something with a workspace, as whoever owns it.
    fn in_place<T>(
        &self,
        cell: u64,
        action: impl FnOnce(&OwnedFd) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let none = FileError { problem: FileProblem::NoCell.into(), errno_number: 0 };
        let place = self.place(cell).ok_or(none)?;
        let _acting = place.guest().act();
        action(place.workspace())
    }

    fn begun(&mut self, id: u64, cell: u64, begun: Result<Transfer, FileError>) {
        match begun {
            Ok(mut transfer) => {
                let guest = self.place(cell).map_or(Guest::Same, Place::guest);
                let _acting = guest.act();
                if transfer.begin(id, &mut self.out) {
                    self.transfers.insert(id, Moving { transfer, cell, guest });
                } else {
                    // As the guest too: what could not get its name takes its temporary one away.
                    drop(transfer);
                }
            }
            Err(error) => self.out.message(FrameType::FileError, id, &error),
        }
    }

    fn exec(&mut self, id: u64, exec: Box<Exec>) -> Result<(), End> {
        self.open(id)?;
        let limits = exec.limits.filter(all_given).ok_or(Violation("an Exec without all limits".into()))?;
        if self.nursery.is_some() {
            return self.exec_in_cell(id, exec, limits);
        }
        if exec.cell != 0 {
            return Err(Violation("a cell in a plain sandbox".into()).into());
        }
        if self.runs.len() >= MAX_RUNS {
            return Err(Violation(format!("more than {MAX_RUNS} run at a time")).into());
        }
        let started = match self.waiting.take() {
            Some(waiting) if waiting.is_for(&exec, &limits) => self.hand_over(waiting, id, &exec, limits),
            other => {
                other.map_or(Ok(()), Waiting::end)?;
                self.start(id, &exec, limits)
            }
        };
        match started {
            Ok(run) => {
                self.runs.insert(id, run);
            }
            Err(failure) => self.start_failed(id, &failure),
        }
        Ok(())
    }

    /// To an interpreter that has started already.
    fn hand_over(
        &self,
        waiting: Waiting,
        id: u64,
        exec: &Exec,
        limits: RunLimits,
    ) -> Result<Run, StartFailure> {
        let ground = self.ground.as_ref().expect("open() has looked");
        write_files(&ground.place, &exec.files)?;
        let go = go(&exec.working_directory, &exec.argv, &environment(exec, true))
            .map_err(|failure| StartFailure { step: "argv", errno: failure.errno, file: None })?;
        ResourceLimits::new(&limits)
            .apply_to(waiting.pid)
            .map_err(|errno| StartFailure::new("setrlimit", errno))?;
        let meter = Meter::start_late(&ground.counters);
        let mut run = Run::new(id, waiting.take(go), Extent::Everything, limits, exec.initial_credit, meter);
        run.tell();
        Ok(run)
    }

    fn start(&self, id: u64, exec: &Exec, limits: RunLimits) -> Result<Run, StartFailure> {
        let filter = self.filter(limits.watchdog_memory_bytes > 0);
        let ground = self.ground.as_ref().expect("open() has looked");
        let workspace = ground.place.workspace();
        write_files(&ground.place, &exec.files)?;
        let plan = Plan::new(exec, ResourceLimits::new(&limits), workspace, &self.joins, filter)?;
        let meter = Meter::start(&ground.counters);
        let spawned = self.as_the_kernels_choice(|| spawn(&plan))?;
        Ok(Run::new(id, spawned, Extent::Everything, limits, exec.initial_credit, meter))
    }

    /// The filter for programs whose memory is watched, or counted.
    pub(super) fn filter(&self, memory_watched: bool) -> &Filter {
        let [counted, watched] = &self.filters;
        if memory_watched { watched } else { counted }
    }

    /// What is forked meanwhile is killed before the runner when memory is short.
    pub(super) fn as_the_kernels_choice<T>(&self, forking: impl FnOnce() -> T) -> T {
        self.oom_score.as_ref().inspect(|score| score.raise());
        let forked = forking();
        self.oom_score.as_ref().inspect(|score| score.restore());
        forked
    }

    /// Frames for a run that waits for its namespaces are kept for it.
    fn for_now(&mut self, incoming: Incoming) -> Result<Option<Incoming>, End> {
        match incoming {
            Incoming::Stdin(id, _)
            | Incoming::StdinEnd(id)
            | Incoming::Credit(id, _)
            | Incoming::Signal(id, _)
            | Incoming::Kill(id) => self.keep_early(id, incoming),
            other => Ok(Some(other)),
        }
    }

    /// Opens a new number.
    pub(super) fn open(&mut self, id: u64) -> Result<(), End> {
        let taken = self.runs.contains_key(&id)
            || self.transfers.contains_key(&id)
            || self.running.contains_key(&id)
            || self.numbers.contains_key(&id);
        if taken {
            return Err(Violation(format!("{id} is open already")).into());
        }
        if self.transfers.len() >= MAX_TRANSFERS {
            return Err(Violation(format!("more than {MAX_TRANSFERS} transfers at a time")).into());
        }
        self.highest = self.highest.max(id);
        if self.ground.is_none() && self.nursery.is_none() {
            return Err(Violation("a request before Welcome".into()).into());
        }
        Ok(())
    }

    /// A number that was never opened is a violation; one that is closed has just ended.
    pub(super) fn known(&self, id: u64) -> Result<(), Violation> {
        if id > self.highest { Err(Violation(format!("{id} was never opened"))) } else { Ok(()) }
    }
}

fn all_given(limits: &RunLimits) -> bool {
    let RunLimits { wall_time_micros, cpu_time_micros, output_bytes, file_size_bytes, open_files, .. } =
        *limits;
    [wall_time_micros, cpu_time_micros, output_bytes, file_size_bytes, open_files]
        .iter()
        .all(|&limit| limit > 0)
}
