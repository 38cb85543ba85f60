//! Failures on demand, in builds for tests.

use crate::Step;
use core::sync::atomic::{AtomicU8, Ordering};

static FAIL_AT: AtomicU8 = AtomicU8::new(u8::MAX);

/// From now on each entry fails at the step of this number; none has `u8::MAX`.
pub fn fail_at(step: u8) {
    FAIL_AT.store(step, Ordering::Relaxed);
}

pub(crate) fn hits(step: Step) -> bool {
    FAIL_AT.load(Ordering::Relaxed) == step as u8
}
