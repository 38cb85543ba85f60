//! Files in and out, with a workspace that a hostile program has prepared.

mod common;

use common::files::{get, list, prepare, prepared, put};
use common::{Event, Options, Sandbox, bash, folder, python};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{Credit, FileKind, FileProblem, Get};

/// The usual one, and one where the call is not there: a filter of four instructions (`struct sock_filter`) answers
/// ENOSYS, as gVisor does.
fn with_and_without_openat2() -> [Sandbox; 2] {
    let instructions: [(u16, u8, u8, u32); 4] = [
        // The number of the call; if it is this one, an error, and else nothing of the sort.
        (0x20, 0, 0, 0),
        (0x15, 0, 1, libc::SYS_openat2 as u32),
        (0x06, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        (0x06, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let encode =
        |(code, jt, jf, k): (u16, u8, u8, u32)| [&code.to_ne_bytes()[..], &[jt, jf], &k.to_ne_bytes()].concat();
    let path = folder().join("without-openat2");
    std::fs::write(&path, instructions.map(encode).concat()).expect("written");
    let options = Options {
        launch: vec!["--open".into(), format!("9:r:{}", path.display())],
        bwrap: vec!["--seccomp".into(), "9".into()],
        ..Options::default()
    };
    [Sandbox::start(), Sandbox::start_with(options)]
}

#[test]
fn a_file_comes_back_as_it_was_put() {
    for mut sandbox in with_and_without_openat2() {
        let content: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 253) as u8).collect();

        put(&mut sandbox, "deep/er/file.bin", &content, 0o640).expect("written");

        let (info, back) = get(&mut sandbox, "deep/er/file.bin", 1_000_000).expect("read");
        assert_eq!((info.size, info.mode, info.kind()), (1_000_000, 0o640, FileKind::Regular));
        assert!(back == content);
        let ran = sandbox.run(&bash("stat -c '%a %s' deep deep/er/file.bin; ls -A deep/er"));
        assert_eq!(ran.text().split_whitespace().next(), Some("755"));
        assert!(ran.text().ends_with("640 1000000\nfile.bin\n"), "{}", ran.text());
    }
}

#[test]
fn putting_again_replaces_and_an_empty_file_is_a_file() {
    let mut sandbox = Sandbox::start();
    put(&mut sandbox, "f", b"first, and longer", 0o644).expect("written");

    put(&mut sandbox, "f", b"second", 0o755).expect("replaced");
    put(&mut sandbox, "empty", b"", 0o644).expect("written");

    assert_eq!(get(&mut sandbox, "f", 100).expect("read").1, b"second");
    assert_eq!(get(&mut sandbox, "empty", 0).expect("read").1, b"");
}

#[test]
fn a_program_reads_what_was_put_and_writes_what_is_got() {
    let mut sandbox = Sandbox::start();
    put(&mut sandbox, "main.py", b"open('out', 'w').write('written')\nprint(__file__)", 0o644)
        .expect("written");

    let ran = sandbox.run(&common::command(&["/usr/bin/python3", "main.py"]));

    ran.assert_succeeded();
    assert_eq!(get(&mut sandbox, "out", 100).expect("read").1, b"written");
}

#[test]
fn a_full_workspace_is_told_and_leaves_nothing_behind() {
    let mut sandbox = Sandbox::start();

    let error = put(&mut sandbox, "large", &vec![1; 40_000_000], 0o644).expect_err("32 MiB are too few");

    assert_eq!(error.problem(), FileProblem::NoSpace);
    assert_eq!(list(&mut sandbox, "", 10).expect("listed").entries, []);
    put(&mut sandbox, "small", b"x", 0o644).expect("there is room again");
}

#[test]
fn nothing_is_followed_out_of_the_workspace() {
    for sandbox in with_and_without_openat2() {
        let mut sandbox = prepare(
            sandbox,
        "ln -s /etc/passwd absolute; ln -s ../tmp up; ln -s target inner; echo t > target; mkdir d; ln -s / d/root;
         ln -s /proc/self/root magic; ln -s . here; echo secret > /tmp/secret",
    );

        for path in [
            "absolute",
            "up/secret",
            "inner",
            "d/root/usr/bin/env",
            "magic/usr/bin/env",
            "here/target",
            "../tmp/secret",
            "/tmp/secret",
            "d/../../tmp/secret",
        ] {
            let error = get(&mut sandbox, path, 1 << 20).expect_err(path);
            assert_eq!(error.problem(), FileProblem::LinkOnTheWay, "{path}");
        }
        for path in ["absolute", "up/new", "inner", "d/root/new", "here/new"] {
            let error = put(&mut sandbox, path, b"x", 0o644).expect_err(path);
            assert_eq!(error.problem(), FileProblem::LinkOnTheWay, "{path}");
        }
        for path in ["/tmp/new", "../new", "a/../b", "./x", "", "a//b", "a/", "nul\0nul"] {
            assert!(put(&mut sandbox, path, b"x", 0o644).is_err(), "{path}");
        }
        for path in ["up", "magic", "d/root", "../", "/"] {
            assert!(list(&mut sandbox, path, 10).is_err(), "{path}");
        }
        let ran = sandbox.run(&bash("cat target; ls /tmp"));
        assert_eq!(ran.text(), "t\nsecret\n");
    }
}

#[test]
fn what_is_not_a_regular_file_answers_quickly() {
    for sandbox in with_and_without_openat2() {
        let mut sandbox = prepare(
            sandbox,
        "mkfifo fifo; mkdir directory; mkdir closed; touch closed/x; chmod 000 closed; touch mute; chmod 000 mute;
         /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
    );

        let problems: Vec<FileProblem> =
            ["fifo", "directory", "socket", "closed/x", "mute", "nothing", "fifo/x"]
                .map(|path| get(&mut sandbox, path, 1 << 20).expect_err(path).problem())
                .to_vec();

        use FileProblem::{NotARegularFile, NotFound, PermissionDenied};
        assert_eq!(
            problems,
            [
                NotARegularFile,
                NotARegularFile,
                NotARegularFile,
                PermissionDenied,
                PermissionDenied,
                NotFound,
                NotFound
            ]
        );
        for path in ["fifo", "directory", "socket"] {
            assert_eq!(
                put(&mut sandbox, path, b"x", 0o644).expect_err(path).problem(),
                NotARegularFile,
                "{path}"
            );
        }
        let listing = list(&mut sandbox, "", 100).expect("listed");
        assert_eq!((listing.skipped, listing.truncated), (1, false), "the closed directory");
    }
}

#[test]
fn a_leased_file_does_not_hold_the_runner_up() {
    let mut sandbox = Sandbox::start();
    let id = sandbox.exec(&python(
        "
import fcntl, os, signal
signal.signal(signal.SIGIO, signal.SIG_IGN)
fd = os.open('leased', os.O_RDWR | os.O_CREAT)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('leased', flush=True)
while True: signal.pause()
",
    ));
    assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
    assert!(matches!(sandbox.channel.event(id), Event::Stdout(_)));

    let error = get(&mut sandbox, "leased", 100).expect_err("leased");

    assert_eq!((error.problem(), error.errno_number), (FileProblem::Other, libc::EAGAIN));
    sandbox.channel.raw(FrameType::Kill, id, &[]);
    sandbox.finish(id);
}

#[test]
fn sparse_files_are_bounded_by_their_logical_size() {
    let mut sandbox = prepared("truncate -s 1G sparse");

    let error = get(&mut sandbox, "sparse", 1 << 20).expect_err("larger than allowed");

    assert_eq!(error.problem(), FileProblem::TooLarge);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error_and_not_padded() {
    let mut sandbox = prepared("head -c 1000000 /dev/zero > f");
    let id = sandbox.number();
    sandbox.channel.send(
        FrameType::Get,
        id,
        &Get { path: b"f".to_vec(), max_bytes: 1 << 20, initial_credit: 1000, cell: 0 },
    );
    assert!(matches!(sandbox.channel.event(id), Event::FileInfo(info) if info.size == 1_000_000));
    assert!(matches!(sandbox.channel.event(id), Event::FileData(bytes) if bytes.len() == 1000));
    sandbox.run(&bash("truncate -s 5000 f")).assert_succeeded();

    sandbox.channel.send(FrameType::Credit, id, &Credit { bytes: 1_000_000 });

    assert!(matches!(sandbox.channel.event(id), Event::FileData(bytes) if bytes.len() == 4000));
    assert!(
        matches!(sandbox.channel.event(id), Event::FileError(error) if error.problem() == FileProblem::Changed)
    );
}

#[test]
fn directories_that_are_moved_about_are_never_left() {
    for mut sandbox in with_and_without_openat2() {
        let id = sandbox.exec(&python(
        "
import os
os.makedirs('a/b'); os.makedirs('/tmp/out'); open('a/b/f', 'w').write('inside'); open('/tmp/out/f', 'w').write('outside')
print('ready', flush=True)
while True:
    os.rename('a/b', 'a/c'); os.symlink('/tmp/out', 'a/b'); os.unlink('a/b'); os.rename('a/c', 'a/b')
",
    ));
        assert!(matches!(sandbox.channel.event(id), Event::Started(_)));
        assert!(matches!(sandbox.channel.event(id), Event::Stdout(_)));

        for _ in 0..2000 {
            if let Ok((_, content)) = get(&mut sandbox, "a/b/f", 100) {
                assert_eq!(content, b"inside");
            }
        }

        sandbox.channel.raw(FrameType::Kill, id, &[]);
        sandbox.finish(id);
    }
}
