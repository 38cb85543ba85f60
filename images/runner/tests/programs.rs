//! Programs in a real sandbox: started, fed, read, ended.

mod common;

use common::{Sandbox, bash, command, python};
use runnel_runner::wire::proto::ExitCause;

#[test]
fn a_programs_output_and_exit_code_arrive() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash("echo out; echo err >&2; exit 7"));

    assert!(ran.started);
    assert_eq!((ran.text().as_str(), ran.errors().as_str()), ("out\n", "err\n"));
    assert_eq!(ran.code(), 7);
    assert_eq!(ran.exit().cause(), ExitCause::Ended);
    assert_eq!((ran.exit().stdout_bytes, ran.exit().stderr_bytes), (4, 4));
}

#[test]
fn python_runs() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&python("import os; print(1, os.getcwd(), os.getuid())"));

    ran.assert_succeeded();
    assert_eq!(ran.text(), "1 /workspace 1000\n");
}

#[test]
fn a_command_that_is_not_there_is_told_apart() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&command(&["no-such-command"]));

    let failed = ran.failed.expect("the start failed");
    assert!(failed.command_unusable);
    assert_eq!((failed.step.as_str(), failed.errno_number), ("execve", libc::ENOENT));
    assert!(!ran.started);
}

#[test]
fn the_end_of_the_channel_ends_the_sandbox() {
    let mut sandbox = Sandbox::start();
    sandbox.exec(&bash("trap '' TERM INT HUP; sleep 1000"));

    assert_eq!(sandbox.hang_up(), Some(0));
}
