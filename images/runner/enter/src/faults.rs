//! Failures on demand, in builds for tests.

use crate::Step;
use crate::sys;
use core::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, Ordering};

static FAIL_AT: AtomicU8 = AtomicU8::new(u8::MAX);
static LEFT_OUT: AtomicU32 = AtomicU32::new(0);
static LINGER_ON: AtomicI32 = AtomicI32::new(-1);

/// From now on each entry fails at the step of this number; none has `u8::MAX`.
pub fn fail_at(step: u8) {
    FAIL_AT.store(step, Ordering::Relaxed);
}

/// From now on each entry leaves out the steps of these bits, and says nothing: a mistake in the code that seals.
pub fn leave_out(steps: u32) {
    LEFT_OUT.store(steps, Ordering::Relaxed);
}

/// From now on A does not leave before this pipe has a byte for it; -1 for none.
pub fn linger_on(pipe: i32) {
    LINGER_ON.store(pipe, Ordering::Relaxed);
}

pub(crate) fn linger() {
    let pipe = LINGER_ON.load(Ordering::Relaxed);
    if pipe >= 0 {
        let _ = sys::read(pipe, &mut [0]);
    }
}

pub(crate) fn hits(step: Step) -> bool {
    FAIL_AT.load(Ordering::Relaxed) == step as u8
}

pub(crate) fn leaves_out(step: Step) -> bool {
    LEFT_OUT.load(Ordering::Relaxed) & 1 << step as u8 != 0
}
