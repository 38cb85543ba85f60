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
    // The kernel's own structure, which is shorter than this: all zero is SIG_DFL without flags. Not by libc's signal(),
    // which refuses the two numbers it keeps for itself, and those can be inherited ignored as well.
    let default = [0_u64; 8];
    let kernel_set_bytes: usize = 8;
    for signal in 1..=64_i32 {
        let no_old = std::ptr::null_mut::<u64>();
        // SAFETY: the kernel reads one structure and writes none. SIGKILL and SIGSTOP answer EINVAL: always default.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), no_old, kernel_set_bytes) };
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
    errno_of(&std::io::Error::last_os_error())
}

/// errno of a failure that the standard library tells of.
pub fn errno_of(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
