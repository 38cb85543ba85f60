//! What the daemon asks for.

use super::{End, PROTOCOL_VERSION, Server};
use crate::files::{self, Transfer};
use crate::place::Place;
use crate::run::{Meter, Run};
use crate::seal::ResourceLimits;
use crate::spawn::{Plan, StartFailure, spawn};
use crate::wire::proto::{Exec, ExitCause, Ready, RunLimits, SandboxKind, Welcome};
use crate::wire::{FrameType, Incoming, Violation};

/// Runs at a time: a plain sandbox has one.
const MAX_RUNS: usize = 1;
/// File transfers at a time.
const MAX_TRANSFERS: usize = 64;

impl Server {
    pub(super) fn act(&mut self, incoming: Incoming) -> Result<(), End> {
        match incoming {
            Incoming::Welcome(welcome) => return self.welcome(&welcome),
            Incoming::Ping => self.out.empty(FrameType::Pong, 0),
            Incoming::Exec(id, exec) => self.exec(id, &exec)?,
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
                } else if let Some(transfer) = self.transfers.get_mut(&id) {
                    transfer.credit(bytes)?;
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
                if let Some(transfer) = self.transfers.get_mut(&id)
                    && !transfer.receive(&bytes, id, &mut self.out)?
                {
                    self.transfers.remove(&id);
                }
                self.known(id)?;
            }
            Incoming::Put(id, put) => {
                let workspace = self.open(id)?.workspace();
                let begun = files::put(workspace, &put);
                self.begun(id, begun);
            }
            Incoming::Get(id, get) => {
                let workspace = self.open(id)?.workspace();
                let begun = files::get(workspace, &get);
                self.begun(id, begun);
            }
            Incoming::List(id, list) => {
                let workspace = self.open(id)?.workspace();
                match files::list(workspace, &list) {
                    Ok(listing) => self.out.message(FrameType::Listing, id, &listing),
                    Err(error) => self.out.message(FrameType::FileError, id, &error),
                }
            }
            _ => unreachable!("act sends only file requests here"),
        }
        Ok(())
    }

    fn begun(&mut self, id: u64, begun: Result<Transfer, crate::wire::proto::FileError>) {
        match begun {
            Ok(mut transfer) => {
                if transfer.begin(id, &mut self.out) {
                    self.transfers.insert(id, transfer);
                }
            }
            Err(error) => self.out.message(FrameType::FileError, id, &error),
        }
    }

    fn welcome(&mut self, welcome: &Welcome) -> Result<(), End> {
        if self.place.is_some() {
            return Err(Violation("a second Welcome".into()).into());
        }
        if welcome.protocol_version != PROTOCOL_VERSION {
            return Err(Violation(format!("protocol version {}", welcome.protocol_version)).into());
        }
        if welcome.kind() != SandboxKind::Plain {
            return Err(End::Fatal(format!("{} is not served by this runner", welcome.kind().as_str_name())));
        }
        let place = Place::open(&welcome.workspace)
            .map_err(|errno| End::Fatal(format!("open workspace {:?}: {errno}", welcome.workspace)))?;
        self.place = Some(place);
        let ready = Ready {
            max_runs: MAX_RUNS as u32,
            counts_oom_kills: self.counters.oom_kills().is_some(),
            joins_cgroup: !self.joins.is_empty(),
        };
        self.out.message(FrameType::Ready, 0, &ready);
        Ok(())
    }

    fn exec(&mut self, id: u64, exec: &Exec) -> Result<(), End> {
        self.open(id)?;
        if self.runs.len() >= MAX_RUNS {
            return Err(Violation(format!("more than {MAX_RUNS} run at a time")).into());
        }
        let limits = exec.limits.filter(all_given).ok_or(Violation("an Exec without all limits".into()))?;
        match self.start(id, exec, limits) {
            Ok(run) => {
                self.runs.insert(id, run);
            }
            Err(failure) => self.start_failed(id, &failure),
        }
        Ok(())
    }

    fn start(&self, id: u64, exec: &Exec, limits: RunLimits) -> Result<Run, StartFailure> {
        let [counted, watched] = &self.filters;
        let filter = if limits.watchdog_memory_bytes > 0 { watched } else { counted };
        let place = self.place.as_ref().expect("open() has looked");
        let plan = Plan::new(exec, ResourceLimits::new(&limits), place.workspace(), &self.joins, filter)?;
        let meter = Meter::start(&self.counters);
        self.oom_score.as_ref().inspect(|score| score.raise());
        let spawned = spawn(&plan);
        self.oom_score.as_ref().inspect(|score| score.restore());
        Ok(Run::new(id, spawned?, limits, exec.initial_credit, meter))
    }

    /// Opens a new number.
    fn open(&mut self, id: u64) -> Result<&Place, End> {
        if self.runs.contains_key(&id) || self.transfers.contains_key(&id) {
            return Err(Violation(format!("{id} is open already")).into());
        }
        if self.transfers.len() >= MAX_TRANSFERS {
            return Err(Violation(format!("more than {MAX_TRANSFERS} transfers at a time")).into());
        }
        self.highest = self.highest.max(id);
        self.place.as_ref().ok_or_else(|| Violation("a request before Welcome".into()).into())
    }

    /// A number that was never opened is a violation; one that is closed has just ended.
    fn known(&self, id: u64) -> Result<(), Violation> {
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
