//! What there is in a cell: descriptors, mounts, places to write to. All of it, so that one more is noticed.

mod common;

use common::language::Language;
use common::nursery::{Nursery, Setup, assembles};
use common::processes::Process;
use common::python;
use std::path::Path;
use std::time::{Duration, Instant};

const DESCRIPTORS: &str = "
import os
for number in sorted(int(name) for name in os.listdir('/proc/self/fd')):
    try: print(number, os.readlink(f'/proc/self/fd/{number}').split(':')[0])
    except OSError: pass
";

#[test]
fn a_program_of_any_language_has_its_three_streams_and_nothing_else() {
    for language in Language::all() {
        // A descriptor that reaches the runner without its being told.
        let launch = ["--open", "11:r:/dev/null"].map(str::to_owned).to_vec();
        let mut nursery = language.nursery_with(Setup { launch, ..Setup::default() });

        let ran = nursery.once(&language.attacks(DESCRIPTORS));

        assert_eq!(ran.text(), "0 pipe\n1 pipe\n2 pipe\n", "{language:?} {}", ran.errors());
    }
}

/// Seen from outside, while they wait: init has its socket, the process that becomes the program its streams and the
/// leash.
#[test]
fn what_waits_in_a_cell_holds_nothing_that_is_not_its_own() {
    if !rustix::process::getuid().is_root() {
        eprintln!("skipped: only root sees the descriptors of other users");
        return;
    }
    for language in [Language::Python, Language::WarmPython] {
        let mut nursery = language.nursery_with(Setup { cold_ahead: 2, ..Setup::default() });
        nursery.once(&language.program(""));
        let cells: Vec<u64> = (0..3).map(|_| nursery.open(language.interpreter())).collect();

        // Cells are made ahead meanwhile, and a process that is not sealed yet still has what it was forked with.
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let processes = Process::all_of(&nursery.sandbox);
            let inits = processes.iter().filter(|process| process.name == "init");
            let waiting = processes.iter().filter(|process| process.depth() == 3 && process.pid_inside() == 2);
            let inits: Vec<_> = inits.map(Process::descriptors).collect();
            let waiting: Vec<_> = waiting.map(Process::descriptors).collect();
            assert!(inits.len() >= 3 && waiting.len() >= 3, "{language:?} {processes:?}");
            let right = inits.iter().all(|found| *found == ["3 socket"])
                && waiting.iter().all(|found| *found == ["0 pipe", "1 pipe", "2 pipe", "3 socket"]);
            if right {
                break;
            }
            assert!(Instant::now() < deadline, "{language:?} {inits:?} {waiting:?}");
        }
        cells.into_iter().for_each(|cell| nursery.close(cell));
    }
}

#[test]
fn the_mounts_are_those_that_are_written_down() {
    let script = "
for line in open('/proc/self/mountinfo'):
    before, after = line.rstrip().split(' - ')
    number, parent, device, root, at, options, *propagation = before.split()
    kind, source, more = after.split(' ', 2)
    virtual = kind in ('proc', 'devpts', 'tmpfs', 'mqueue') and at not in DEVICES
    print(at, options, *propagation, kind if virtual else 'host', source if virtual else '', root if virtual else '', end=' ')
    print(*sorted(more.split(',')) if virtual else '', sep=',')
".replace("DEVICES", "('/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty')");
    let mut nursery = Nursery::start();

    let ran = nursery.once(&python(&script));

    let mounts: Vec<String> = ran.text().lines().map(without_ids).collect();
    let expected = match assembles() {
        false => include_str!("expected/mountinfo"),
        true => include_str!("expected/mountinfo.assembled"),
    };
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(mounts, expected, "{}\n{}", ran.text(), ran.errors());
}

/// The uid and gid of a mount's files are the host's.
fn without_ids(line: &str) -> String {
    let one = |option: &str| match option.split_once('=') {
        Some((name @ ("uid" | "gid"), _)) => format!("{name}=N"),
        _ => option.to_owned(),
    };
    let word = |word: &str| word.split(',').map(one).collect::<Vec<_>>().join(",");
    line.trim_end().split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_can_be_written_but_the_workspace_and_the_temporary_folders() {
    let script = r#"
import os, stat, sys
for root, folders, files in os.walk('/'):
    if root.count('/') > 3 and not root.startswith(('/proc', '/dev')): folders.clear()
    folders[:] = [name for name in folders if not name.isdigit() and name not in ('self', 'thread-self')]
    try:
        os.mkdir(root + '/runnel-mark')
        print('folder', root)
        os.rmdir(root + '/runnel-mark')
        if root in ('/workspace', '/tmp', '/dev/shm'): continue
    except OSError: pass
    for change in (lambda: os.chmod(root, 0o777), lambda: os.utime(root), lambda: os.setxattr(root, 'user.mark', b'x')):
        try:
            change()
            if root not in ('/workspace', '/tmp', '/dev/shm', '/dev/pts'): print('changed', root)
        except OSError: pass
    for name in files:
        path = root + '/' + name
        if os.path.islink(path): continue
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            print('file', path)
        except OSError: pass
        for change in (lambda: os.utime(path), lambda: os.chmod(path, 0o666), lambda: os.link(path, '/tmp/link')):
            try:
                change()
                print('changed', path)
            except OSError: pass
"#;
    let hidden =
        ["pressure", "sysrq-trigger"].into_iter().filter(|name| Path::new("/proc").join(name).exists());
    let hidden = hidden.map(str::to_owned).collect();
    let mut nursery = Nursery::start_with(Setup { hidden, ..Setup::default() });

    let ran = nursery.once(&python(script));

    ran.assert_succeeded();
    let text = ran.text();
    let mut found: Vec<&str> = text.lines().collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "changed /dev/pts/ptmx",
            "changed /dev/pts/ptmx",
            "file /dev/full",
            "file /dev/null",
            "file /dev/pts/ptmx",
            "file /dev/random",
            "file /dev/urandom",
            "file /dev/zero",
            "folder /dev/shm",
            "folder /tmp",
            "folder /workspace",
        ]
    );
}
