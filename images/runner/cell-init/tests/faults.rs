//! What becomes of an entry that fails at each of its steps.
#![cfg(feature = "faults")]

mod common;

use common::{Cell, Options, pair, status, until};
use runnel_enter::{STEPS, Signals, faults};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

/// What fails, and what becomes of SIGCHLD, is so for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn whatever_step_fails_nothing_starts() {
    let _alone = ALONE.lock().expect("no test has failed before");
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

#[test]
fn a_program_that_ends_before_its_parent_has_left_is_not_reaped_by_the_kernel() {
    let _alone = ALONE.lock().expect("no test has failed before");
    let cell = Cell::open();
    let (held, hold) = pair(libc::SOCK_STREAM);
    faults::linger_on(held.as_raw_fd());
    // As a zygote does.
    // SAFETY: SIG_IGN is always valid.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    let options = Options { script: "exit(7)", lingers: true, signals: Signals::Keep, ..Options::default() };
    let mut program = cell.enter_with(&options).expect("sealed");
    // SAFETY: SIG_DFL is always valid.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };

    program.go();
    until(|| status(program.pid, &["State"]) == ["State: Z (zombie)"]);
    faults::linger_on(-1);
    UnixStream::from(hold).write_all(b"x").expect("it lingers");

    assert_eq!(program.collect().status, 7);
}
