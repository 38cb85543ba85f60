//! Signals to pid 1 itself.

use crate::seal::{last_errno, reset_signals};
use rustix::io::Errno;
use std::mem::{MaybeUninit, size_of};
use std::os::fd::{FromRawFd, OwnedFd};

/// Tells by its readiness that a child has changed.
///
/// All other signals keep their default disposition, because the kernel drops those when they come to pid 1 from
/// inside its namespace; SIGPIPE is ignored so that writes return EPIPE.
pub struct ChildSignal {
    descriptor: OwnedFd,
}

impl ChildSignal {
    /// Blocks SIGCHLD and opens a signalfd(2) for it.
    ///
    /// Dispositions are reset first: Rust's runtime has handlers for SIGSEGV and SIGBUS, and what has a handler a guest
    /// can send.
    pub fn open() -> Result<Self, Errno> {
        reset_signals()?;
        // SAFETY: SIG_IGN is always valid.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigemptyset initialises what it is given.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: the set was initialised above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), libc::SIGCHLD) };
        // SAFETY: the set was initialised above; no old set is asked for.
        if unsafe { libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut()) } != 0 {
            return Err(last_errno());
        }
        // SAFETY: the set was initialised above; -1 asks for a new descriptor.
        match unsafe { libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) } {
            -1 => Err(last_errno()),
            // SAFETY: signalfd has just opened it.
            number => Ok(Self { descriptor: unsafe { OwnedFd::from_raw_fd(number) } }),
        }
    }

    /// To be polled for reading.
    pub fn descriptor(&self) -> &OwnedFd {
        &self.descriptor
    }

    /// Takes what has come; the caller then reaps until there is nothing to reap.
    pub fn clear(&self) {
        let mut buffer = [0; 4 * size_of::<libc::signalfd_siginfo>()];
        while rustix::io::read(&self.descriptor, &mut buffer).is_ok_and(|length| length > 0) {}
    }
}
