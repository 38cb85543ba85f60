//! Why a cell could not be had.

use rustix::io::Errno;

/// A step that failed while a cell was made, opened or changed. Nothing of a program had run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFailure {
    /// Which step.
    pub step: String,
    /// errno(3), 0 for none.
    pub errno: i32,
}

impl CellFailure {
    /// What failed, and how.
    pub fn new(step: impl Into<String>, errno: i32) -> Self {
        Self { step: step.into(), errno }
    }

    /// Whether it means that something is not as it must be, not only that something could not be had.
    pub fn is_alarming(&self) -> bool {
        self.step.starts_with("attest")
    }
}

impl std::fmt::Display for CellFailure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} (errno {})", self.step, self.errno)
    }
}

/// Names the step of a failed system call.
pub fn failed(step: &'static str) -> impl Fn(Errno) -> CellFailure {
    move |errno| CellFailure::new(step, errno.raw_os_error())
}
