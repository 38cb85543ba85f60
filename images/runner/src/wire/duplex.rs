//! The byte stream that frames travel on.

use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// Where it is read and where it is written: two ends of one socket, or of two pipes. Neither blocks, and no program
/// inherits them.
pub struct Duplex {
    /// From the daemon.
    pub reading: OwnedFd,
    /// To the daemon.
    pub writing: OwnedFd,
}

impl Duplex {
    /// A connected socket, or anything else that one descriptor reads and writes.
    pub fn of(descriptor: OwnedFd) -> Result<Self, Errno> {
        let writing = fcntl_dupfd_cloexec(&descriptor, FIRST)?;
        Self { reading: descriptor, writing }.unblocked()
    }

    /// Standard input and output, which become /dev/null: whatever is written there by mistake is not a frame.
    pub fn of_standard_streams() -> Result<Self, Errno> {
        let duplex = Self { reading: copy_of(libc::STDIN_FILENO)?, writing: copy_of(libc::STDOUT_FILENO)? };
        let null = open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
        for number in [libc::STDIN_FILENO, libc::STDOUT_FILENO] {
            // SAFETY: both numbers are open descriptors, and what was at the target has been copied.
            if unsafe { libc::dup2(null.as_raw_fd(), number) } == -1 {
                return Err(crate::seal::last_errno());
            }
        }
        duplex.unblocked()
    }

    fn unblocked(self) -> Result<Self, Errno> {
        for descriptor in [&self.reading, &self.writing] {
            fcntl_setfl(descriptor, fcntl_getfl(descriptor)? | OFlags::NONBLOCK)?;
        }
        Ok(self)
    }
}

/// The lowest number behind the standard streams.
const FIRST: RawFd = 3;

fn copy_of(number: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: borrowed only to be copied; the kernel answers EBADF if it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    fcntl_dupfd_cloexec(borrowed, FIRST)
}
