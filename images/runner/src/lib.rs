//! The runner: pid 1 of every plain sandbox and every nursery, the other end of the daemon's channel.
//!
//! One thread, one `poll` loop, no runtime. Start reading at [`server::Server`]; what it serves is a [`run::Run`] and
//! a [`files`] transfer. The protocol is described in `runnel/runner/v1/runner.proto`, the design in
//! `docs/architecture/runner.md`.

pub mod cell;
pub mod children;
pub mod counters;
pub mod files;
pub mod ground;
pub mod guard;
pub mod guest;
pub mod launch;
pub mod oom;
pub mod options;
pub mod place;
pub mod run;
pub mod seal;
pub mod server;
pub mod signals;
pub mod spawn;
pub mod start;
pub mod tree;
pub mod wire;
