//! `runnel-launch`: see the library's module `launch`.

use runnel_runner::launch::{EXIT_LAUNCH_FAILED, launch, parse};

fn main() {
    let failure = match parse(std::env::args_os().skip(1)) {
        Ok(options) => launch(&options).to_string(),
        Err(error) => error,
    };
    eprintln!("runnel-launch: {failure}");
    std::process::exit(EXIT_LAUNCH_FAILED);
}
