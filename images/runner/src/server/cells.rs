//! Cells, as the daemon opens, uses and closes them.

use super::{End, Server};
use crate::cell::{Cell, CellFailure, Entrant, Group, Listening, Namespaces, News, Pending, Pressure, go};
use crate::children::Dead;
use crate::files;
use crate::ground::{CellExtent, Extent};
use crate::place::Place;
use crate::run::{Meter, Run};
use crate::seal::ResourceLimits;
use crate::spawn::StartFailure;
use crate::wire::proto::{self, CellLimits, Exec, ExitCause, OpenCell, RunLimits};
use crate::wire::{FrameType, Incoming, Violation};
use std::time::{Duration, Instant};

/// A program that may end within this time of its start is not disturbed by cells for others, and neither is the daemon
/// that has just heard of its end.
const SHORT: Duration = Duration::from_millis(3);
/// The same for a program of an interpreter that waits in its cell: another one of it is another start of an interpreter.
const SHORT_OF_WAITING: Duration = Duration::from_millis(15);
/// Frames kept for a run that waits for its namespaces.
const MOST_EARLY: usize = 64;

/// The last thing that was done for a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// So long cells for others wait.
    until: Instant,
    /// A cell was opened for it, and it has not come yet.
    opened: bool,
}

impl Step {
    fn opened() -> Self {
        Self { until: Instant::now() + SHORT, opened: true }
    }

    fn done(undisturbed: Duration) -> Self {
        Self { until: Instant::now() + undisturbed, opened: false }
    }
}

impl Server {
    pub(super) fn open_cell(&mut self, number: u64, asked: &OpenCell) -> Result<(), End> {
        self.open(number)?;
        let limits = asked.limits.filter(whole).ok_or(Violation("an OpenCell without all limits".into()))?;
        let nursery = self.nursery.as_mut().ok_or(Violation("a cell in a plain sandbox".into()))?;
        if self.numbers.len() >= nursery.max_cells() {
            self.refuse_cell(number, &CellFailure::new("max_cells", libc::EAGAIN));
            return Ok(());
        }
        if self.retired {
            self.refuse_cell(number, &CellFailure::new("retired", 0));
            return Ok(());
        }
        let entrant = nursery.entrant(&asked.interpreter);
        let made = match nursery.from_stock(entrant).or_else(|| nursery.any_of_stock()) {
            Some(serial) => Ok(serial),
            None => nursery.make(entrant, limits),
        };
        match made.and_then(|serial| nursery.limit(serial, &limits).map(|()| serial)) {
            Ok(serial) => {
                if let Some(cell) = nursery.cells.get_mut(&serial) {
                    cell.number = Some(number);
                }
                self.numbers.insert(number, serial);
                self.advance(serial)
            }
            Err(failure) => {
                self.refuse_cell(number, &failure);
                self.doubt(&failure);
                Ok(())
            }
        }
    }

    fn refuse_cell(&mut self, number: u64, failure: &CellFailure) {
        let message = proto::CellFailed { step: failure.step.clone(), errno_number: failure.errno };
        self.out.message(FrameType::CellFailed, number, &message);
    }

    pub(super) fn close_cell(&mut self, number: u64) -> Result<(), End> {
        let Some(&serial) = self.numbers.get(&number) else { return Ok(self.known(number)?) };
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        cell.closing = true;
        let (run, pending) = (cell.run, cell.pending.take());
        if let Some(pending) = pending {
            self.running.remove(&pending.run);
            self.start_failed(pending.run, &StartFailure::no_cell());
        }
        match run.and_then(|run| self.runs.get_mut(&run)) {
            Some(run) => run.end(ExitCause::Killed)?,
            None => self.empty(serial),
        }
        self.close_if_empty(serial);
        Ok(())
    }

    /// Kills what waits in a cell.
    fn empty(&mut self, serial: u64) {
        if let Some(cell) = self.cell_mut(serial)
            && let Some(mut namespaces) = cell.namespaces.take()
        {
            namespaces.give_up();
            cell.leaving.push(namespaces.init);
        }
    }

    /// A cell that is to go and in which nothing is alive is gone.
    fn close_if_empty(&mut self, serial: u64) {
        let Some(nursery) = &mut self.nursery else { return };
        let Some(cell) = nursery.cells.get(&serial) else { return };
        if !cell.closing || cell.run.is_some() || cell.namespaces.is_some() || !cell.leaving.is_empty() {
            return;
        }
        let number = cell.number;
        nursery.forget(serial);
        if let Some(number) = number {
            self.numbers.remove(&number);
            self.transfers.retain(|_, transfer| transfer.cell != number);
            self.out.empty(FrameType::CellClosed, number);
        }
    }

    pub(super) fn exec_in_cell(&mut self, run: u64, exec: Box<Exec>, limits: RunLimits) -> Result<(), End> {
        let Some(&serial) = self.numbers.get(&exec.cell) else {
            self.start_failed(run, &StartFailure::no_cell());
            return Ok(());
        };
        let entrant = match &self.nursery {
            Some(nursery) if !exec.interpreter.is_empty() => nursery.entrant(&exec.interpreter),
            _ => Entrant::Cold,
        };
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        if cell.run.is_some() || cell.pending.is_some() {
            return Err(Violation(format!("a second program in cell {}", exec.cell)).into());
        }
        let merged = exec.merge_stderr;
        cell.pending = Some(Pending { run, exec, limits, early: Vec::new() });
        let fits = cell.is_for(entrant, merged);
        self.running.insert(run, serial);
        if !fits {
            self.empty(serial);
            let nursery = self.nursery.as_mut().expect("there are cells");
            if let Err(failure) = nursery.make_again(serial, entrant, merged) {
                return self.cell_failed(serial, &failure);
            }
        }
        self.advance(serial)
    }

    /// Keeps a frame for a run that waits for its namespaces. Returns it when there is none.
    pub(super) fn keep_early(&mut self, run: u64, incoming: Incoming) -> Result<Option<Incoming>, End> {
        let serial = self.running.get(&run).copied();
        let Some(cell) = serial.and_then(|serial| self.cell_mut(serial)) else { return Ok(Some(incoming)) };
        let Some(pending) = cell.pending.as_mut().filter(|pending| pending.run == run) else {
            return Ok(Some(incoming));
        };
        if pending.early.len() >= MOST_EARLY {
            return Err(Violation("too much for a program that has not started".into()).into());
        }
        pending.early.push(incoming);
        Ok(None)
    }

    /// Something of the nursery's is to be read.
    pub(super) fn listen(&mut self, from: Listening) -> Result<(), End> {
        let Some(nursery) = &mut self.nursery else { return Ok(()) };
        if let Listening::Zygote(index) = from {
            if let Err(failure) = nursery.hear_zygote(index) {
                self.retire(&failure.to_string());
            }
            return Ok(());
        }
        let (Listening::Init(serial) | Listening::Leash(serial)) = from else { return Ok(()) };
        match nursery.hear(from) {
            Ok(News::None) => Ok(()),
            Ok(News::Folders(folders)) => {
                if let Some(cell) = nursery.cells.get_mut(&serial) {
                    cell.furnish(folders);
                }
                Ok(())
            }
            Ok(News::Resized) => {
                if let Some(cell) = nursery.cells.get_mut(&serial) {
                    cell.resized();
                }
                self.advance(serial)
            }
            Ok(News::Ready) => self.advance(serial),
            Err(failure) => self.cell_failed(serial, &failure),
        }
    }

    /// Does what can be done with a cell that may have become ready.
    fn advance(&mut self, serial: u64) -> Result<(), End> {
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        match cell.fit() {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(failure) => return self.cell_failed(serial, &failure),
        }
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        if let Some(number) = cell.number
            && !cell.opened
        {
            cell.opened = true;
            self.step = Some(Step::opened());
            self.out.empty(FrameType::CellOpened, number);
        }
        let Some(pending) = self.cell_mut(serial).and_then(|cell| cell.pending.take()) else { return Ok(()) };
        let (run, early) = (pending.run, self.launch(serial, pending));
        match early {
            Ok(early) => early.into_iter().try_for_each(|incoming| self.act(incoming)),
            Err(failure) => {
                self.running.remove(&run);
                self.start_failed(run, &failure);
                Ok(())
            }
        }
    }

    /// Hands the program over. Returns what came for it before.
    fn launch(&mut self, serial: u64, pending: Pending) -> Result<Vec<Incoming>, StartFailure> {
        let Pending { run: id, exec, limits, early } = pending;
        let nursery = self.nursery.as_mut().expect("there are cells");
        let undisturbed = if nursery.is_waiting_in(serial) { SHORT_OF_WAITING } else { SHORT };
        let cell = nursery.cells.get_mut(&serial).expect("it was looked up");
        let (Some(ground), Some(namespaces)) = (&mut cell.ground, &mut cell.namespaces) else {
            return Err(StartFailure::no_cell());
        };
        write_files(&ground.place, &exec.files)?;
        let warm = namespaces.entrant() != Entrant::Cold;
        let go = go(&exec.working_directory, &exec.argv, &environment(&exec, warm))
            .map_err(|failure| StartFailure { step: "argv", errno: failure.errno, file: None })?;
        let limited = namespaces.process().map(|pid| ResourceLimits::new(&limits).apply_to(pid));
        if let Some(Err(errno)) = limited {
            return Err(StartFailure::new("setrlimit", errno));
        }
        ground.tree = namespaces.tree();
        let meter = Meter::start_late(&ground.counters);
        let extent = Extent::Cell(CellExtent {
            init: namespaces.pidfd(),
            init_pid: namespaces.init,
            members: cell.group.as_ref().and_then(Group::members),
            tree: ground.tree.clone(),
        });
        let spawned = namespaces.take(go).ok_or(StartFailure::no_cell())?;
        let mut run = Run::new(id, spawned, extent, limits, exec.initial_credit, meter);
        run.tell();
        self.step = Some(Step::done(undisturbed));
        cell.run = Some(id);
        self.runs.insert(id, run);
        Ok(early)
    }

    /// A cell could not be had, or not for the next program. The nursery goes on, unless that makes it doubtful.
    pub(super) fn cell_failed(&mut self, serial: u64, failure: &CellFailure) -> Result<(), End> {
        let namespaces = self.cell_mut(serial).and_then(|cell| cell.namespaces.as_ref());
        let interpreted = namespaces.is_some_and(|namespaces| namespaces.entrant() != Entrant::Cold);
        let blamed = self.nursery.as_mut().is_some_and(|nursery| nursery.blames_interpreter(serial));
        self.empty(serial);
        if !blamed || failure.is_alarming() {
            self.doubt(failure);
        }
        if interpreted && !failure.is_alarming() && self.start_cold(serial) {
            return Ok(());
        }
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        let (number, opened, pending) = (cell.number, cell.opened, cell.pending.take());
        if let Some(pending) = pending {
            self.running.remove(&pending.run);
            self.start_failed(pending.run, &StartFailure::no_cell());
        }
        if opened {
            return Ok(());
        }
        if let Some(cell) = self.cell_mut(serial) {
            cell.closing = true;
            cell.number = None;
        }
        if let Some(number) = number {
            self.numbers.remove(&number);
            self.refuse_cell(number, failure);
        }
        self.close_if_empty(serial);
        Ok(())
    }

    /// A program that waits for an interpreter that can't be had is started cold, as is one that will. Returns whether
    /// there was one.
    fn start_cold(&mut self, serial: u64) -> bool {
        let Some(nursery) = &mut self.nursery else { return false };
        let Some(cell) = nursery.cells.get(&serial) else { return false };
        let merged = cell.pending.as_ref().map(|pending| pending.exec.merge_stderr);
        if merged.is_none() && cell.number.is_none() {
            return false;
        }
        nursery.make_again(serial, Entrant::Cold, merged.unwrap_or_default()).is_ok()
    }

    fn doubt(&mut self, failure: &CellFailure) {
        let Some(nursery) = &mut self.nursery else { return };
        if nursery.note_failure() || failure.is_alarming() {
            self.retire(&failure.to_string());
        }
    }

    /// No more cells. Those that were made ahead go.
    fn retire(&mut self, reason: &str) {
        if self.retired {
            return;
        }
        self.retired = true;
        self.out.message(FrameType::Retire, 0, &proto::Retire { reason: reason.into() });
        let Some(nursery) = &mut self.nursery else { return };
        let stock = nursery.cells.iter().filter(|(_, cell)| cell.number.is_none()).map(|(&serial, _)| serial);
        for serial in stock.collect::<Vec<_>>() {
            if let Some(cell) = self.cell_mut(serial) {
                cell.closing = true;
            }
            self.empty(serial);
            self.close_if_empty(serial);
        }
    }

    /// A child of the nursery's has ended.
    pub(super) fn reaped_in_nursery(&mut self, dead: &Dead) -> Result<(), End> {
        let run = self.runs.iter().find(|(_, run)| run.main() == dead.pid).map(|(&id, _)| id);
        if let Some(id) = run {
            return self.main_ended(id, dead);
        }
        let Some(nursery) = &mut self.nursery else { return Ok(()) };
        let of_cell = |cell: &Cell| {
            cell.leaving.contains(&dead.pid)
                || cell.namespaces.as_ref().is_some_and(|namespaces| namespaces.init == dead.pid)
        };
        if let Some((&serial, _)) = nursery.cells.iter().find(|(_, cell)| of_cell(cell)) {
            return self.init_ended(serial, dead.pid);
        }
        let waits = |cell: &Cell| {
            let namespaces = cell.namespaces.as_ref().filter(|namespaces| !namespaces.are_spent());
            namespaces.and_then(Namespaces::process) == Some(dead.pid)
        };
        if let Some((&serial, _)) = nursery.cells.iter().find(|(_, cell)| waits(cell)) {
            return self.cell_failed(serial, &CellFailure::new("ended while it waited", 0));
        }
        if let Some(index) = nursery.zygote_of(dead.pid)
            && let Err(failure) = nursery.hear_zygote(index)
        {
            self.retire(&failure.to_string());
        }
        Ok(())
    }

    fn main_ended(&mut self, id: u64, dead: &Dead) -> Result<(), End> {
        let Some(run) = self.runs.get_mut(&id) else { return Ok(()) };
        if let Some(failure) = run.reaped(dead, &mut self.out)? {
            self.start_failed(id, &failure);
            self.start_failed_in_cell(id);
        }
        Ok(())
    }

    /// Init has been reaped, so nothing that was in its pid namespace is alive.
    fn init_ended(&mut self, serial: u64, init: i32) -> Result<(), End> {
        let Some(cell) = self.cell_mut(serial) else { return Ok(()) };
        if cell.leaving.contains(&init) {
            cell.leaving.retain(|&pid| pid != init);
        } else if cell.run.is_some() {
            cell.namespaces = None;
            self.exit_in_cell(serial)?;
        } else {
            cell.namespaces = None;
            self.cell_failed(serial, &CellFailure::new("init ended", 0))?;
        }
        self.close_if_empty(serial);
        Ok(())
    }

    fn exit_in_cell(&mut self, serial: u64) -> Result<(), End> {
        let nursery = self.nursery.as_mut().expect("there are cells");
        let Some(cell) = nursery.cells.get_mut(&serial) else { return Ok(()) };
        let (Some(id), Some(ground)) = (cell.run.take(), &cell.ground) else { return Ok(()) };
        self.running.remove(&id);
        self.step = Some(Step::done(SHORT));
        let Some(mut run) = self.runs.remove(&id) else { return Ok(()) };
        if run.exit(ground, &mut self.out) {
            Ok(())
        } else {
            Err(End::Fatal("the main process was never reaped".into()))
        }
    }

    /// A run that could not start has left a process behind.
    pub(super) fn start_failed_in_cell(&mut self, id: u64) {
        let Some(serial) = self.running.remove(&id) else { return };
        if let Some(cell) = self.cell_mut(serial) {
            cell.run = None;
        }
        self.empty(serial);
    }

    /// Gives up a cell that is not ready in time.
    pub(super) fn tend(&mut self, now: Instant) -> Result<(), End> {
        match self.nursery.as_ref().and_then(|nursery| nursery.late(now)) {
            Some(serial) => self.cell_failed(serial, &CellFailure::new("late", 0)),
            None => Ok(()),
        }
    }

    /// Whom a cell should be made for now.
    pub(super) fn missing(&self) -> Option<Entrant> {
        let nursery = self.nursery.as_ref().filter(|_| !self.retired)?;
        let pressure = match self.step {
            // The daemon has what it opened a cell for at hand.
            Some(Step { opened: true, .. }) => return None,
            Some(_) => Pressure::High,
            None if self.running.is_empty() => Pressure::None,
            None => Pressure::Some,
        };
        nursery.missing(pressure)
    }

    /// When more may be missing than now; the last step is forgotten once that is so.
    pub(super) fn calm(&mut self) -> Option<Instant> {
        self.step = self.step.filter(|step| step.until > Instant::now());
        self.step.map(|step| step.until)
    }

    /// Makes one ahead. That takes the loop half a millisecond, so it is done when there is nothing else to do.
    pub(super) fn make_ahead(&mut self, entrant: Entrant) {
        let Some(nursery) = &mut self.nursery else { return };
        if let Err(failure) = nursery.make(entrant, nursery.limits()) {
            self.doubt(&failure);
        }
    }

    fn cell_mut(&mut self, serial: u64) -> Option<&mut Cell> {
        self.nursery.as_mut()?.cells.get_mut(&serial)
    }

    /// Where a file request goes: the plain workspace, or that of an open cell.
    pub(super) fn place(&self, cell: u64) -> Option<&Place> {
        let Some(nursery) = &self.nursery else { return self.ground.as_ref().map(|ground| &ground.place) };
        let cell = nursery.cells.get(self.numbers.get(&cell)?)?;
        cell.ground.as_ref().map(|ground| &ground.place)
    }
}

/// Writes a program's files before its start.
pub(super) fn write_files(place: &Place, files: &[proto::ProgramFile]) -> Result<(), StartFailure> {
    let _acting = place.guest().act();
    for file in files {
        files::store(place.workspace(), file).map_err(|error| StartFailure::of_file(file, error))?;
    }
    Ok(())
}

/// The variables of the program: a warm start leaves out those that only a cold one needs.
pub(super) fn environment(exec: &Exec, warm: bool) -> Vec<&Vec<u8>> {
    let cold_only = |variable: &[u8]| {
        let name = variable.split(|&byte| byte == b'=').next().unwrap_or_default();
        exec.cold_environment.iter().any(|cold| cold.as_slice() == name)
    };
    exec.environment.iter().filter(|variable| !warm || !cold_only(variable)).collect()
}

fn whole(limits: &CellLimits) -> bool {
    let CellLimits { memory_bytes, processes, cpu_millis, workspace_bytes, tmp_bytes, shm_bytes } = *limits;
    [memory_bytes, processes, cpu_millis, workspace_bytes, tmp_bytes, shm_bytes].iter().all(|&limit| limit > 0)
}
