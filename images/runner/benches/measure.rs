//! What the runner costs, without Java: `cargo bench`. Prints medians; asserts nothing.

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Event, Sandbox, bash, command, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::Exec;
use std::time::{Duration, Instant};

fn main() {
    row("sandbox: launch to Ready", 30, || {
        let begun = Instant::now();
        drop(Sandbox::start());
        begun.elapsed()
    });
    let mut sandbox = Sandbox::start();
    for (name, exec) in [("true", command(&["/bin/true"])), ("bash", bash(":")), ("python", python("print(1)"))]
    {
        row(&format!("{name}: Exec to Exit"), 50, || timed(&mut sandbox, &exec));
        row(&format!("{name}: bare"), 50, || bare(&exec));
    }
    row("Kill to Exit, yes", 30, || kill(&mut sandbox, "yes"));
    row("Kill to Exit, 200 sleeping", 10, || {
        kill(&mut sandbox, "for i in {1..200}; do sleep 100 & done; echo; wait")
    });
    row("1 GiB of stdout", 3, || timed(&mut sandbox, &bash("head -c 1073741824 /dev/zero")));
}

fn row(name: &str, times: usize, mut measure: impl FnMut() -> Duration) {
    let mut took: Vec<Duration> = (0..times).map(|_| measure()).collect();
    took.sort();
    println!(
        "{name:32} min {:>10.2?}  p50 {:>10.2?}  p90 {:>10.2?}",
        took[0],
        took[times / 2],
        took[times * 9 / 10]
    );
}

/// Reads like a daemon with a window of 1 MiB.
fn timed(sandbox: &mut Sandbox, exec: &Exec) -> Duration {
    let begun = Instant::now();
    let id = sandbox.exec(&Exec { initial_credit: 1 << 20, ..exec.clone() });
    let mut taken = 0;
    loop {
        match sandbox.channel.event(id) {
            Event::Stdout(bytes) => taken += bytes.len(),
            Event::Exit(_) => return begun.elapsed(),
            _ => {}
        }
        if taken >= 1 << 19 {
            let credit = runnel_runner::wire::proto::Credit { bytes: u32::try_from(taken).expect("small") };
            sandbox.channel.send(FrameType::Credit, id, &credit);
            taken = 0;
        }
    }
}

fn bare(exec: &Exec) -> Duration {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let begun = Instant::now();
    let mut command = std::process::Command::new(text(&exec.argv[0]));
    command.args(exec.argv[1..].iter().map(text)).output().expect("it runs");
    begun.elapsed()
}

fn kill(sandbox: &mut Sandbox, script: &str) -> Duration {
    let id = sandbox.exec(&bash(script));
    while !matches!(sandbox.channel.event(id), Event::Stdout(_)) {}
    let begun = Instant::now();
    sandbox.channel.raw(FrameType::Kill, id, &[]);
    while !matches!(sandbox.channel.event(id), Event::Exit(_)) {}
    begun.elapsed()
}
