//! What the daemon says, decoded.

use super::proto::{Credit, Exec, Get, List, OpenCell, Put, Signal, Welcome};
use super::{Frame, FrameType, Violation};
use prost::Message;

/// One thing the daemon said. The number is the run or transfer it belongs to.
#[derive(Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are the protocol's")]
pub enum Incoming {
    Welcome(Welcome),
    Ping,
    Exec(u64, Box<Exec>),
    Stdin(u64, Vec<u8>),
    StdinEnd(u64),
    Credit(u64, u32),
    Signal(u64, i32),
    Kill(u64),
    Put(u64, Put),
    PutData(u64, Vec<u8>),
    Get(u64, Get),
    List(u64, List),
    OpenCell(u64, OpenCell),
    CloseCell(u64),
}

impl Incoming {
    /// Decodes a frame; a message that does not parse or holds what it must not is a violation.
    pub fn decode(frame: Frame) -> Result<Self, Violation> {
        let Frame { kind, run, payload } = frame;
        Ok(match kind {
            FrameType::Welcome => Self::Welcome(message(kind, &payload)?),
            FrameType::Ping => Self::Ping,
            FrameType::Exec => Self::Exec(run, Box::new(message(kind, &payload)?)),
            FrameType::Stdin => Self::Stdin(run, payload),
            FrameType::StdinEnd => Self::StdinEnd(run),
            FrameType::Credit => Self::Credit(run, credit(&payload)?),
            FrameType::Signal => Self::Signal(run, signal(&payload)?),
            FrameType::Kill => Self::Kill(run),
            FrameType::Put => Self::Put(run, message(kind, &payload)?),
            FrameType::PutData => Self::PutData(run, payload),
            FrameType::Get => Self::Get(run, message(kind, &payload)?),
            FrameType::List => Self::List(run, message(kind, &payload)?),
            FrameType::OpenCell => Self::OpenCell(run, message(kind, &payload)?),
            FrameType::CloseCell => Self::CloseCell(run),
            other => return Err(Violation(format!("{} is not the daemon's to send", other.as_str_name()))),
        })
    }
}

fn message<M: Message + Default>(kind: FrameType, payload: &[u8]) -> Result<M, Violation> {
    M::decode(payload).map_err(|error| Violation(format!("{} does not parse: {error}", kind.as_str_name())))
}

fn credit(payload: &[u8]) -> Result<u32, Violation> {
    match message::<Credit>(FrameType::Credit, payload)?.bytes {
        0 => Err(Violation("a credit of 0 bytes".into())),
        bytes => Ok(bytes),
    }
}

fn signal(payload: &[u8]) -> Result<i32, Violation> {
    match message::<Signal>(FrameType::Signal, payload)?.number {
        number @ 1..=64 => Ok(number.cast_signed()),
        number => Err(Violation(format!("signal {number}"))),
    }
}
