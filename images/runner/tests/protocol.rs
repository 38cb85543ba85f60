//! A daemon that breaks the protocol: refused by name, and nothing of the sandbox is left.

mod common;

use common::{Channel, Event, Options, Sandbox, bash, command, welcome};
use runnel_runner::wire::proto::{Credit, Exec, Hello, SandboxKind, Signal, Welcome};
use runnel_runner::wire::{FrameType, header, proto};

/// Sends something after the handshake and expects the runner to give up with a reason.
fn assert_fatal(reason: &str, send: impl FnOnce(&mut Channel)) {
    let mut sandbox = Sandbox::start();

    send(&mut sandbox.channel);

    match sandbox.channel.any() {
        (0, Event::Fatal(message)) => assert!(message.contains(reason), "{message:?} is not about {reason:?}"),
        other => panic!("{other:?} instead of {reason:?}"),
    }
    assert!(sandbox.channel.message().is_none(), "something came after Fatal");
    assert_eq!(sandbox.wait(), Some(70));
}

#[test]
fn frames_that_break_the_rules_end_the_channel() {
    let frame = |change: fn(&mut [u8; 16])| {
        let mut bytes = header(FrameType::Ping, false, 0, 0);
        change(&mut bytes);
        bytes
    };
    type Change = fn(&mut [u8; 16]);
    let cases: [(&str, Change); 9] = [
        ("65537 bytes", |bytes| bytes[..4].copy_from_slice(&65_537_u32.to_be_bytes())),
        ("unknown type 99", |bytes| bytes[4] = 99),
        ("unknown type 0", |bytes| bytes[4] = 0xff),
        ("flags", |bytes| bytes[5] = 2),
        ("flags", |bytes| bytes[7] = 1),
        ("run 1", |bytes| bytes[15] = 1),
        ("MORE", |bytes| bytes[5] = 1),
        ("not the daemon's", |bytes| bytes[4] = 19),
        ("run 0", |bytes| bytes[4] = 25),
    ];
    for (reason, change) in cases {
        let reason = if reason == "unknown type 0" { "unknown type 255" } else { reason };
        assert_fatal(reason, |channel| channel.write(&frame(change)));
    }
}

#[test]
fn requests_that_break_the_order_end_the_channel() {
    assert_fatal("second Welcome", |channel| channel.send(FrameType::Welcome, 0, &welcome()));
    assert_fatal("never opened", |channel| channel.raw(FrameType::Kill, 7, &[]));
    assert_fatal("never opened", |channel| channel.raw(FrameType::PutData, 7, &[1]));
    assert_fatal("0 bytes", |channel| channel.raw(FrameType::Stdin, 7, &[]));
    assert_fatal("credit of 0", |channel| channel.send(FrameType::Credit, 7, &Credit { bytes: 0 }));
    assert_fatal("signal 65", |channel| channel.send(FrameType::Signal, 7, &Signal { number: 65 }));
    assert_fatal("does not parse", |channel| channel.raw(FrameType::Exec, 7, &[0xff; 10]));
    assert_fatal("without all limits", |channel| {
        channel.send(FrameType::Exec, 7, &Exec { limits: None, ..bash("true") });
    });
    assert_fatal("more bytes", |channel| {
        channel.send(FrameType::Put, 7, &proto::Put { path: b"f".to_vec(), mode: 0o644, size: 2, cell: 0 });
        channel.raw(FrameType::PutData, 7, &[1; 3]);
    });
}

#[test]
fn a_second_run_at_a_time_ends_the_channel() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("sleep 1000"));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));

    sandbox.exec(&bash("true"));

    assert!(matches!(sandbox.channel.any(), (0, Event::Fatal(_))));
    assert_eq!(sandbox.wait(), Some(70));
}

#[test]
fn before_welcome_nothing_is_served_and_other_versions_are_refused_by_number() {
    let refused = [
        (Some(Welcome { protocol_version: 9, ..welcome() }), "version 9"),
        (Some(Welcome { kind: SandboxKind::Cell.into(), ..welcome() }), "settings"),
        (Some(Welcome { workspace: "/nowhere".into(), ..welcome() }), "/nowhere"),
        (None, "before Welcome"),
    ];
    for (welcome, reason) in refused {
        let mut sandbox = Sandbox::connect(Options::default());
        let _: Hello = sandbox.channel.expect(FrameType::Hello);

        match welcome {
            Some(welcome) => sandbox.channel.send(FrameType::Welcome, 0, &welcome),
            None => drop(sandbox.exec(&bash("true"))),
        }

        let fatal: proto::Fatal = sandbox.channel.expect(FrameType::Fatal);
        assert!(fatal.message.contains(reason), "{}", fatal.message);
        assert_eq!(sandbox.wait(), Some(70));
    }
}

#[test]
fn frames_that_crossed_the_end_of_their_run_are_ignored() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&bash("true"));
    sandbox.finish(id).assert_succeeded();

    sandbox.channel.raw(FrameType::Kill, id, &[]);
    sandbox.channel.raw(FrameType::Stdin, id, b"late");
    sandbox.channel.raw(FrameType::StdinEnd, id, &[]);
    sandbox.channel.send(FrameType::Credit, id, &Credit { bytes: 1 });
    sandbox.channel.send(FrameType::Signal, id, &Signal { number: 15 });

    sandbox.run(&bash("true")).assert_succeeded();
}

#[test]
fn a_message_of_many_frames_is_put_together() {
    let mut sandbox = Sandbox::start();
    // One argument may have 128 KiB at most (MAX_ARG_STRLEN).
    let large = "x".repeat(100_000);
    let arguments = ["/bin/bash", "-c", "echo $# ${#15}", "bash"].into_iter().chain([large.as_str(); 15]);

    let ran = sandbox.run(&command(&arguments.collect::<Vec<_>>()));

    assert_eq!(ran.text(), "15 100000\n");
}

#[test]
fn what_can_not_be_passed_to_a_program_is_a_failed_start() {
    let mut sandbox = Sandbox::start();
    let starts = [
        (command(&[]), "argv", libc::EINVAL),
        (command(&["nul\0nul"]), "argv", libc::EINVAL),
        (Exec { working_directory: b"nowhere".to_vec(), ..bash("true") }, "chdir", libc::ENOENT),
        (Exec { working_directory: b"../tmp".to_vec(), ..bash("true") }, "chdir", libc::EXDEV),
        (Exec { working_directory: b"/tmp".to_vec(), ..bash("true") }, "chdir", libc::EXDEV),
        (command(&["/usr"]), "execve", libc::EACCES),
        (command(&["/usr/bin/nothing-here"]), "execve", libc::ENOENT),
        (command(&["bash", &"x".repeat(200_000)]), "execve", libc::E2BIG),
    ];
    for (exec, step, errno) in starts {
        let failed = sandbox.run(&exec).failed.unwrap_or_else(|| panic!("{step} {errno} started"));

        assert_eq!((failed.step.as_str(), failed.errno_number), (step, errno));
        assert_eq!(failed.command_unusable, step == "execve" && errno != libc::E2BIG);
    }
    sandbox.run(&bash("true")).assert_succeeded();
}

#[test]
fn the_working_directory_is_beneath_the_workspace() {
    let mut sandbox = Sandbox::start();
    sandbox.run(&bash("mkdir -p a/b")).assert_succeeded();

    let ran = sandbox.run(&Exec { working_directory: b"a/b".to_vec(), ..bash("pwd") });

    assert_eq!(ran.text(), "/workspace/a/b\n");
}

#[test]
fn three_hundred_runs_leave_no_descriptor_and_no_process() {
    let mut sandbox = Sandbox::start();
    for _ in 0..300 {
        sandbox.run(&bash("exit 0")).assert_succeeded();
    }

    // The runner's own descriptors can't be looked at from inside; a leak would end in EMFILE long before.
    let ran = sandbox.run(&bash("echo /proc/[0-9]*"));
    assert_eq!(ran.text().split_whitespace().count(), 2);
}
