//! Takes from the child, between fork and exec, everything a guest may not have. Every step that can't be done ends
//! the start: nothing here fails open.

mod capabilities;
mod filter;
mod limits;

pub use capabilities::drop_capabilities;
pub use filter::{Filter, FilterError};
pub use limits::{ResourceLimits, raise_own_descriptors};

use rustix::io::Errno;

/// Default dispositions and an empty mask: what the runner ignores and blocks is its own affair.
pub fn reset_signals() -> Result<(), Errno> {
    for signal in 1..=64 {
        // SAFETY: SIG_DFL is always valid. SIGKILL, SIGSTOP and libc's own two answer EINVAL and are at their default.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let mut none = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises what it is given.
    unsafe { libc::sigemptyset(none.as_mut_ptr()) };
    // SAFETY: the set was initialised above; no old set is asked for.
    let result = unsafe { libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut()) };
    if result == 0 { Ok(()) } else { Err(last_errno()) }
}

/// No program this process execs can gain privileges by it.
pub fn no_new_privileges() -> Result<(), Errno> {
    rustix::thread::set_no_new_privs(true)
}

/// errno of the libc call that has just failed.
pub fn last_errno() -> Errno {
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}
