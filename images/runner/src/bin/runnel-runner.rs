//! `runnel-runner`: see the library's documentation. Refuses to be anything but pid 1 of a pid namespace of its own.

use runnel_runner::oom::OomScore;
use runnel_runner::options::{self, Options};
use runnel_runner::seal::raise_own_descriptors;
use runnel_runner::server::{End, Server};
use runnel_runner::signals::ChildSignal;
use runnel_runner::{guard, start};
use std::process::exit;

/// The command line is wrong (EX_USAGE, the same as for not being pid 1).
const EXIT_USAGE: i32 = 64;
/// The runner can't go on (EX_SOFTWARE).
const EXIT_FATAL: i32 = 70;

fn main() {
    if let Err(refusal) = guard::ensure_pid_1() {
        fail(guard::EXIT_NOT_PID_1, &refusal.to_string());
    }
    let oom_score = OomScore::open();
    start::hide_from_the_sandbox().unwrap_or_else(|errno| fail(EXIT_FATAL, &format!("prctl: {errno}")));
    start::keep_standard_streams_open()
        .unwrap_or_else(|errno| fail(EXIT_FATAL, &format!("/dev/null: {errno}")));
    let options = options::parse(std::env::args_os().skip(1)).unwrap_or_else(|error| fail(EXIT_USAGE, &error));
    raise_own_descriptors();
    match serve(options, oom_score) {
        Ok(End::ChannelClosed) => exit(0),
        Ok(End::Fatal(message)) | Err(message) => fail(EXIT_FATAL, &message),
    }
}

fn serve(options: Options, oom_score: Option<OomScore>) -> Result<End, String> {
    let channel = start::open_channel(options.channel).map_err(|errno| format!("channel: {errno}"))?;
    let children = ChildSignal::open().map_err(|errno| format!("signalfd: {errno}"))?;
    Ok(Server::new(channel, options.passed, children, oom_score).serve())
}

fn fail(code: i32, message: &str) -> ! {
    eprintln!("runnel-runner: {message}");
    exit(code)
}
