//! A program's standard input: a window of bytes between the daemon and the pipe.

use crate::wire::proto::Credit;
use crate::wire::{FrameType, Outgoing, Violation};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Bytes the daemon may send before the first credit.
pub const STDIN_WINDOW: usize = 65_536;
/// Credit is given back in pieces of at least this, or when all has been read.
const CREDIT_STEP: usize = 16_384;

/// The runner's end of the pipe, and what waits for room in it.
pub struct Input {
    /// None after the end, or when the program has closed its end: then bytes are dropped and credit goes on.
    pipe: Option<OwnedFd>,
    buffer: VecDeque<u8>,
    /// Bytes the daemon may still send.
    granted: usize,
    /// Bytes taken by the program and not yet granted again.
    owed: usize,
    ended: bool,
}

impl Input {
    pub(super) fn new(pipe: OwnedFd) -> Self {
        Self { pipe: Some(pipe), buffer: VecDeque::new(), granted: STDIN_WINDOW, owed: 0, ended: false }
    }

    /// The pipe, when something waits for room in it.
    pub(super) fn waiting(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().filter(|_| !self.buffer.is_empty()).map(AsFd::as_fd)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        if self.ended {
            return Err(Violation("standard input after its end".into()));
        }
        self.granted = self
            .granted
            .checked_sub(bytes.len())
            .ok_or_else(|| Violation(format!("{} bytes of standard input beyond the credit", bytes.len())))?;
        self.buffer.extend(bytes);
        Ok(())
    }

    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// Writes what the pipe takes and grants as much again.
    pub(super) fn pump(&mut self, run: u64, out: &mut Outgoing) {
        while let (Some(pipe), false) = (&self.pipe, self.buffer.is_empty()) {
            match rustix::io::write(pipe, self.buffer.as_slices().0) {
                Ok(written) => {
                    self.buffer.drain(..written);
                    self.owed += written;
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                Err(_) => self.pipe = None,
            }
        }
        if self.pipe.is_none() {
            self.owed += self.buffer.len();
            self.buffer.clear();
        }
        if self.ended {
            if self.buffer.is_empty() {
                self.pipe = None;
            }
        } else if self.owed > 0 && (self.owed >= CREDIT_STEP || self.buffer.is_empty()) {
            out.message(
                FrameType::Credit,
                run,
                &Credit { bytes: u32::try_from(self.owed).unwrap_or(u32::MAX) },
            );
            self.granted += self.owed;
            self.owed = 0;
        }
    }
}
