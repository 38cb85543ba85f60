//! One turn of the loop.

use super::{End, Server, broken};
use crate::cell::{Listening, Nursery};
use crate::children::{Reaped, reap};
use crate::run::Source;
use crate::wire::Incoming;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Output and file data wait in their sources while more than this waits for the daemon.
const BACKLOG: usize = 256 * 1024;
/// Processes reaped in one turn: orphans may be made as fast as they are reaped, and the channel waits meanwhile.
const REAPED_AT_ONCE: usize = 256;
/// A daemon that sends requests and never reads answers is cut off at this.
const MOST_BACKLOG: usize = 16 * 1024 * 1024;

/// What a pipe and a socket say that nobody reads from.
const GONE: PollFlags = PollFlags::ERR.union(PollFlags::HUP);

const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

#[derive(Clone, Copy)]
enum Ready {
    Channel,
    Room,
    Cell(Listening),
    Children,
    Run(u64, Source),
}

impl Server {
    pub(super) fn turn(&mut self) -> Result<(), End> {
        self.out.flush(self.channel.writing.as_fd()).map_err(broken)?;
        if self.out.waiting() > MOST_BACKLOG {
            return Err(End::Fatal("the daemon does not read".into()));
        }
        let calm = self.calm();
        let missing = self.missing();
        let ready = self.wait(missing.is_some(), calm)?;
        if let Some(entrant) = missing.filter(|_| ready.is_empty()) {
            self.make_ahead(entrant);
        }
        for &(what, _) in &ready {
            match what {
                Ready::Run(id, source) => self.run_ready(id, source)?,
                Ready::Cell(listening) => self.listen(listening)?,
                Ready::Channel | Ready::Room | Ready::Children => {}
            }
        }
        if ready.iter().any(|(what, _)| matches!(what, Ready::Children)) {
            self.children.clear();
        }
        self.reap()?;
        if ready.iter().any(|(what, _)| matches!(what, Ready::Channel)) {
            self.receive()?;
        }
        // Nobody reads any more, though somebody may still write: of two pipes, one can end before the other.
        if ready.iter().any(|(what, flags)| matches!(what, Ready::Room) && flags.intersects(GONE)) {
            return Err(End::ChannelClosed);
        }
        self.tick()?;
        self.pump_transfers();
        Ok(())
    }

    /// Waits until something is ready or it is time, and says what is; with `something_to_do` it only looks.
    fn wait(&self, something_to_do: bool, calm: Option<Instant>) -> Result<Vec<(Ready, PollFlags)>, End> {
        let room = self.out.waiting() < BACKLOG;
        let wanted = if self.out.waiting() > 0 { PollFlags::OUT } else { PollFlags::empty() };
        let mut names = vec![Ready::Channel, Ready::Room, Ready::Children];
        let mut descriptors = vec![
            PollFd::new(&self.channel.reading, PollFlags::IN),
            PollFd::new(&self.channel.writing, wanted),
            PollFd::new(self.children.descriptor(), PollFlags::IN),
        ];
        for (&id, run) in &self.runs {
            for (source, descriptor) in run.sources(room) {
                let writes = matches!(source, Source::Input | Source::Go);
                let flags = if writes { PollFlags::OUT } else { PollFlags::IN };
                names.push(Ready::Run(id, source));
                descriptors.push(PollFd::from_borrowed_fd(descriptor, flags));
            }
        }
        for (listening, descriptor) in self.nursery.iter().flat_map(Nursery::sources) {
            names.push(Ready::Cell(listening));
            descriptors.push(PollFd::from_borrowed_fd(descriptor, PollFlags::IN));
        }
        let timeout = if something_to_do { Some(NOW) } else { self.timeout(room, calm) };
        match poll(&mut descriptors, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(End::Fatal(format!("poll: {errno}"))),
        }
        let ready = names.into_iter().zip(descriptors.iter().map(PollFd::revents));
        Ok(ready.filter(|(_, flags)| !flags.is_empty()).collect())
    }

    fn timeout(&self, room: bool, calm: Option<Instant>) -> Option<Timespec> {
        if self.more_to_reap || room && self.transfers.values().any(|moving| moving.transfer.can_send()) {
            return Some(NOW);
        }
        let now = Instant::now();
        let late = self.nursery.as_ref().and_then(Nursery::wake);
        let wake = self.runs.values().filter_map(|run| run.wake(now)).chain(late).chain(calm).min()?;
        let pause = wake.saturating_duration_since(now).min(Duration::from_secs(3600));
        Timespec::try_from(pause).ok()
    }

    fn run_ready(&mut self, id: u64, source: Source) -> Result<(), End> {
        let Some(run) = self.runs.get_mut(&id) else { return Ok(()) };
        if let Some(failure) = run.ready(source, &mut self.out)? {
            self.start_failed(id, &failure);
            self.start_failed_in_cell(id);
        }
        Ok(())
    }

    /// Reaps what has ended; a run that was waiting for the last of it exits.
    ///
    /// Plain sandboxes have one run at a time, so every process belongs to it; in a nursery each is somebody's.
    pub(super) fn reap(&mut self) -> Result<(), End> {
        self.more_to_reap = false;
        for _ in 0..REAPED_AT_ONCE {
            match reap() {
                Reaped::One(dead) if self.nursery.is_some() => self.reaped_in_nursery(&dead)?,
                Reaped::One(dead) if self.waiting.as_ref().is_some_and(|waiting| waiting.pid == dead.pid) => {
                    self.waiting = None;
                }
                Reaped::One(dead) => {
                    let Some((&id, run)) = self.runs.iter_mut().next() else { continue };
                    if let Some(failure) = run.reaped(&dead, &mut self.out)? {
                        self.start_failed(id, &failure);
                    }
                }
                Reaped::NothingYet => return Ok(()),
                Reaped::NoChildren => return self.exit_ended(),
            }
        }
        self.more_to_reap = true;
        Ok(())
    }

    fn exit_ended(&mut self) -> Result<(), End> {
        let Some(ground) = &self.ground else { return Ok(()) };
        let Some((&id, run)) = self.runs.iter_mut().find(|(_, run)| run.is_ending()) else { return Ok(()) };
        if !run.exit(ground, &mut self.out) {
            return Err(End::Fatal("the main process was never reaped".into()));
        }
        self.runs.remove(&id);
        Ok(())
    }

    /// Reads once from the channel and acts on all that is whole.
    fn receive(&mut self) -> Result<(), End> {
        match rustix::io::read(&self.channel.reading, self.decoder.space()) {
            Ok(0) => return Err(End::ChannelClosed),
            Ok(length) => self.decoder.filled(length),
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            Err(errno) => return Err(broken(errno)),
        }
        while let Some(frame) = self.decoder.next_frame()? {
            self.act(Incoming::decode(frame)?)?;
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), End> {
        let now = Instant::now();
        for (id, run) in &mut self.runs {
            let cell = || self.nursery.as_ref()?.cells.get(self.running.get(id)?)?.ground.as_ref();
            if let Some(ground) = self.ground.as_ref().or_else(cell) {
                run.tick(now, ground, &mut self.out)?;
            }
        }
        self.tend(now)
    }

    fn pump_transfers(&mut self) {
        let out = &mut self.out;
        self.transfers.retain(|&id, moving| out.waiting() >= BACKLOG || moving.transfer.send(id, out));
    }
}
