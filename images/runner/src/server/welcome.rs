//! What the sandbox is to be.

use super::requests::MAX_RUNS;
use super::{End, ForWelcome, PROTOCOL_VERSION, Server};
use crate::cell::{Nursery, assemble};
use crate::ground::Ground;
use crate::place::Place;
use crate::seal::Filter;
use crate::spawn::{StartFailure, Waiting};
use crate::tree::Tree;
use crate::wire::proto::{Ready, SandboxKind, WaitingInterpreter, Welcome};
use crate::wire::{FrameType, Violation};

impl Server {
    pub(super) fn welcome(&mut self, welcome: &Welcome) -> Result<(), End> {
        let Some(passed) = self.passed.take() else {
            return Err(Violation("a second Welcome".into()).into());
        };
        if welcome.protocol_version != PROTOCOL_VERSION {
            return Err(Violation(format!("protocol version {}", welcome.protocol_version)).into());
        }
        let ready = match welcome.kind() {
            SandboxKind::Plain => self.become_plain(welcome, passed)?,
            SandboxKind::Cell => self.become_nursery(welcome, passed)?,
            SandboxKind::Unspecified => return Err(Violation("a Welcome without kind".into()).into()),
        };
        self.out.message(FrameType::Ready, 0, &ready);
        Ok(())
    }

    fn become_plain(&mut self, welcome: &Welcome, passed: ForWelcome) -> Result<Ready, End> {
        let place = Place::open(&welcome.workspace)
            .map_err(|errno| End::Fatal(format!("open workspace {:?}: {errno}", welcome.workspace)))?;
        let ready = Ready {
            max_runs: MAX_RUNS as u32,
            counts_oom_kills: passed.counters.oom_kills().is_some(),
            joins_cgroup: !self.joins.is_empty(),
        };
        if let Some(asked) = &welcome.waiting {
            self.waiting = self.start_waiting(asked, &place)?;
        }
        self.ground = Some(Ground { place, counters: passed.counters, tree: Tree::Everything });
        Ok(ready)
    }

    /// Returns when it waits. Without one programs start cold, so a failure is the log's affair alone.
    fn start_waiting(&self, asked: &WaitingInterpreter, place: &Place) -> Result<Option<Waiting>, End> {
        let filter = self.filter(asked.memory_watched);
        let started =
            self.as_the_kernels_choice(|| Waiting::start(asked, place.workspace(), &self.joins, filter));
        let (failure, words) = match started {
            Ok(waiting) => match waiting.wake() {
                Ok(()) => return Ok(Some(waiting)),
                Err(failure) => {
                    let words = waiting.last_words();
                    waiting.end()?;
                    (failure, words)
                }
            },
            Err(failure) => (failure, String::new()),
        };
        let StartFailure { step, errno, .. } = failure;
        eprintln!("runnel-runner: {} can't be kept waiting: {step}, errno {errno}: {words}", asked.name);
        Ok(None)
    }

    fn become_nursery(&mut self, welcome: &Welcome, passed: ForWelcome) -> Result<Ready, End> {
        let settings = welcome.nursery.as_ref().ok_or(Violation("a nursery without settings".into()))?;
        let init = passed.init.ok_or(End::Fatal("a nursery needs --init".into()))?;
        if let Some(leaf) = &passed.leaf {
            rustix::io::write(leaf, b"0").map_err(|errno| End::Fatal(format!("leaf: {errno}")))?;
        }
        if let Some(assembly) = &settings.assembly {
            assemble(&settings.root, &assembly.copied)
                .map_err(|failure| End::Fatal(format!("nursery: {failure}")))?;
        }
        // Before anything else is started: everything in the nursery is under it.
        Filter::of_nursery().install().map_err(|errno| End::Fatal(format!("seccomp: {errno}")))?;
        let nursery = Nursery::new(settings, &welcome.workspace, init, passed.hierarchies)
            .map_err(|failure| End::Fatal(format!("nursery: {failure}")))?;
        let ready = Ready {
            max_runs: settings.max_cells,
            counts_oom_kills: nursery.counts_oom_kills(),
            joins_cgroup: nursery.joins_cgroup(),
        };
        self.nursery = Some(nursery);
        Ok(ready)
    }
}
