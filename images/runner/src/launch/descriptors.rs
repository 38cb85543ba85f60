//! Descriptors at exactly the numbers they were asked for, and no others.

use crate::seal::last_errno;
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use std::collections::BTreeMap;
use std::os::fd::{AsRawFd, OwnedFd};

/// Above every number that can be asked for.
const ASIDE: i32 = 600;

/// Files on their way to their numbers.
#[derive(Default)]
pub struct Descriptors {
    wanted: BTreeMap<i32, OwnedFd>,
}

impl Descriptors {
    /// Keeps a file out of the way until [`Descriptors::settle`]. A number can be asked for once.
    pub fn add(&mut self, number: i32, file: OwnedFd) -> Result<(), Errno> {
        let aside = fcntl_dupfd_cloexec(&file, ASIDE)?;
        match self.wanted.insert(number, aside) {
            None => Ok(()),
            Some(_) => Err(Errno::EXIST),
        }
    }

    /// Puts every file at its number, to be inherited, and closes all else above standard error.
    pub fn settle(self) -> Result<(), Errno> {
        let mut first_free: u32 = 3;
        for (&number, file) in &self.wanted {
            // SAFETY: whatever is at that number belongs to nothing in this process that is still used.
            if unsafe { libc::dup2(file.as_raw_fd(), number) } == -1 {
                return Err(last_errno());
            }
            let taken = number.unsigned_abs();
            if first_free < taken {
                close(first_free, taken - 1)?;
            }
            first_free = taken + 1;
        }
        // The files put aside are closed by the range, not again by their owners.
        std::mem::forget(self.wanted);
        close(first_free, u32::MAX)
    }
}

fn close(first: u32, last: u32) -> Result<(), Errno> {
    // SAFETY: nothing in this process uses these numbers any more.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, 0_u32) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}
