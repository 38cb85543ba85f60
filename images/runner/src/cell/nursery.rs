//! What all cells of a nursery share, and the stock of cells made ahead.

use super::Cell;
use super::attest::Terms;
use super::failure::{CellFailure, failed};
use super::group::{Groups, Hierarchy};
use super::namespaces::{Entrant, Entry, Namespaces, News};
use super::root::Root;
use super::zygote::{Zygote, burn_pids};
use crate::ground::Ground;
use crate::guest::Guest;
use crate::seal::{Filter, Memory};
use crate::spawn::Command;
use crate::wire::proto::{self, CellLimits, InterpreterKind};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Instant;

/// Cells in the making at a time: as many as there are processors, roughly, without starving those that run.
const MAKING_AT_ONCE: usize = 2;
/// Cells that failed one after the other before the nursery is in doubt.
const FAILURES_IN_DOUBT: u32 = 3;
/// Starts of an interpreter that failed one after the other before it is given up.
const FAILURES_OF_AN_INTERPRETER: u32 = 3;

/// How little cells that are made ahead may disturb: making one takes the loop and a processor from what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressure {
    /// Nothing runs.
    None,
    /// Programs run.
    Some,
    /// A program has just been started, and may end as soon.
    High,
}

impl Pressure {
    fn share_of(self, ahead: usize) -> usize {
        match self {
            Self::None => ahead,
            Self::Some => ahead.div_ceil(2),
            Self::High => ahead / 4,
        }
    }
}

/// A descriptor of the nursery's that the loop waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// Init of the cell with this serial number.
    Init(u64),
    /// The leash in it.
    Leash(u64),
    /// The zygote of this interpreter.
    Zygote(usize),
}

/// An interpreter kept warm.
struct Interpreter {
    name: String,
    kind: InterpreterKind,
    command: Command,
    ahead: usize,
    /// Of kind FORKED, while it lives.
    zygote: Option<Zygote>,
    /// Of kind WAITING: how often it ended one time after the other before it had a program.
    failures: u32,
}

/// The outer boundary, from the inside.
pub struct Nursery {
    root: Root,
    filter: Filter,
    terms: Terms,
    interpreters: Vec<Interpreter>,
    cold_ahead: usize,
    limits: CellLimits,
    max_cells: usize,
    free_ids: Option<BTreeSet<u32>>,
    groups: Groups,
    /// By serial number, those made ahead too.
    pub cells: BTreeMap<u64, Cell>,
    serial: u64,
    failures: u32,
}

impl Nursery {
    /// Prepares everything and starts the zygotes.
    pub fn new(
        settings: &proto::Nursery,
        workspace: &str,
        init: OwnedFd,
        hierarchies: Vec<Hierarchy>,
    ) -> Result<Self, CellFailure> {
        let groups = Groups::new(hierarchies).map_err(failed("cgroup"))?;
        let memory = if groups.has("memory") { Memory::Counted } else { Memory::Watched };
        let first = settings.first_uid;
        let mut nursery = Self {
            root: Root { template: settings.root.clone(), hidden: settings.hidden.clone(), init },
            filter: Filter::compile(memory),
            terms: Terms::new(settings.max_cells as usize)?,
            interpreters: Vec::new(),
            cold_ahead: settings.cold_ahead as usize,
            limits: settings.limits.ok_or(CellFailure::new("limits", 0))?,
            max_cells: settings.max_cells as usize,
            free_ids: (settings.uid_count > 0)
                .then(|| (first..first.saturating_add(settings.uid_count)).collect()),
            groups,
            cells: BTreeMap::new(),
            serial: 0,
            failures: 0,
        };
        burn_pids();
        for interpreter in &settings.interpreters {
            nursery.add(interpreter, workspace)?;
        }
        Ok(nursery)
    }

    fn add(&mut self, asked: &proto::Interpreter, workspace: &str) -> Result<(), CellFailure> {
        let command = Command::new(&asked.argv, &asked.environment)
            .map_err(|failure| CellFailure::new(failure.step, failure.errno))?;
        let zygote = match asked.kind() {
            InterpreterKind::Forked => Some(Zygote::start(&command, &self.filter, workspace)?),
            InterpreterKind::Waiting => None,
            InterpreterKind::Unspecified => return Err(CellFailure::new("interpreter", 0)),
        };
        let (name, ahead) = (asked.name.clone(), asked.ahead as usize);
        self.interpreters.push(Interpreter { name, kind: asked.kind(), command, ahead, zygote, failures: 0 });
        Ok(())
    }

    /// Cells that may be open at a time.
    pub fn max_cells(&self) -> usize {
        self.max_cells
    }

    /// Whether a cgroup counts kills for memory.
    pub fn counts_oom_kills(&self) -> bool {
        self.groups.has("memory")
    }

    /// Whether programs get cgroups.
    pub fn joins_cgroup(&self) -> bool {
        self.groups.are_there()
    }

    /// Who is to run a program of this interpreter: nobody warm when there is none.
    pub fn entrant(&self, interpreter: &str) -> Entrant {
        let found = self.interpreters.iter().position(|known| known.name == interpreter);
        match found.filter(|&index| self.is_available(index)) {
            Some(index) => Entrant::Interpreter(index),
            None => Entrant::Cold,
        }
    }

    fn is_available(&self, index: usize) -> bool {
        let interpreter = &self.interpreters[index];
        match interpreter.kind {
            InterpreterKind::Waiting => interpreter.failures < FAILURES_OF_AN_INTERPRETER,
            _ => interpreter.zygote.as_ref().is_some_and(Zygote::is_ready),
        }
    }

    /// Whether the interpreter in a cell was started there.
    pub fn is_waiting_in(&self, serial: u64) -> bool {
        let namespaces = self.cells.get(&serial).and_then(|cell| cell.namespaces.as_ref());
        match namespaces.map(Namespaces::entrant) {
            Some(Entrant::Interpreter(index)) => self.interpreters[index].kind == InterpreterKind::Waiting,
            _ => false,
        }
    }

    /// Descriptors to wait for.
    pub fn sources(&self) -> Vec<(Listening, BorrowedFd<'_>)> {
        let mut sources = Vec::new();
        for (&serial, cell) in &self.cells {
            if let Some(namespaces) = &cell.namespaces {
                let [init, leash] = namespaces.sources();
                sources.extend(init.map(|descriptor| (Listening::Init(serial), descriptor)));
                sources.extend(leash.map(|descriptor| (Listening::Leash(serial), descriptor)));
            }
        }
        for (index, interpreter) in self.interpreters.iter().enumerate() {
            let descriptors = interpreter.zygote.iter().flat_map(Zygote::sources);
            sources.extend(descriptors.map(|descriptor| (Listening::Zygote(index), descriptor)));
        }
        sources
    }

    /// Something is to be read from a cell in the making.
    pub fn hear(&mut self, from: Listening) -> Result<News, CellFailure> {
        let (Listening::Init(serial) | Listening::Leash(serial)) = from else { return Ok(News::None) };
        let Some(cell) = self.cells.get_mut(&serial) else { return Ok(News::None) };
        let Some(namespaces) = &mut cell.namespaces else { return Ok(News::None) };
        let entrant = namespaces.entrant();
        let interpreter = match entrant {
            Entrant::Interpreter(index) => self.interpreters.get(index),
            Entrant::Cold => None,
        };
        let entry = Entry {
            group: cell.group.as_ref(),
            filter: &self.filter,
            zygote: interpreter.and_then(|interpreter| interpreter.zygote.as_ref()),
            command: interpreter
                .filter(|interpreter| interpreter.kind == InterpreterKind::Waiting)
                .map(|interpreter| &interpreter.command),
            guest: cell.guest,
            terms: &self.terms,
        };
        let news = match from {
            Listening::Init(_) => namespaces.hear_init(&entry)?,
            _ => namespaces.hear_leash(&entry)?,
        };
        if matches!(news, News::Ready) {
            self.failures = 0;
            if let Entrant::Interpreter(index) = entrant {
                self.interpreters[index].failures = 0;
            }
        }
        Ok(news)
    }

    /// Something is to be read from a zygote. A zygote that had been ready and is not there any more puts the nursery in
    /// doubt; one that never was is done without.
    pub fn hear_zygote(&mut self, index: usize) -> Result<(), CellFailure> {
        let Some(interpreter) = self.interpreters.get_mut(index) else { return Ok(()) };
        let Some(zygote) = &mut interpreter.zygote else { return Ok(()) };
        if let Err(failure) = zygote.hear() {
            let was_ready = zygote.is_ready();
            let words = zygote.last_words();
            interpreter.zygote = None;
            if was_ready {
                return Err(failure);
            }
            eprintln!("runnel-runner: {} can't be kept warm: {words}", interpreter.name);
        }
        Ok(())
    }

    /// The interpreter whose zygote this process is, or was.
    pub fn zygote_of(&self, pid: i32) -> Option<usize> {
        self.interpreters
            .iter()
            .position(|interpreter| interpreter.zygote.as_ref().is_some_and(|zygote| zygote.pid == pid))
    }

    /// A cell that was made ahead, or is being made, and is for this entrant; ready ones first.
    pub fn from_stock(&self, entrant: Entrant) -> Option<u64> {
        let fitting = || self.stock().filter(|(_, cell)| cell.is_for(entrant, false));
        fitting().find(|(_, cell)| cell.is_ready()).or_else(|| fitting().next()).map(|(serial, _)| serial)
    }

    /// One whose uid somebody else needs more than it is needed ahead: its program will have other namespaces.
    pub fn any_of_stock(&self) -> Option<u64> {
        let is_full = self.free_ids.as_ref().is_some_and(BTreeSet::is_empty);
        self.stock().next().filter(|_| is_full).map(|(serial, _)| serial)
    }

    fn stock(&self) -> impl Iterator<Item = (u64, &Cell)> {
        self.cells.iter().filter(|(_, cell)| cell.is_stock()).map(|(&serial, cell)| (serial, cell))
    }

    /// Begins to make a cell. Returns its serial number.
    pub fn make(&mut self, entrant: Entrant, limits: CellLimits) -> Result<u64, CellFailure> {
        let guest = match &mut self.free_ids {
            None => Guest::Same,
            Some(ids) => Guest::Other(ids.pop_first().ok_or_else(|| failed("uids")(Errno::AGAIN))?),
        };
        let made = self.groups.take(&limits).map_err(failed("cgroup")).and_then(|group| {
            let mut cell = Cell::new(guest, group, limits);
            let namespaces = Namespaces::make(&self.root, guest, &limits, None, entrant, false);
            match namespaces {
                Ok(namespaces) => {
                    cell.namespaces = Some(namespaces);
                    Ok(cell)
                }
                Err(failure) => {
                    self.groups.give_back(cell.group.take());
                    Err(failure)
                }
            }
        });
        match made {
            Ok(cell) => {
                self.serial += 1;
                self.cells.insert(self.serial, cell);
                Ok(self.serial)
            }
            Err(failure) => {
                self.free_id(guest);
                Err(failure)
            }
        }
    }

    /// Begins to make namespaces for the next program of a cell.
    pub fn make_again(&mut self, serial: u64, entrant: Entrant, merged: bool) -> Result<(), CellFailure> {
        let Some(cell) = self.cells.get_mut(&serial) else { return Ok(()) };
        let workspace = cell.mount.take();
        if workspace.is_none() && cell.ground.is_some() {
            // A new one in its place would look like the old one without its files.
            return Err(CellFailure::new("workspace lost", 0));
        }
        cell.resizing = false;
        cell.namespaces =
            Some(Namespaces::make(&self.root, cell.guest, &cell.limits, workspace, entrant, merged)?);
        Ok(())
    }

    /// Changes what a cell may have: its cgroup's limits now, its mounts' sizes before the next program.
    pub fn limit(&mut self, serial: u64, limits: &CellLimits) -> Result<(), CellFailure> {
        let Some(cell) = self.cells.get_mut(&serial) else { return Ok(()) };
        if let Some(group) = &mut cell.group {
            self.groups.limit(group, limits).map_err(failed("cgroup"))?;
        }
        cell.limits = *limits;
        Ok(())
    }

    /// Forgets a cell of which nothing is alive.
    pub fn forget(&mut self, serial: u64) {
        let Some(cell) = self.cells.remove(&serial) else { return };
        self.free_id(cell.guest);
        if cell.ground.as_ref().is_some_and(|ground| ground.place.is_slow_to_end()) {
            bury(cell.ground, cell.mount);
        }
        self.groups.give_back(cell.group);
    }

    fn free_id(&mut self, guest: Guest) {
        if let (Guest::Other(id), Some(ids)) = (guest, &mut self.free_ids) {
            ids.insert(id);
        }
    }

    /// Whether a cell failed by an interpreter that was to wait in it, and ran there, sealed as any program: then nothing of
    /// the nursery's is in doubt. An image that lacks an interpreter is no reason to have no cells of it.
    pub fn blames_interpreter(&mut self, serial: u64) -> bool {
        let namespaces = self.cells.get(&serial).and_then(|cell| cell.namespaces.as_ref());
        match namespaces.filter(|namespaces| namespaces.is_sealed()).map(Namespaces::entrant) {
            Some(Entrant::Interpreter(index)) if self.interpreters[index].kind == InterpreterKind::Waiting => {
                self.interpreters[index].failures += 1;
                true
            }
            _ => false,
        }
    }

    /// One more cell could not be made. Returns whether that puts the nursery in doubt.
    pub fn note_failure(&mut self) -> bool {
        self.failures += 1;
        self.failures >= FAILURES_IN_DOUBT
    }

    /// Whom another cell should be made for, ahead.
    pub fn missing(&self, pressure: Pressure) -> Option<Entrant> {
        let making = self.stock().filter(|(_, cell)| !cell.is_ready()).count();
        if making >= MAKING_AT_ONCE || self.cells.len() >= self.max_cells || self.failures > 0 && making > 0 {
            return None;
        }
        let mut wanted = [(Entrant::Cold, self.cold_ahead)].into_iter().chain(
            (0..self.interpreters.len())
                .filter(|&index| self.is_available(index))
                .map(|index| (Entrant::Interpreter(index), self.interpreters[index].ahead)),
        );
        let have = |entrant: Entrant| self.stock().filter(|(_, cell)| cell.is_for(entrant, false)).count();
        wanted.find(|&(entrant, ahead)| have(entrant) < pressure.share_of(ahead)).map(|(entrant, _)| entrant)
    }

    /// The limits of cells made ahead.
    pub fn limits(&self) -> CellLimits {
        self.limits
    }

    /// A cell that is not ready in time.
    pub fn late(&self, now: Instant) -> Option<u64> {
        self.deadlines().find(|&(_, deadline)| deadline <= now).map(|(serial, _)| serial)
    }

    /// When [`Nursery::late`] has something to say next.
    pub fn wake(&self) -> Option<Instant> {
        self.deadlines().map(|(_, deadline)| deadline).min()
    }

    fn deadlines(&self) -> impl Iterator<Item = (u64, Instant)> {
        self.cells.iter().filter_map(|(&serial, cell)| Some((serial, cell.namespaces.as_ref()?.deadline()?)))
    }
}

/// Lets go of a cell's descriptors, but not as the last: whoever closes a file system last is the one in whom the kernel
/// frees all that was in it, and the loop must not be away for so long. A child of the runner is that one.
fn bury(ground: Option<Ground>, mount: Option<OwnedFd>) {
    let Ok((wait, let_go)) = pipe_with(PipeFlags::CLOEXEC) else { return };
    // SAFETY: the runner has one thread; the child makes system calls only.
    if unsafe { libc::fork() } == 0 {
        drop(let_go);
        let _ = rustix::io::read(&wait, &mut [0; 1]);
        // SAFETY: ends this process without running anything of the runner's.
        unsafe { libc::_exit(0) };
    }
    drop((ground, mount));
    drop(let_go);
}
