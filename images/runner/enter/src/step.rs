//! The steps of an entry, and what is said of one that fails.

use crate::sys::Errno;

/// The steps, in their order. `Step as u8` is the number in a failure's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "STEPS has their names")]
pub enum Step {
    Clone,
    Hide,
    Cgroup,
    Setns,
    Fork,
    Setsid,
    Securebits,
    Setgroups,
    Setresgid,
    Setresuid,
    Chdir,
    Descriptors,
    CloseRange,
    Signals,
    Ambient,
    BoundingSet,
    NoNewPrivileges,
    Capset,
    Verify,
    Seccomp,
    Show,
}

/// The steps' names, by their number: the system call, where it is one.
pub const STEPS: [&str; 21] = [
    "clone",
    "hide",
    "cgroup",
    "setns",
    "fork",
    "setsid",
    "securebits",
    "setgroups",
    "setresgid",
    "setresuid",
    "chdir",
    "dup",
    "close_range",
    "signals",
    "ambient",
    "bounding set",
    "no_new_privs",
    "capset",
    "verify",
    "seccomp",
    "show",
];

/// A step that could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub step: Step,
    /// Why.
    pub errno: Errno,
}

impl Failure {
    /// What is told on the leash: `F`, the step, errno in the machine's order.
    pub fn report(self) -> [u8; 6] {
        let [a, b, c, d] = self.errno.0.to_ne_bytes();
        [b'F', self.step as u8, a, b, c, d]
    }
}

impl Step {
    /// Does it.
    pub(crate) fn make<T: Default>(self, action: impl FnOnce() -> Result<T, Errno>) -> Result<T, Failure> {
        #[cfg(feature = "faults")]
        if crate::faults::hits(self) {
            return Err(Failure { step: self, errno: Errno::IO });
        }
        #[cfg(feature = "faults")]
        if crate::faults::leaves_out(self) {
            return Ok(T::default());
        }
        action().map_err(|errno| Failure { step: self, errno })
    }
}
