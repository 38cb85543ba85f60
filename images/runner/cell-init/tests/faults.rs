//! What becomes of an entry that fails at each of its steps.
#![cfg(feature = "faults")]

mod common;

use common::Cell;
use runnel_enter::{STEPS, faults};

#[test]
fn whatever_step_fails_nothing_starts() {
    let cell = Cell::open();
    // "clone" is a step of those that are born in a cgroup only.
    for (number, step) in (0..).zip(STEPS).skip(1) {
        faults::fail_at(number);

        let refused = cell.enter("print('ran')");

        assert_eq!(refused.expect_err("nothing starts"), (step.to_owned(), libc::EIO));
    }
    faults::fail_at(u8::MAX);
    assert_eq!(cell.run("print('ran')"), "ran\n");
}
