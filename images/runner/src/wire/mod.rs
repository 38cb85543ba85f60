//! What travels between daemon and runner: frames, and the protobuf messages in them.
//!
//! The layout is described where both sides read it, in `runnel/runner/v1/runner.proto`.

mod duplex;
mod frame;
mod incoming;
mod outgoing;

/// The messages, generated from the proto.
#[allow(missing_docs, clippy::all)]
pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/runnel.runner.v1.rs"));
}

pub use duplex::Duplex;
pub use frame::{Decoder, Frame, HEADER_BYTES, MAX_MESSAGE, MAX_PAYLOAD, header};
pub use incoming::Incoming;
pub use outgoing::Outgoing;
pub use proto::FrameType;

use std::fmt;

/// The peer broke the protocol. It is not spoken to again.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "protocol violation: {}", self.0)
    }
}
