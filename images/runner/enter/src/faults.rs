//! Failures on demand, in builds for tests.

use crate::Step;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

static FAIL_AT: AtomicU8 = AtomicU8::new(u8::MAX);
static LEFT_OUT: AtomicU32 = AtomicU32::new(0);

/// From now on each entry fails at the step of this number; none has `u8::MAX`.
pub fn fail_at(step: u8) {
    FAIL_AT.store(step, Ordering::Relaxed);
}

/// From now on each entry leaves out the steps of these bits, and says nothing: a mistake in the code that seals.
pub fn leave_out(steps: u32) {
    LEFT_OUT.store(steps, Ordering::Relaxed);
}

pub(crate) fn hits(step: Step) -> bool {
    FAIL_AT.load(Ordering::Relaxed) == step as u8
}

pub(crate) fn leaves_out(step: Step) -> bool {
    LEFT_OUT.load(Ordering::Relaxed) & 1 << step as u8 != 0
}
