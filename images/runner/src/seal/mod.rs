//! Takes from the child, between fork and exec, everything a guest may not have. Every step that can't be done ends
//! the start: nothing here fails open.

mod bpf;
mod capabilities;
mod filter;
mod limits;
mod rules;

pub use capabilities::{clear_ambient, drop_capabilities, use_permitted};
pub use filter::{Filter, Memory};
pub use limits::{ResourceLimits, raise_own_descriptors, raise_queue_bytes};

use rustix::io::Errno;

/// Default dispositions and an empty mask: what the runner ignores and blocks is its own affair.
pub fn reset_signals() -> Result<(), Errno> {
    runnel_enter::sys::reset_signals();
    runnel_enter::sys::block_signals(0).map_err(of_sealing)
}

/// No program this process execs can gain privileges by it.
pub fn no_new_privileges() -> Result<(), Errno> {
    rustix::thread::set_no_new_privs(true)
}

/// errno of the libc call that has just failed.
pub fn last_errno() -> Errno {
    errno_of(&std::io::Error::last_os_error())
}

/// errno of a failure that the standard library tells of.
pub fn errno_of(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

/// errno as the library that seals programs in cells has it.
fn of_sealing(errno: runnel_enter::Errno) -> Errno {
    Errno::from_raw_os_error(errno.0)
}
