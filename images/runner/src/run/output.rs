//! A program's standard output and error, against the daemon's credit and the output limit.

use crate::wire::proto::RunLimits;
use crate::wire::{FrameType, MAX_PAYLOAD, Outgoing};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

struct Stream {
    kind: FrameType,
    /// None at its end of file.
    pipe: Option<OwnedFd>,
    sent: u64,
    dropped: u64,
}

/// Both streams; they share credit and limit.
pub struct Outputs {
    streams: Vec<Stream>,
    credit: u64,
    /// Bytes that may still be sent under the output limit.
    left: u64,
    discard: bool,
    scratch: Vec<u8>,
}

impl Outputs {
    /// One pipe is both streams merged.
    pub(super) fn new(pipes: Vec<OwnedFd>, limits: &RunLimits, credit: u32) -> Self {
        let streams = pipes
            .into_iter()
            .zip([FrameType::Stdout, FrameType::Stderr])
            .map(|(pipe, kind)| Stream { kind, pipe: Some(pipe), sent: 0, dropped: 0 })
            .collect();
        let (left, discard) = (limits.output_bytes, limits.discard_output);
        Self { streams, credit: credit.into(), left, discard, scratch: Vec::new() }
    }

    pub(super) fn grant(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_add(bytes.into());
    }

    /// The pipes to wait for: all that are open, as long as there is credit. At the limit none is needed, because what
    /// comes is dropped.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>)> {
        let wanted = self.credit > 0 || self.left == 0;
        let open = self.streams.iter().enumerate();
        open.filter_map(move |(index, stream)| Some((index, stream.pipe.as_ref().filter(|_| wanted)?.as_fd())))
    }

    /// Moves once from the pipe to the daemon. Returns whether the program must die for what it wrote.
    pub(super) fn pump(&mut self, index: usize, run: u64, out: &mut Outgoing) -> bool {
        let most = self.left.min(self.credit);
        let moved = self.step(index, run, most, out);
        self.credit -= u64::try_from(moved.sent).unwrap_or(u64::MAX).min(self.credit);
        moved.over && !self.discard
    }

    /// Moves all that is in the pipes, whatever the credit. Nothing writes any more, so that is at most their capacity.
    /// Returns whether the output limit was passed.
    pub(super) fn drain(&mut self, run: u64, out: &mut Outgoing) -> bool {
        let mut over = false;
        for index in 0..self.streams.len() {
            loop {
                let moved = self.step(index, run, self.left, out);
                over |= moved.over;
                if moved.nothing {
                    break;
                }
            }
        }
        over && !self.discard
    }

    /// Bytes sent and dropped, of standard output and of standard error.
    pub(super) fn totals(&self) -> [(u64, u64); 2] {
        let of = |index: usize| self.streams.get(index).map_or((0, 0), |stream| (stream.sent, stream.dropped));
        [of(0), of(1)]
    }

    fn step(&mut self, index: usize, run: u64, most: u64, out: &mut Outgoing) -> Moved {
        let stream = &mut self.streams[index];
        let Some(pipe) = &stream.pipe else { return Moved::NOTHING };
        let beyond = self.left == 0;
        if most == 0 && !beyond {
            // The other stream has just used up the credit; a read of nothing would look like the end of the file.
            return Moved::NOTHING;
        }
        let read = if beyond {
            self.scratch.resize(MAX_PAYLOAD, 0);
            rustix::io::read(pipe, self.scratch.as_mut_slice())
        } else {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            out.data(stream.kind, run, most, |space| rustix::io::read(pipe, space))
        };
        match read {
            Ok(0) => {
                stream.pipe = None;
                Moved::NOTHING
            }
            Ok(bytes) if beyond => {
                stream.dropped += bytes as u64;
                Moved { sent: 0, over: true, nothing: false }
            }
            Ok(bytes) => {
                stream.sent += bytes as u64;
                self.left -= bytes as u64;
                Moved { sent: bytes, over: false, nothing: false }
            }
            Err(Errno::AGAIN | Errno::INTR) => Moved::NOTHING,
            Err(_) => {
                stream.pipe = None;
                Moved::NOTHING
            }
        }
    }
}

/// What one step moved.
struct Moved {
    sent: usize,
    /// There was more than the output limit allows.
    over: bool,
    nothing: bool,
}

impl Moved {
    const NOTHING: Self = Self { sent: 0, over: false, nothing: true };
}
