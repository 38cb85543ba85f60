//! What a program finds in its cell, and what it can't do there.

mod common;

use common::{Cell, Options};
use runnel_enter::Signals;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

const NONE: &str = "0000000000000000";

#[test]
fn a_sealed_process_is_locked_before_it_is_told_anything() {
    let cell = Cell::open();

    let program = cell.enter("").expect("sealed");

    let found = program.status(&[
        "NSpid",
        "CapInh",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "CapAmb",
        "NoNewPrivs",
        "Seccomp",
        "SigBlk",
        "SigIgn",
        "NSpgid",
        "NSsid",
        "Umask",
        "Groups",
    ]);
    let expected = [
        "Umask: 0022".to_owned(),
        "Groups:".to_owned(),
        format!("NSpid: {} 2", program.pid),
        format!("NSpgid: {} 2", program.pid),
        format!("NSsid: {} 2", program.pid),
        format!("SigBlk: {NONE}"),
        format!("SigIgn: {NONE}"),
        format!("CapInh: {NONE}"),
        format!("CapPrm: {NONE}"),
        format!("CapEff: {NONE}"),
        format!("CapBnd: {NONE}"),
        format!("CapAmb: {NONE}"),
        "NoNewPrivs: 1".to_owned(),
        "Seccomp: 2".to_owned(),
    ];
    assert_eq!(found, expected);
    // Files of what is not dumpable belong to root (proc(5)).
    let owner = std::fs::metadata(format!("/proc/{}/stat", program.pid)).expect("it lives").uid();
    assert_eq!(owner, common::outside());
    assert_eq!(program.finish().status, 0);
}

#[test]
fn every_namespace_is_the_cells() {
    let cell = Cell::open();
    let program = cell.enter("").expect("sealed");

    for kind in ["user", "mnt", "pid", "ipc", "uts", "net", "cgroup"] {
        let of = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/{kind}")).expect("a link");
        assert_eq!(of(program.pid), of(cell.pid), "{kind}");
        assert_ne!(of(program.pid), of(std::process::id().cast_signed()), "{kind}");
    }
    assert_eq!(program.finish().status, 0);
}

#[test]
fn the_program_has_its_ids_its_folder_and_three_descriptors() {
    let script = "
import os, ctypes
print(os.getresuid(), os.getresgid(), os.getgroups(), os.getcwd())
print([fd for fd in range(4096) if os.path.lexists(f'/proc/self/fd/{fd}')])
print(os.getpid(), os.getppid(), os.getsid(0), os.getpgid(0))
print(ctypes.CDLL(None).prctl(3), ctypes.CDLL(None).prctl(27))
open('file', 'w').close()
print(os.stat('file').st_uid)
";

    let output = Cell::open().run(script);

    // Dumpable, as natively; and the locked bits 0, 2 and 6.
    let securebits = 0b11 | 0b11 << 2 | 0b11 << 6;
    let ids = "(1000, 1000, 1000) (1000, 1000, 1000) [] /workspace";
    assert_eq!(output, format!("{ids}\n[0, 1, 2]\n2 0 2 2\n1 {securebits}\n1000\n"));
}

#[test]
fn descriptors_whose_numbers_are_taken_find_their_places() {
    let cell = Cell::open();
    let script = "import sys; print(sys.stdin.read(), file=sys.stderr); print('output')";

    let program =
        cell.enter_with(&Options { script, low_numbers: true, ..Options::default() }).expect("sealed");
    std::io::Write::write_all(&mut program.input.as_ref().expect("open"), b"input").expect("a pipe");
    let ended = program.finish();

    assert_eq!((ended.status, ended.output.as_str(), ended.errors.as_str()), (0, "output\n", "input\n"));
}

#[test]
fn signals_are_reset_or_kept() {
    let cell = Cell::open();
    // SAFETY: ignoring a signal runs no code. libtest does not use this one.
    unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };

    for (signals, ignored) in [(Signals::Reset, false), (Signals::Keep, true)] {
        let program = cell.enter_with(&Options { signals, ..Options::default() }).expect("sealed");

        let [found] = &program.status(&["SigIgn"])[..] else { panic!("one line") };

        let set = u64::from_str_radix(&found["SigIgn: ".len()..], 16).expect("hexadecimal");
        assert_eq!(set & 1 << (libc::SIGUSR2 - 1) != 0, ignored, "{signals:?}");
        program.finish();
    }
}

#[test]
fn init_can_neither_be_looked_into_nor_asked_for_descriptors() {
    let script = "
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def refused(call):
    try:
        return 'OPEN' if call() != -1 else errno.errorcode[ctypes.get_errno()]
    except OSError as e:
        return errno.errorcode[e.errno]
for name in ['mem', 'maps', 'environ', 'auxv', 'stack', 'syscall']:
    print(name, refused(lambda: open('/proc/1/' + name, 'rb').read(1)))
print('fd', refused(lambda: os.listdir('/proc/1/fd')))
for name in ['root', 'cwd', 'exe', 'ns/user']:
    print(name, refused(lambda: os.readlink('/proc/1/' + name)))
init = os.pidfd_open(1)
print('pidfd_getfd', refused(lambda: libc.syscall(438, init, 3, 0)))
print('ptrace', refused(lambda: libc.ptrace(16, 1, 0, 0)))
print('setns', refused(lambda: libc.setns(init, 0x10000000)))
print('mount', refused(lambda: libc.mount(b'', b'/tmp', b'tmpfs', 0, None)))
print('unshare', refused(lambda: libc.unshare(0x10000000)))
os.kill(1, 9)
print('kill', os.path.exists('/proc/1'))
";

    let output = Cell::open().run(script);

    for line in output.lines() {
        // With no namespace allowed to it, an unshare ends here even where no filter is installed.
        let expected: &[&str] = match line.split(' ').next() {
            Some("unshare") => &["unshare ENOSPC"],
            Some("kill") => &["kill True"],
            Some("setns") => &["setns EINVAL", "setns EPERM"],
            _ => &["EACCES", "EPERM"],
        };
        assert!(expected.iter().any(|end| line.ends_with(end)), "{output}");
    }
    assert_eq!(output.lines().count(), 17);
}

#[test]
fn killing_group_and_session_stays_in_the_cell() {
    let cell = Cell::open();

    let ended = cell.enter("import os; os.kill(0, 9)").expect("sealed").finish();

    assert_eq!(ended.status, -libc::SIGKILL);
    assert_eq!(cell.run("print('lives')"), "lives\n");
}

#[test]
#[cfg(not(feature = "no-seccomp"))]
fn the_filter_holds() {
    // Loads the call's number; answers getppid (x86_64: 110, aarch64: 173) with errno 77 and allows the rest.
    let number = if cfg!(target_arch = "x86_64") { 110 } else { 173 };
    use runnel_enter::SockFilter;
    let filter = [
        SockFilter { code: 0x20, jt: 0, jf: 0, k: 0 },
        SockFilter { code: 0x15, jt: 0, jf: 1, k: number },
        SockFilter { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | 77 },
        common::ALLOW[0],
    ];
    let script = format!(
        "import ctypes; libc = ctypes.CDLL(None, use_errno=True); libc.syscall({number}); print(ctypes.get_errno())"
    );

    let cell = Cell::open();
    let program =
        cell.enter_with(&Options { script: &script, filter: &filter, ..Options::default() }).expect("sealed");

    assert_eq!(program.finish().output, "77\n");
}

#[test]
fn a_cell_that_is_gone_can_not_be_entered() {
    let cell = Cell::open();
    // SAFETY: a child that was not waited for.
    unsafe { libc::kill(cell.pid, libc::SIGKILL) };
    // SAFETY: the kernel writes nothing for NULL; the child stays to be waited for.
    unsafe {
        libc::waitid(libc::P_PID, cell.pid.unsigned_abs(), std::ptr::null_mut(), libc::WEXITED | libc::WNOWAIT)
    };

    let (step, _) = cell.enter("").expect_err("no init");

    assert!(["setns", "fork"].contains(&step.as_str()), "{step}");
}

#[test]
fn a_cgroup_that_can_not_be_joined_ends_the_entry() {
    let cell = Cell::open();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");

    let refused = cell.enter_with(&Options { cgroups: &[full.as_raw_fd()], ..Options::default() });

    assert_eq!(refused.expect_err("nothing starts"), ("cgroup".to_owned(), libc::ENOSPC));
}

#[test]
#[cfg(not(feature = "no-seccomp"))]
fn an_empty_filter_ends_the_entry() {
    let refused = Cell::open().enter_with(&Options { filter: &[], ..Options::default() });

    assert_eq!(refused.expect_err("nothing starts"), ("seccomp".to_owned(), libc::EINVAL));
}

#[test]
fn the_process_is_born_in_a_cgroup_of_version_2() {
    let Some(version_2) = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        .map(std::path::Path::new)
        .into_iter()
        .find(|path| path.join("cgroup.procs").exists() && path.join("cgroup.controllers").exists())
    else {
        eprintln!("SKIPPED: no cgroups of version 2 are mounted");
        return;
    };
    let name = format!("runnel-enter-{}", std::process::id());
    let folder = version_2.join(&name);
    if let Err(error) = std::fs::create_dir(&folder) {
        eprintln!("SKIPPED: {}: {error}; run this test as root", folder.display());
        return;
    }
    let cell = Cell::open();
    let directory = std::fs::File::open(&folder).expect("a directory");

    let cgroups = [directory.as_raw_fd()];
    // Asked for by a process with several threads, and by one with a single one.
    for low_numbers in [false, true] {
        let options = Options { cgroups: &cgroups, into_cgroup: true, low_numbers, ..Options::default() };

        let program = cell.enter_with(&options).expect("sealed");

        let members = || std::fs::read_to_string(folder.join("cgroup.procs")).expect("a list");
        assert!(members().lines().any(|member| member == program.pid.to_string()));
        // Who forked it has been there too, and leaves.
        common::until(|| members() == format!("{}\n", program.pid));
        program.finish();
    }
    std::fs::remove_dir(&folder).expect("empty");
}
