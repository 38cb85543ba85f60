//! Bytes in and out, against credit both ways.

mod common;

use common::files::list;
use common::{Event, Sandbox, bash, limits, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Credit, Exec, ExitCause, LimitHit, RunLimits};

fn with_credit(exec: Exec, initial_credit: u32) -> Exec {
    Exec { initial_credit, ..exec }
}

fn with_output_limit(exec: Exec, output_bytes: u64, discard_output: bool) -> Exec {
    Exec { limits: Some(RunLimits { output_bytes, discard_output, ..limits() }), ..exec }
}

#[test]
fn every_byte_arrives_as_it_was_written() {
    let script = "
import os, sys
piece = bytes(range(256)) * 1024
for _ in range(64):
    sys.stdout.buffer.write(piece)
sys.stdout.buffer.flush()
";
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&python(script));

    ran.assert_succeeded();
    assert_eq!(ran.stdout.len(), 64 * 256 * 1024);
    assert!(ran.stdout.chunks(256).all(|chunk| chunk.iter().copied().eq(0..=255)));
    assert_eq!(ran.exit().stdout_bytes, 64 * 256 * 1024);
}

#[test]
fn what_was_written_just_before_the_end_arrives() {
    let mut sandbox = Sandbox::start();
    for _ in 0..20 {
        let ran = sandbox.run(&bash("head -c 65536 /dev/zero; head -c 65536 /dev/zero >&2; kill -9 $$"));

        assert_eq!((ran.stdout.len(), ran.stderr.len()), (65536, 65536));
    }
}

#[test]
fn what_a_background_child_wrote_before_the_end_arrives() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash("(echo child; touch written; sleep 1000) & until [ -e written ]; do :; done"));

    assert_eq!(ran.text(), "child\n");
}

#[test]
fn merged_streams_keep_their_exact_order() {
    let mut sandbox = Sandbox::start();
    let exec = bash("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done");

    let ran = sandbox.run(&Exec { merge_stderr: true, ..exec });

    let expected: String = (1..=5).map(|i| format!("out {i}\nerr {i}\n")).collect();
    assert_eq!((ran.text(), ran.errors()), (expected, String::new()));
}

#[test]
fn without_credit_the_program_is_held_back_and_commands_are_still_read() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&with_credit(bash("yes"), 100_000));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    let mut got = 0;
    while got < 100_000 {
        let Event::Stdout(bytes) = sandbox.channel.event(id) else { panic!("not output") };
        got += bytes.len();
    }

    sandbox.channel.raw(FrameType::Ping, 0, &[]);

    assert!(
        matches!(sandbox.channel.any(), (0, Event::Pong)),
        "nothing beyond the credit came before the answer"
    );
    assert_eq!(got, 100_000);
    sandbox.channel.send(FrameType::Credit, id, &Credit { bytes: 10 });
    let Event::Stdout(bytes) = sandbox.channel.event(id) else { panic!("not output") };
    assert_eq!(bytes.len(), 10);
    sandbox.channel.raw(FrameType::Kill, id, &[]);
    let ran = sandbox.finish(id);
    assert_eq!(ran.exit().cause(), ExitCause::Killed);
    assert_eq!(
        ran.exit().stdout_bytes,
        100_010 + ran.stdout.len() as u64,
        "the rest of the pipe came after the kill"
    );
}

#[test]
fn a_daemon_that_does_not_read_the_channel_can_still_kill() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("yes"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    // The program is blocked once the socket, the backlog and its pipe are full: its CPU time stands still then. There
    // is no event for that, and none is needed: the kill is read whatever the state is.

    sandbox.channel.raw(FrameType::Kill, id, &[]);

    let ran = sandbox.finish(id);
    assert_eq!(ran.exit().cause(), ExitCause::Killed);
}

#[test]
fn two_streams_that_share_a_small_credit_both_arrive_whole() {
    let mut sandbox = Sandbox::start();
    let script = "head -c 50000 /dev/zero >&2; head -c 50000 /dev/zero; touch written; read -r";
    let id = sandbox.exec(&with_credit(bash(script), 0));
    while list(&mut sandbox, "", 10).expect("listed").entries.is_empty() {}

    // Both are ready at once, and one takes all of it.
    sandbox.channel.send(FrameType::Credit, id, &Credit { bytes: 1000 });
    let (mut stdout, mut stderr) = (0, 0);
    let exit = loop {
        let received = match sandbox.channel.event(id) {
            Event::Stdout(bytes) => {
                stdout += bytes.len();
                bytes.len()
            }
            Event::Stderr(bytes) => {
                stderr += bytes.len();
                bytes.len()
            }
            Event::Exit(exit) => break exit,
            _ => continue,
        };
        let bytes = u32::try_from(received).expect("small");
        sandbox.channel.send(FrameType::Credit, id, &Credit { bytes });
        if stdout + stderr == 100_000 {
            sandbox.channel.raw(FrameType::StdinEnd, id, &[]);
        }
    };

    assert_eq!((stdout, stderr), (50_000, 50_000));
    assert_eq!((exit.stdout_bytes, exit.stderr_bytes), (50_000, 50_000));
}

#[test]
fn standard_input_arrives_whole_and_ends() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("sha256sum; echo rest; cat"));
    let content: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();

    feed(&mut sandbox, id, &content);
    sandbox.channel.raw(FrameType::StdinEnd, id, &[]);

    let ran = sandbox.finish(id);
    ran.assert_succeeded();
    let expected = sandbox.run(&python(
        "import hashlib; print(hashlib.sha256(bytes(i % 251 for i in range(3000000))).hexdigest())",
    ));
    assert_eq!(ran.text(), format!("{}  -\nrest\n", expected.text().trim()));
}

#[test]
fn standard_input_is_granted_as_the_program_reads_and_not_before() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("read -r line; sleep 1000"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    // The pipe takes 65,536 bytes, and the window as many: that much is granted to a program that reads nothing.
    let mut granted: usize = 65_536;
    let mut sent = 0;
    while sent < granted {
        sandbox.channel.raw(FrameType::Stdin, id, &vec![b'x'; granted - sent]);
        sent = granted;
        sandbox.channel.raw(FrameType::Ping, 0, &[]);
        while let (_, Event::Credit(bytes)) = sandbox.channel.any() {
            granted += bytes as usize;
        }
    }

    assert!((65_536..=300_000).contains(&sent), "sent {sent}");
    sandbox.channel.raw(FrameType::Kill, id, &[]);
}

#[test]
fn a_program_that_closes_its_input_does_not_stop_the_daemon() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("exec <&-; echo closed; sleep 0.2"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(_)));

    let mut granted = 65_536;
    for _ in 0..4 {
        sandbox.channel.raw(FrameType::Stdin, id, &vec![0; granted]);
        let Event::Credit(bytes) = sandbox.channel.event(id) else { panic!("no credit") };
        granted = bytes as usize;
    }

    sandbox.finish(id).assert_succeeded();
}

#[test]
fn input_beyond_its_credit_ends_the_channel() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("sleep 1000"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));

    // One fills the pipe, one the window.
    sandbox.channel.raw(FrameType::Stdin, id, &[0; 65_536]);
    sandbox.channel.raw(FrameType::Stdin, id, &[0; 65_536]);
    sandbox.channel.raw(FrameType::Stdin, id, &[0; 65_536]);

    let fatal =
        std::iter::repeat_with(|| sandbox.channel.any().1).find(|event| matches!(event, Event::Fatal(_)));
    assert!(matches!(fatal, Some(Event::Fatal(message)) if message.contains("beyond the credit")));
    assert_eq!(sandbox.wait(), Some(70));
}

#[test]
fn at_the_output_limit_exactly_so_many_bytes_arrive_and_the_program_is_killed() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&with_output_limit(bash("yes"), 123_456, false));

    assert_eq!(ran.stdout.len(), 123_456);
    assert_eq!(ran.exit().cause(), ExitCause::Output);
}

#[test]
fn output_of_exactly_the_limit_is_not_over_it() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&with_output_limit(bash("head -c 5000 /dev/zero"), 5000, false));

    ran.assert_succeeded();
    assert_eq!((ran.exit().cause(), ran.stdout.len()), (ExitCause::Ended, 5000));
}

#[test]
fn one_byte_over_the_limit_is_over_it_even_when_the_program_has_ended() {
    let mut sandbox = Sandbox::start();
    for _ in 0..10 {
        let ran = sandbox.run(&with_output_limit(bash("echo 12345"), 5, false));

        assert_eq!((ran.exit().cause(), ran.text().as_str()), (ExitCause::Output, "12345"));
    }
}

#[test]
fn discarded_output_is_counted_and_needs_no_credit() {
    let mut sandbox = Sandbox::start();
    let exec =
        with_output_limit(bash("head -c 1000000 /dev/zero; head -c 7 /dev/zero >&2; exit 2"), 1000, true);

    let ran = sandbox.run(&with_credit(exec, 1000));

    assert_eq!((ran.code(), ran.stdout.len()), (2, 1000));
    let exit = ran.exit();
    assert_eq!(
        (exit.cause(), exit.stdout_dropped_bytes, exit.stderr_dropped_bytes),
        (ExitCause::Ended, 999_000, 7)
    );
    assert_eq!(exit.limit_hits().collect::<Vec<_>>(), [LimitHit::Output]);
}

#[test]
fn output_is_live() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("echo first; read -r line; echo $line"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(bytes) if bytes == b"first\n"));

    sandbox.channel.raw(FrameType::Stdin, id, b"second\n");

    assert!(matches!(sandbox.finish(id).text().as_str(), "second\n"));
}

/// Sends all of it, waiting for credit.
fn feed(sandbox: &mut Sandbox, id: u64, content: &[u8]) {
    let mut granted = 0;
    let mut rest = content;
    while !rest.is_empty() {
        while granted == 0 {
            match sandbox.channel.event(id) {
                Event::Started(_) => granted += 65_536,
                Event::Credit(bytes) => granted += bytes as usize,
                other => panic!("{other:?}"),
            }
        }
        let (now, later) = rest.split_at(rest.len().min(granted).min(65_536));
        sandbox.channel.raw(FrameType::Stdin, id, now);
        granted -= now.len();
        rest = later;
    }
}
