//! Frames: cutting a byte stream into them, strictly, with bounded memory.

use super::{FrameType, Violation};
use std::collections::BTreeMap;

/// Bytes of a frame's header.
pub const HEADER_BYTES: usize = 16;
/// Largest payload of one frame.
pub const MAX_PAYLOAD: usize = 65_536;
/// Largest message, over all its frames.
pub const MAX_MESSAGE: usize = 2_097_152;
/// Messages that may be incomplete at a time, so that a peer can't make the runner hold many.
pub const MAX_INCOMPLETE: usize = 4;

const MORE: u8 = 1;

/// A whole data frame, or a whole message put together from its frames.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub kind: FrameType,
    /// The run or transfer it belongs to.
    pub run: u64,
    /// The message, or raw bytes.
    pub payload: Vec<u8>,
}

/// The header of a frame.
pub fn header(kind: FrameType, more: bool, run: u64, length: usize) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    let length = u32::try_from(length).expect("a payload is at most 65,536 bytes");
    bytes[..4].copy_from_slice(&length.to_be_bytes());
    bytes[4] = u8::try_from(kind as i32).expect("a type is one byte");
    bytes[5] = u8::from(more);
    bytes[8..].copy_from_slice(&run.to_be_bytes());
    bytes
}

struct Header {
    length: usize,
    kind: FrameType,
    more: bool,
    run: u64,
}

/// Cuts what the daemon sends into frames. Memory is bounded by one frame and [`MAX_INCOMPLETE`] messages.
#[derive(Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    incomplete: BTreeMap<u64, (FrameType, Vec<u8>)>,
}

impl Decoder {
    /// Room for the next read; never empty as long as [`Decoder::next_frame`] is called until it returns nothing.
    pub fn space(&mut self) -> &mut [u8] {
        self.buffer.resize(2 * (HEADER_BYTES + MAX_PAYLOAD), 0);
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        &mut self.buffer[self.end..]
    }

    /// So many bytes of [`Decoder::space`] have been filled.
    pub fn filled(&mut self, bytes: usize) {
        self.end += bytes;
    }

    /// The next whole data frame or message, or nothing as long as bytes are missing.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Violation> {
        while self.end - self.start >= HEADER_BYTES {
            let header = parse(&self.buffer[self.start..self.start + HEADER_BYTES])?;
            let whole = HEADER_BYTES + header.length;
            if self.end - self.start < whole {
                return Ok(None);
            }
            let payload = &self.buffer[self.start + HEADER_BYTES..self.start + whole];
            self.start += whole;
            if let Some(frame) = assemble(&mut self.incomplete, &header, payload)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }
}

/// Adds a frame to the message it belongs to; returns the message when that was its last one.
fn assemble(
    incomplete: &mut BTreeMap<u64, (FrameType, Vec<u8>)>,
    header: &Header,
    payload: &[u8],
) -> Result<Option<Frame>, Violation> {
    let mut message = match incomplete.remove(&header.run) {
        Some((kind, _)) if kind != header.kind => {
            return Err(Violation(format!("{} within a {}", header.kind.as_str_name(), kind.as_str_name())));
        }
        Some((_, begun)) => begun,
        None => Vec::new(),
    };
    if message.len() + payload.len() > MAX_MESSAGE {
        return Err(Violation(format!("a message of more than {MAX_MESSAGE} bytes")));
    }
    message.extend_from_slice(payload);
    if !header.more {
        return Ok(Some(Frame { kind: header.kind, run: header.run, payload: message }));
    }
    if incomplete.len() == MAX_INCOMPLETE {
        return Err(Violation(format!("more than {MAX_INCOMPLETE} incomplete messages")));
    }
    incomplete.insert(header.run, (header.kind, message));
    Ok(None)
}

fn parse(bytes: &[u8]) -> Result<Header, Violation> {
    let field =
        |from: usize| u32::from_be_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]);
    let length = field(0) as usize;
    if length > MAX_PAYLOAD {
        return Err(Violation(format!("a frame of {length} bytes")));
    }
    let kind = FrameType::try_from(i32::from(bytes[4]))
        .map_err(|_| Violation(format!("a frame of unknown type {}", bytes[4])))?;
    if bytes[5] & !MORE != 0 || bytes[6] != 0 || bytes[7] != 0 {
        return Err(Violation(format!("unknown flags {:02x} {:02x}{:02x}", bytes[5], bytes[6], bytes[7])));
    }
    let header = Header {
        length,
        kind,
        more: bytes[5] & MORE != 0,
        run: (u64::from(field(8)) << 32) | u64::from(field(12)),
    };
    check(&header)?;
    Ok(header)
}

/// What a type allows: its direction, whether it belongs to a run, whether it has a payload, whether it may be cut.
fn check(header: &Header) -> Result<(), Violation> {
    use FrameType::*;
    let (of_a_run, lengths, cut) = match header.kind {
        Welcome => (false, 0..=MAX_PAYLOAD, true),
        Ping => (false, 0..=0, false),
        Stdin | PutData => (true, 1..=MAX_PAYLOAD, false),
        StdinEnd | Kill | CloseCell => (true, 0..=0, false),
        Exec | Credit | Signal | Put | Get | List | OpenCell => (true, 0..=MAX_PAYLOAD, true),
        _ => return Err(Violation(format!("{} is not the daemon's to send", header.kind.as_str_name()))),
    };
    let name = header.kind.as_str_name();
    if of_a_run != (header.run != 0) {
        return Err(Violation(format!("{name} with run {}", header.run)));
    }
    if !lengths.contains(&header.length) {
        return Err(Violation(format!("{name} of {} bytes", header.length)));
    }
    if header.more && !cut {
        return Err(Violation(format!("{name} with MORE")));
    }
    Ok(())
}
