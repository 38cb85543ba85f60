//! The runner, run as an ordinary process, refuses: its broadcast kill would reach the whole machine.

use std::process::Command;

const RUNNER: &str = env!("CARGO_BIN_EXE_runnel-runner");

#[test]
fn outside_a_pid_namespace_the_runner_exits_with_64_before_it_reads_its_arguments() {
    for arguments in [&[][..], &["--channel-fd", "0", "--nonce", "00"], &["--help"], &["--force"]] {
        let output = Command::new(RUNNER).args(arguments).output().expect("the runner can be started");

        assert_eq!(output.status.code(), Some(64), "arguments {arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("must be pid 1"), "said: {said}");
    }
}
