//! A cell's cgroup holds all of its program from the first instruction on, and what it limits it limits there.

mod common;

use common::cgroups::Cgroups;
use common::nursery::{Nursery, cell_limits, uid};
use common::{Event, bash, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Exec, ExitCause, LimitHit};
use std::fs;

/// A nursery with cgroups, or nothing where there can be none, which is said.
fn nursery() -> Option<(Cgroups, Nursery)> {
    let Some(cgroups) = Cgroups::make() else {
        eprintln!("skipped: this needs root and cgroups of version 1 that can be written");
        return None;
    };
    let uid = uid();
    let nursery = Nursery::start_as(uid, cgroups.setup(uid));
    // The nursery, as the last, is dropped first.
    Some((cgroups, nursery))
}

#[test]
fn a_program_is_in_the_cgroup_of_its_cell_from_its_first_instruction() {
    let Some((cgroups, mut nursery)) = nursery() else { return };
    let script = "echo \"$(</proc/self/cgroup)\"; sleep 1000 & sleep 1000 & echo up; wait";
    let cells: Vec<u64> = (0..3).map(|_| nursery.open("")).collect();
    for &cell in &cells {
        let run = nursery.sandbox.exec(&Exec { cell, ..bash(script) });
        let told = nursery.sandbox.output_until(run, "up\n");
        let group = told.lines().find_map(|line| line.split_once(":memory:")).expect("a line").1;

        assert!(group.starts_with("/cell-"), "{told}");
        for controller in ["memory", "pids", "cpu", "cpuacct"] {
            assert!(told.contains(&format!(":{controller}:{group}\n")), "{controller} {told}");
            let members = cgroups.cells(controller).into_iter().find(|path| path.ends_with(&group[1..]));
            let members = fs::read_to_string(members.expect("its cgroup").join("tasks")).expect("readable");
            assert_eq!(members.lines().count(), 3, "{controller}");
        }
    }
    cells.into_iter().for_each(|cell| {
        nursery.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);
    });
}

#[test]
fn a_fork_storm_from_the_first_instruction_on_stays_in_its_cell() {
    let Some((cgroups, mut nursery)) = nursery() else { return };
    let (stormy, beside) = (nursery.open(""), nursery.open(""));
    let storm = "
import os, time
def storm(left):
    for _ in range(200):
        try:
            if os.fork() == 0: time.sleep(60); os._exit(0)
        except OSError:
            print('refused', flush=True)
            time.sleep(60)
storm(200)
";
    let run = nursery.sandbox.exec(&Exec { cell: stormy, ..python(storm) });
    nursery.sandbox.output_until(run, "refused\n");

    let neighbour = nursery.run(beside, &bash("for i in 1 2 3 4 5; do (echo $i) & done; wait"));
    let full = cgroups
        .cells("pids")
        .into_iter()
        .map(|cell| fs::read_to_string(cell.join("pids.current")).expect("readable"));
    let full = full.filter(|current| current.trim() == cell_limits().processes.to_string()).count();
    nursery.sandbox.channel.raw(FrameType::Kill, run, &[]);
    let ran = nursery.sandbox.finish(run);

    assert_eq!(neighbour.text().lines().count(), 5);
    assert_eq!(full, 1);
    assert!(ran.exit().limit_hits().any(|hit| hit == LimitHit::Processes), "{ran:?}");
    assert_eq!(nursery.run(stormy, &bash("echo on")).text(), "on\n");
}

#[test]
fn too_much_memory_ends_the_program_that_takes_it_and_nobody_else() {
    let Some((_cgroups, mut nursery)) = nursery() else { return };
    let (greedy, beside) = (nursery.open(""), nursery.open(""));
    let neighbour = python("held = bytearray(50 << 20)\nprint('up', flush=True)\nprint(len(held), input())");
    let neighbour = nursery.sandbox.exec(&Exec { cell: beside, ..neighbour });
    nursery.sandbox.output_until(neighbour, "up\n");
    for taking in [
        "held = bytearray(400 << 20)",
        "import os\nif os.fork() == 0: held = bytearray(400 << 20)\nelse: held = bytearray(300 << 20)",
        "held = [bytearray(1 << 20) for _ in range(400)]",
    ] {
        let ran = nursery.run(greedy, &python(taking));

        assert_eq!(ran.exit().cause(), ExitCause::Memory, "{taking}: {ran:?}");
    }
    nursery.sandbox.channel.raw(FrameType::Ping, 0, &[]);
    assert!(matches!(nursery.sandbox.channel.event(0), Event::Pong));
    nursery.sandbox.channel.raw(FrameType::Stdin, neighbour, b"here\n");
    assert_eq!(nursery.sandbox.finish(neighbour).text(), format!("{} here\n", 50 << 20));
    assert_eq!(nursery.once(&bash("echo on")).text(), "on\n");
}

/// The group of a cell that is closed is the next one's.
#[test]
fn a_cgroup_is_handed_on_without_what_was_in_it() {
    let Some((cgroups, mut nursery)) = nursery() else { return };
    for _ in 0..10 {
        let leave = "head -c 4000000 /dev/zero >file; head -c 4000000 /dev/zero >/dev/shm/file; sleep 1000 & sleep 1000 &";
        nursery.once(&bash(leave)).assert_succeeded();

        let ran = nursery.once(&bash("echo $(ls -A . /tmp /dev/shm)"));

        assert_eq!(ran.text(), ".: /dev/shm: /tmp:\n");
        assert_eq!(cgroups.cells("memory").len(), 1);
    }
}
