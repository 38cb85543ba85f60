//! A step of the sealing that fails, or that a mistake leaves out: the program is never handed over. Needs a runner that
//! makes mistakes on demand; `build.sh check` builds it.
#![cfg(feature = "faults")]

mod common;

use common::nursery::{Nursery, Setup, cell_limits};
use common::{Event, Ran, bash};
use runnel_enter::{STEPS, Step};
use runnel_runner::wire::proto::{CellFailed, Exec, ProgramFile};

#[test]
fn a_step_that_fails_opens_no_cell() {
    // Clone(0) is made only where there are cgroups of version 2.
    for (number, name) in STEPS.iter().enumerate().skip(1) {
        let mut nursery = with(["--fail-at", &number.to_string()]);

        let cell = nursery.ask("", cell_limits());

        let failed = failure(&mut nursery, cell);
        assert_eq!((failed.step, failed.errno_number), (format!("enter: {name}"), libc::EIO));
    }
}

/// The runner looks for itself.
#[test]
fn a_step_that_is_left_out_is_found_and_the_nursery_retires() {
    let left_out: [(&[Step], &str); 7] = [
        (&[Step::Setresuid], "Uid"),
        (&[Step::Setresgid], "Gid"),
        (&[Step::BoundingSet, Step::Verify], "CapBnd"),
        (&[Step::Capset, Step::Verify], "CapPrm"),
        (&[Step::Capset, Step::BoundingSet, Step::Verify], "CapPrm"),
        (&[Step::Seccomp], "Seccomp_filters"),
        (&[Step::Setsid], "NSsid"),
    ];
    for (steps, found) in left_out {
        let bits: u32 = steps.iter().map(|&step| 1 << step as u8).sum();
        let mut nursery = with(["--leave-out", &bits.to_string()]);

        let cell = nursery.ask("", cell_limits());

        assert_eq!(failure(&mut nursery, cell).step, format!("attest: {found}"));
        match nursery.sandbox.channel.event(0) {
            Event::Retire(reason) => assert_eq!(reason, format!("attest: {found} (errno 0)")),
            other => panic!("{other:?}"),
        }
        let cell = nursery.ask("", cell_limits());
        assert_eq!(failure(&mut nursery, cell).step, "retired");
    }
}

/// Also when the program came before the failure.
#[test]
fn nothing_of_a_program_is_delivered_to_a_process_that_could_not_be_sealed() {
    for mistake in [["--fail-at", "20"], ["--leave-out", "524288"]] {
        let mut nursery = with(mistake);
        let cell = nursery.ask("", cell_limits());
        let file = ProgramFile { path: b"mark".to_vec(), mode: 0o644, content: b"x".to_vec() };

        let early = Exec { cell, files: vec![file], ..bash("echo ran") };
        let ran = nursery.run(cell, &early);

        assert_never_ran(&ran);
        assert!(!failure(&mut nursery, cell).step.is_empty());
    }
}

fn assert_never_ran(ran: &Ran) {
    let failed = ran.failed.as_ref().expect("it can't start");
    assert_eq!((failed.step.as_str(), ran.started, ran.text().as_str()), ("cell", false, ""));
}

fn with(mistake: [&str; 2]) -> Nursery {
    Nursery::start_with(Setup { runner: mistake.map(str::to_owned).to_vec(), ..Setup::default() })
}

fn failure(nursery: &mut Nursery, cell: u64) -> CellFailed {
    match nursery.sandbox.channel.event(cell) {
        Event::CellFailed(failed) => failed,
        other => panic!("{other:?}"),
    }
}
