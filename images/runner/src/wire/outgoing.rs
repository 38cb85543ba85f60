//! What waits to be written to the daemon.

use super::{FrameType, HEADER_BYTES, MAX_PAYLOAD, header};
use prost::Message;
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// Frames in the order of their making. Nothing here blocks; whoever adds data looks at [`Outgoing::waiting`] first.
#[derive(Default)]
pub struct Outgoing {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Outgoing {
    /// Bytes not yet written.
    pub fn waiting(&self) -> usize {
        self.end - self.start
    }

    /// Adds a message, cut into frames.
    pub fn message(&mut self, kind: FrameType, run: u64, message: &impl Message) {
        let bytes = message.encode_to_vec();
        let mut rest = bytes.as_slice();
        loop {
            let (now, later) = rest.split_at(rest.len().min(MAX_PAYLOAD));
            let space = self.space(HEADER_BYTES + now.len());
            space[..HEADER_BYTES].copy_from_slice(&header(kind, !later.is_empty(), run, now.len()));
            space[HEADER_BYTES..HEADER_BYTES + now.len()].copy_from_slice(now);
            self.end += HEADER_BYTES + now.len();
            if later.is_empty() {
                return;
            }
            rest = later;
        }
    }

    /// Adds a frame without payload.
    pub fn empty(&mut self, kind: FrameType, run: u64) {
        self.space(HEADER_BYTES)[..HEADER_BYTES].copy_from_slice(&header(kind, false, run, 0));
        self.end += HEADER_BYTES;
    }

    /// Adds a data frame of what `read` puts into the slice it is given, `most` bytes long at most; none when it
    /// reads nothing.
    pub fn data(
        &mut self,
        kind: FrameType,
        run: u64,
        most: usize,
        read: impl FnOnce(&mut [u8]) -> Result<usize, Errno>,
    ) -> Result<usize, Errno> {
        let most = most.min(MAX_PAYLOAD);
        let space = self.space(HEADER_BYTES + most);
        let length = read(&mut space[HEADER_BYTES..HEADER_BYTES + most])?;
        if length > 0 {
            space[..HEADER_BYTES].copy_from_slice(&header(kind, false, run, length));
            self.end += HEADER_BYTES + length;
        }
        Ok(length)
    }

    /// Writes as much as the channel takes.
    pub fn flush(&mut self, channel: BorrowedFd<'_>) -> Result<(), Errno> {
        while self.start < self.end {
            match rustix::io::write(channel, &self.buffer[self.start..self.end]) {
                Ok(written) => self.start += written,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        self.start = 0;
        self.end = 0;
        Ok(())
    }

    /// At least `bytes` of room behind what waits. The buffer keeps its length, so that reading into it costs no
    /// clearing.
    fn space(&mut self, bytes: usize) -> &mut [u8] {
        if self.end + bytes > self.buffer.len() && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end + bytes > self.buffer.len() {
            self.buffer.resize(self.end + bytes, 0);
        }
        &mut self.buffer[self.end..]
    }
}
