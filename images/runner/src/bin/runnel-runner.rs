//! `runnel-runner`: see the library's documentation. Refuses to be anything but pid 1 of a pid namespace of its own.

use runnel_runner::guard;

fn main() {
    if let Err(refusal) = guard::ensure_pid_1() {
        eprintln!("runnel-runner: {refusal}");
        std::process::exit(guard::EXIT_NOT_PID_1);
    }
}
