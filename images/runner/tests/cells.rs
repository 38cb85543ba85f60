//! Cells: opened, used, closed; what programs see of them.

mod common;

use common::nursery::{CELLS, Nursery, Setup, cell_limits};
use common::{Event, bash, command, files};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{
    CellLimits, Exec, ExitCause, FileProblem, Interpreter, InterpreterKind, ProgramFile,
};
use std::time::{Duration, Instant};

#[test]
fn a_program_runs_in_a_cell_and_leaves_nothing() {
    let mut nursery = Nursery::start();

    let ran = nursery.once(&bash("echo $$; echo error >&2; exit 3"));

    assert_eq!((ran.code(), ran.text().as_str(), ran.errors().as_str()), (3, "2\n", "error\n"));
}

#[test]
fn the_next_program_of_a_cell_finds_the_workspace_and_nothing_else() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let leave = "echo kept >file; echo gone >/tmp/mark; echo gone >/dev/shm/mark; sleep 1000 & echo $!";
    let first = nursery.run(cell, &bash(leave));
    first.assert_succeeded();

    let second = nursery.run(cell, &bash("cat file; ls /tmp /dev/shm; echo $$; ls -d /proc/[0-9]*"));

    second.assert_succeeded();
    assert_eq!(first.exit().survivors_killed, 1);
    assert_eq!(second.text(), "kept\n/dev/shm:\n\n/tmp:\n2\n/proc/1\n/proc/2\n");
    nursery.close(cell);
}

#[test]
fn a_cell_has_the_sizes_it_was_opened_with_also_when_it_was_made_ahead() {
    let mut nursery = Nursery::start_with(Setup { cold_ahead: 1, ..Setup::default() });
    for megabytes in [3, 5] {
        let limits = CellLimits { workspace_bytes: megabytes << 20, tmp_bytes: 2 << 20, ..cell_limits() };
        let cell = nursery.ask("", limits);
        nursery.await_open(cell);

        let ran =
            nursery.run(cell, &bash("df -k --output=size /workspace /tmp /dev/shm | tail -n +2 | tr -d ' '"));

        assert_eq!(ran.text(), format!("{}\n2048\n8192\n", megabytes << 10));
        nursery.close(cell);
    }
}

#[test]
fn cells_made_ahead_take_no_place_from_those_that_are_asked_for() {
    let mut nursery = Nursery::start_with(Setup { cold_ahead: CELLS, ..Setup::default() });

    let cells: Vec<u64> = (0..CELLS).map(|_| nursery.open("")).collect();
    let over = nursery.ask("", cell_limits());

    match nursery.sandbox.channel.event(over) {
        Event::CellFailed(failed) => assert_eq!(failed.step, "max_cells"),
        other => panic!("{other:?}"),
    }
    for cell in cells {
        assert_eq!(nursery.run(cell, &bash("echo on")).text(), "on\n");
        nursery.close(cell);
    }
    assert_eq!(nursery.once(&bash("echo again")).text(), "again\n");
}

#[test]
fn several_programs_at_once_do_not_disturb_each_other() {
    let mut nursery = Nursery::start();
    let cells: Vec<u64> = (0..4).map(|_| nursery.open("")).collect();
    let script = "echo $1 >mine; sleep 0.1; cat mine; exec 1>&-; sleep 0.1; exit $1";
    let runs: Vec<u64> = (0_u32..)
        .zip(&cells)
        .map(|(number, &cell)| {
            let exec = command(&["bash", "-c", script, "bash", &number.to_string()]);
            nursery.sandbox.exec(&Exec { cell, ..exec })
        })
        .collect();

    for (number, run) in (0_u32..).zip(runs) {
        let ran = nursery.sandbox.finish(run);

        assert_eq!((ran.code(), ran.text()), (number, format!("{number}\n")));
    }
    cells.into_iter().for_each(|cell| nursery.close(cell));
}

#[test]
fn a_killed_program_takes_its_tree_and_nobody_else_along() {
    let mut nursery = Nursery::start();
    let (killed, other) = (nursery.open(""), nursery.open(""));
    let stubborn =
        bash("trap '' TERM INT; (trap '' TERM; setsid sleep 1000) & echo up; while :; do sleep 1; done");
    let stubborn = nursery.sandbox.exec(&Exec { cell: killed, ..stubborn });
    let neighbour = nursery.sandbox.exec(&Exec { cell: other, ..bash("read line; echo $line") });
    while !matches!(nursery.sandbox.channel.event(stubborn), Event::Stdout(_)) {}

    nursery.sandbox.channel.raw(FrameType::Kill, stubborn, &[]);
    let ran = nursery.sandbox.finish(stubborn);
    nursery.sandbox.channel.raw(FrameType::Stdin, neighbour, b"alive\n");

    assert_eq!(ran.exit().cause(), ExitCause::Killed);
    assert!(ran.exit().survivors_killed >= 1, "{ran:?}");
    assert_eq!(nursery.sandbox.finish(neighbour).text(), "alive\n");
    nursery.close(killed);
    nursery.close(other);
}

#[test]
fn a_cell_that_is_closed_ends_its_program_first() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let run = nursery.sandbox.exec(&Exec { cell, ..bash("echo up; sleep 1000") });
    while !matches!(nursery.sandbox.channel.event(run), Event::Stdout(_)) {}

    nursery.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);

    assert_eq!(nursery.sandbox.finish(run).exit().cause(), ExitCause::Killed);
    assert!(matches!(nursery.sandbox.channel.event(cell), Event::CellClosed));
}

#[test]
fn a_command_that_is_not_there_fails_and_the_cell_goes_on() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");

    let failed = nursery.run(cell, &command(&["nowhere"])).failed.expect("it fails");
    let ran = nursery.run(cell, &bash("echo on"));

    assert_eq!(
        (failed.step.as_str(), failed.errno_number, failed.command_unusable),
        ("execve", libc::ENOENT, true)
    );
    assert_eq!(ran.text(), "on\n");
    nursery.close(cell);
}

#[test]
fn programs_bring_files_and_files_are_moved_in_and_out() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let file = ProgramFile { path: b"a/b.sh".to_vec(), mode: 0o755, content: b"#!/bin/sh\necho $0\n".to_vec() };

    let ran =
        nursery.run(cell, &Exec { files: vec![file], ..bash("a/b.sh >out; stat -c '%u %a' a a/b.sh out") });
    nursery.sandbox.cell = cell;
    let put = files::put(&mut nursery.sandbox, "c", b"more", 0o600);
    let got = files::get(&mut nursery.sandbox, "out", 100);

    assert_eq!(ran.text(), "1000 755\n1000 755\n1000 644\n");
    assert!(put.is_ok(), "{put:?}");
    assert_eq!(got.expect("it is there").1, b"a/b.sh\n");
    assert_eq!(nursery.run(cell, &bash("cat c; stat -c ' %u %a' c")).text(), "more 1000 600\n");
    nursery.close(cell);
    let gone = files::get(&mut nursery.sandbox, "out", 100).expect_err("the cell is closed");
    assert_eq!(gone.problem(), FileProblem::NoCell);
}

#[test]
fn a_file_that_cannot_be_written_fails_the_start_by_its_name() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    nursery.run(cell, &bash("ln -s / link")).assert_succeeded();
    let file = ProgramFile { path: b"link/etc/x".to_vec(), mode: 0o644, content: Vec::new() };

    let failed = nursery.run(cell, &Exec { files: vec![file], ..bash("echo ran") }).failed.expect("it fails");

    assert_eq!((failed.step.as_str(), failed.file_path.as_slice()), ("file", &b"link/etc/x"[..]));
    assert_eq!(failed.file_error.expect("it says why").problem(), FileProblem::LinkOnTheWay);
    nursery.close(cell);
}

#[test]
fn the_end_of_a_cell_with_very_many_files_keeps_nobody_waiting() {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let script = "import os\nmade = 0\ntry:\n    for made in range(200000):\n        os.mknod(f'/tmp/{made}')\n\
                  except OSError as error:\n    print(made, error.errno)\n";
    let made = nursery.run(cell, &common::python(script));
    nursery.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);

    let begun = Instant::now();
    nursery.sandbox.channel.raw(FrameType::Ping, 0, &[]);
    while !matches!(nursery.sandbox.channel.event(0), Event::Pong) {}
    let took = begun.elapsed();

    // 8 MiB of /tmp allow so many, one of which is the folder itself.
    assert_eq!(made.text(), format!("2047 {}\n", libc::ENOSPC));
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert!(matches!(nursery.sandbox.channel.event(cell), Event::CellClosed));
}

#[test]
fn an_interpreter_that_does_not_say_that_its_program_has_started_can_be_killed() {
    let exec = command(&["sh", "-c", "printf W >&3; sleep 1000"]);
    let stuck = Interpreter {
        name: "stuck".into(),
        kind: InterpreterKind::Waiting.into(),
        argv: exec.argv,
        environment: exec.environment,
        ahead: 0,
    };
    let mut nursery = Nursery::start_with(Setup { interpreters: vec![stuck], ..Setup::default() });
    let cell = nursery.open("stuck");
    let run = nursery.sandbox.exec(&Exec { cell, interpreter: "stuck".into(), ..bash("true") });

    nursery.sandbox.channel.raw(FrameType::Kill, run, &[]);

    assert_eq!(nursery.sandbox.finish(run).exit().cause(), ExitCause::Killed);
    nursery.close(cell);
}

#[test]
fn an_interpreter_that_is_not_there_costs_its_programs_their_warm_start_and_nobody_else_anything() {
    let exec = command(&["no-such-interpreter"]);
    let missing = Interpreter {
        name: "missing".into(),
        kind: InterpreterKind::Waiting.into(),
        argv: exec.argv,
        environment: exec.environment,
        ahead: 1,
    };
    let mut nursery = Nursery::start_with(Setup { interpreters: vec![missing], ..Setup::default() });

    for _ in 0..10 {
        let own = nursery.once(&Exec { interpreter: "missing".into(), ..bash("echo cold") });
        let other = nursery.once(&bash("echo on"));

        assert_eq!((own.text(), own.warm), ("cold\n".into(), false));
        assert_eq!(other.text(), "on\n");
    }
}
