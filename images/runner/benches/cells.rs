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
        let mut ready = Vec::new();
        let mut cold = Vec::new();
        let mut bare = Vec::new();
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
        let bare = median(&mut bare);
        for (kind, samples) in [("made ahead", &mut ready), ("right after", &mut cold)] {
            samples.sort();
            println!(
                "{name:8} {kind:12} p50 {:>9.3?}  p90 {:>9.3?}  bare {bare:>9.3?}  ratio {:.2}",
                samples[TIMES / 2],
                samples[TIMES * 9 / 10],
                samples[TIMES / 2].as_secs_f64() / bare.as_secs_f64()
            );
        }
    }
}

/// From OpenCell to Exit.
fn once(nursery: &mut Nursery, exec: &Exec) -> Duration {
    let begun = Instant::now();
    let cell = nursery.open(&exec.interpreter);
    let run = nursery.sandbox.exec(&Exec { cell, ..exec.clone() });
    while !matches!(nursery.sandbox.channel.event(run), Event::Exit(_)) {}
    let took = begun.elapsed();
    nursery.sandbox.channel.raw(FrameType::CloseCell, cell, &[]);
    took
}

fn timed(action: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    action();
    begun.elapsed()
}

fn median(samples: &mut [Duration]) -> Duration {
    samples.sort();
    samples[samples.len() / 2]
}
