//! What cells cost, without Java: `cargo bench --bench cells`. Prints medians beside bare starts; asserts nothing.

#[path = "../tests/common/mod.rs"]
mod common;

use common::nursery::{Nursery, Setup, folder_of_the_interpreters, node, python, warm};
use common::{Event, bash};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::Exec;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TIMES: usize = 100;

fn main() {
    let interpreters = vec![python(), node()];
    let bwrap = folder_of_the_interpreters();
    let mut nursery = Nursery::start_with(Setup { interpreters, cold_ahead: 2, bwrap, ..Setup::default() });
    nursery.await_warm("python");
    let rows = [
        ("bash", bash("echo 1"), ["bash", "-c", "echo 1"]),
        (
            "python",
            warm("python", &["python3", "main.py"], "main.py", "print(1)"),
            ["/usr/bin/python3", "-c", "print(1)"],
        ),
        (
            "node",
            warm("javascript", &["node", "main.js"], "main.js", "console.log(1)"),
            ["node", "-e", "console.log(1)"],
        ),
    ];
    for (name, exec, native) in rows {
        let (mut ready, mut cold, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TIMES {
            bare.push(timed(|| {
                let command = Command::new(native[0]).args(&native[1..]).stdout(Stdio::null()).status();
                assert!(command.expect("it runs").success());
            }));
            // A pause in which a cell is made ahead.
            std::thread::sleep(Duration::from_millis(if name == "node" { 120 } else { 15 }));
            ready.push(once(&mut nursery, &exec));
            cold.push(once(&mut nursery, &exec));
        }
        println!("{name:8} bare {:>9.3?}", median(bare));
        for (kind, samples) in [("made ahead", ready), ("right after", cold)] {
            let [opened, started, output, exit] =
                [0, 1, 2, 3].map(|phase| median(samples.iter().map(|phases| phases[phase]).collect()));
            println!(
                "  {kind:12} opened {opened:>9.3?} started {started:>9.3?} output {output:>9.3?} exit {exit:>9.3?}"
            );
        }
    }
}

/// From OpenCell: to CellOpened, to Started, to the first output, to Exit.
fn once(nursery: &mut Nursery, exec: &Exec) -> [Duration; 4] {
    let mut phases = [Duration::ZERO; 4];
    let begun = Instant::now();
    let cell = nursery.open(&exec.interpreter);
    phases[0] = begun.elapsed();
    let run = nursery.sandbox.exec(&Exec { cell, ..exec.clone() });
    loop {
        match nursery.sandbox.channel.event(run) {
            Event::Started(_) => phases[1] = begun.elapsed(),
            Event::Stdout(_) => phases[2] = begun.elapsed(),
            Event::Exit(_) => break,
            _ => {}
        }
    }
    phases[3] = begun.elapsed();
    nursery.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);
    phases
}

fn timed(action: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    action();
    begun.elapsed()
}

fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort();
    samples[samples.len() / 2]
}
