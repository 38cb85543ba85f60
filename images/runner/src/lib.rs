//! The runner: pid 1 of every sandbox, the other end of the daemon's channel.
//!
//! One thread, one `poll` loop, no runtime. Start reading at [`server::Server`]; what it serves is a [`run::Run`] and
//! a [`files`] transfer. The protocol is described in `runnel/runner/v1/runner.proto`, the design in
//! `docs/architecture/runner.md`.

pub mod guard;
pub mod wire;
