//! Files of a cell, moved in and out by a runner that has another uid, with a workspace that a hostile program has
//! prepared. Every answer comes quickly ([`common::files`] looks at the clock), and nothing is followed.

mod common;

use common::files::{get, list, put};
use common::nursery::Nursery;
use common::{Event, bash, limits, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Exec, FileProblem, RunLimits};

/// A nursery with a cell in whose workspace a program has left things.
fn prepared(script: &str) -> Nursery {
    let mut nursery = Nursery::start();
    let cell = nursery.open("");
    let roomy = RunLimits { file_size_bytes: 2 << 40, ..limits() };
    nursery.run(cell, &Exec { limits: Some(roomy), ..bash(script) }).assert_succeeded();
    nursery.sandbox.cell = cell;
    nursery
}

/// Starts a program in the prepared cell and waits for its first line.
fn meanwhile(nursery: &mut Nursery, script: &str) -> u64 {
    let cell = nursery.sandbox.cell;
    let run = nursery.sandbox.exec(&Exec { cell, ..python(script) });
    nursery.sandbox.output_until(run, "ready\n");
    run
}

fn end(nursery: &mut Nursery, run: u64) {
    nursery.sandbox.channel.raw(FrameType::Kill, run, &[]);
    nursery.sandbox.finish(run);
}

#[test]
fn what_is_no_file_of_the_cells_answers_quickly_and_says_why() {
    let mut nursery = prepared(
        "mkfifo fifo; mkdir directory closed; touch closed/x mute; chmod 000 closed mute; truncate -s 1T sparse
         ln -s /etc/passwd absolute; ln -s /proc/self/root magic; ln -s ../tmp up; ln -s . here; echo t >target
         mkdir endless; cd endless; seq 1 3000 | xargs touch; cd ..; cp /bin/true suid; chmod 6755 suid
         /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
    );
    use FileProblem::{LinkOnTheWay, NotARegularFile, NotFound, PermissionDenied, TooLarge};
    let expected = [
        ("fifo", NotARegularFile),
        ("directory", NotARegularFile),
        ("socket", NotARegularFile),
        ("closed/x", PermissionDenied),
        ("mute", PermissionDenied),
        ("sparse", TooLarge),
        ("absolute", LinkOnTheWay),
        ("magic/etc/hostname", LinkOnTheWay),
        ("up/x", LinkOnTheWay),
        ("here/target", LinkOnTheWay),
        ("../etc/passwd", LinkOnTheWay),
        ("/etc/passwd", LinkOnTheWay),
        ("fifo/x", NotFound),
    ];

    for (path, problem) in expected {
        let error = get(&mut nursery.sandbox, path, 1 << 20).expect_err(path);
        assert_eq!(error.problem(), problem, "{path}");
    }
    for path in ["absolute", "magic/tmp/x", "up/x", "here/x", "fifo", "directory", "socket", "closed/y"] {
        assert!(put(&mut nursery.sandbox, path, b"x", 0o644).is_err(), "{path}");
    }
    let listing = list(&mut nursery.sandbox, "", 2000).expect("listed");
    assert_eq!((listing.entries.len(), listing.truncated, listing.skipped), (2000, true, 1));
    assert!(list(&mut nursery.sandbox, "closed", 10).is_err());
}

#[test]
fn a_leased_file_does_not_hold_the_runner_up() {
    let mut nursery = prepared("");
    let run = meanwhile(
        &mut nursery,
        "
import fcntl, os, signal
signal.signal(signal.SIGIO, signal.SIG_IGN)
fd = os.open('leased', os.O_RDWR | os.O_CREAT)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('ready', flush=True)
while True: signal.pause()
",
    );

    let error = get(&mut nursery.sandbox, "leased", 100).expect_err("leased");

    assert_eq!(error.errno_number, libc::EAGAIN);
    nursery.sandbox.channel.raw(FrameType::Ping, 0, &[]);
    assert!(matches!(nursery.sandbox.channel.event(0), Event::Pong));
    end(&mut nursery, run);
}

#[test]
fn directories_that_are_moved_about_are_never_left() {
    let mut nursery = prepared("mkdir -p a/b; echo inside >a/b/f");
    let run = meanwhile(
        &mut nursery,
        "
import os
os.makedirs('/tmp/out'); open('/tmp/out/f', 'w').write('outside')
print('ready', flush=True)
while True:
    os.rename('a/b', 'a/c'); os.symlink('/tmp/out', 'a/b'); os.unlink('a/b'); os.rename('a/c', 'a/b')
",
    );

    for number in 0..1000 {
        if let Ok((_, content)) = get(&mut nursery.sandbox, "a/b/f", 100) {
            assert_eq!(content, b"inside\n");
        }
        let _ = put(&mut nursery.sandbox, &format!("a/b/put{}", number % 8), b"inside", 0o644);
    }

    end(&mut nursery, run);
    let cell = nursery.sandbox.cell;
    let left = nursery.run(cell, &bash("ls -A a/b | tr '\\n' ' '; ls -A | tr '\\n' ' '"));
    assert!(!left.text().contains(".part"), "{}", left.text());
}

/// The runner's uid is another: what it writes must be the guest's, and what a mode forbids the guest stays forbidden.
#[test]
fn what_is_put_is_the_guests_own_and_never_more() {
    let mut nursery = prepared("mkdir locked; chmod 500 locked; mkdir there");

    let refused = put(&mut nursery.sandbox, "locked/x", b"x", 0o644).expect_err("the guest could not either");
    let late = put(&mut nursery.sandbox, "there", b"x", 0o644).expect_err("a directory");
    put(&mut nursery.sandbox, "new/deep/file", b"x", 0o7777).expect("written");

    assert_eq!(
        (refused.problem(), late.problem()),
        (FileProblem::PermissionDenied, FileProblem::NotARegularFile)
    );
    let cell = nursery.sandbox.cell;
    let ran =
        nursery.run(cell, &bash("stat -c '%u %g %a %n' new new/deep new/deep/file; find . -name '.runnel*'"));
    assert_eq!(ran.text(), "1000 1000 755 new\n1000 1000 755 new/deep\n1000 1000 777 new/deep/file\n");
}
