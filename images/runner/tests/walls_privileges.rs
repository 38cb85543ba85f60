//! A program in a cell holds no privilege, can gain none, and can't reach the init of its cell, however it was started.

mod common;

use common::Ran;
use common::language::Language;
use common::nursery::Nursery;

/// What proc(5) says of a process without any privilege.
const UNPRIVILEGED: &str = "Uid: 1000 1000 1000 1000\nGid: 1000 1000 1000 1000\nGroups:\nNSpid: 2\n\
     CapInh: 0000000000000000\nCapPrm: 0000000000000000\nCapEff: 0000000000000000\n\
     CapBnd: 0000000000000000\nCapAmb: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\nSeccomp_filters: 2\n";

#[test]
fn a_program_of_any_language_has_no_privilege() {
    for language in Language::all() {
        let mut nursery = language.nursery();

        let ran = nursery.once(&language.shows(&["/proc/self/status"]));

        let names = ["Uid", "Gid", "Groups", "NSpid", "Cap", "NoNewPrivs", "Seccomp"];
        let lines = ran.text();
        let told = lines.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
        let told: String =
            told.map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect();
        // Whoever can't drop groups has those of the tester, whom the kernel then names by the overflow id.
        let told = match rustix::process::getuid().is_root() {
            true => told,
            false => told.replace(" 65534", ""),
        };
        assert_eq!(told, UNPRIVILEGED, "{language:?}: {}", ran.errors());
    }
}

#[test]
fn a_program_of_any_language_can_gain_no_privilege() {
    let script = r#"
import ctypes, errno, os, struct
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    ctypes.set_errno(0)
    result = getattr(libc, name)(*arguments)
    print(name, arguments[:1], 'ok' if result >= 0 else errno.errorcode[ctypes.get_errno()])
print(hex(libc.prctl(27, 0, 0, 0, 0)))
call('prctl', 28, 0)
call('prctl', 47, 2, 21, 0, 0)
call('setuid', 0)
call('setresuid', 0, 0, 0)
call('setresuid', 1001, -1, -1)
call('setresgid', 5, -1, -1)
call('setgroups', 0, None)
call('setgroups', 1, (ctypes.c_int * 1)(0))
header, sets = struct.pack('Ii', 0x20080522, 0), struct.pack('6I', *[1 << 21] * 6)
call('capset', header, sets)
call('chroot', b'/tmp')
"#;
    let expected = "0xcf\nprctl (28,) EPERM\nprctl (47,) EPERM\nsetuid (0,) EINVAL\nsetresuid (0,) EINVAL\n\
                    setresuid (1001,) EINVAL\nsetresgid (5,) EINVAL\nsetgroups (0,) EPERM\nsetgroups (1,) EPERM\n";
    for language in Language::all() {
        let mut nursery = language.nursery();

        let ran = nursery.once(&language.attacks(script));

        let text = ran.text();
        assert!(text.starts_with(expected), "{language:?}: {text} {}", ran.errors());
        assert!(!text.contains("ok"), "{language:?}: {text}");
    }
}

#[test]
fn a_program_of_any_language_can_neither_look_into_its_init_nor_touch_it() {
    let script = r#"
import ctypes, errno, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, action):
    ctypes.set_errno(0)
    try:
        if action() == -1: raise OSError(ctypes.get_errno(), '')
        print(name, 'done')
    except OSError as error: print(name, errno.errorcode[error.errno])
for name in ['mem', 'maps', 'smaps', 'environ', 'auxv', 'stack', 'syscall', 'personality', 'timers', 'io', 'pagemap']:
    attempt(name, lambda: open('/proc/1/' + name, 'rb').read(16) and None)
for name in ['cwd', 'root', 'exe', 'ns/user', 'ns/mnt', 'ns/pid']:
    attempt(name, lambda: os.readlink('/proc/1/' + name) and None)
for name in ['fd', 'fdinfo', 'map_files']: attempt(name, lambda: os.listdir('/proc/1/' + name) and None)
for name in ['fd/3', 'root/proc', 'cwd/tmp', 'task/1/mem']: attempt(name, lambda: os.open('/proc/1/' + name, os.O_RDONLY))
for name in ['oom_score_adj', 'coredump_filter', 'autogroup', 'comm', 'clear_refs', 'timerslack_ns', 'sched', 'mem']:
    attempt('write ' + name, lambda: os.write(os.open('/proc/1/' + name, os.O_WRONLY), b'1'))
attempt('ptrace', lambda: libc.ptrace(16, 1, 0, 0))
attempt('pidfd_getfd', lambda: libc.syscall(438, os.pidfd_open(1), 3, 0))
attempt('process_vm_readv', lambda: libc.syscall(310, 1, None, 0, None, 0, 0))
attempt('kcmp', lambda: libc.syscall(312, 1, os.getpid(), 0, 3, 3))
attempt('prlimit', lambda: libc.prlimit(1, 0, None, None))
attempt('setpriority', lambda: libc.setpriority(0, 1, 19))
attempt('sched_setaffinity', lambda: os.sched_setaffinity(1, [0]))
attempt('setns', lambda: libc.setns(os.pidfd_open(1), 0x10000000))
attempt('namespace by ioctl', lambda: libc.ioctl(os.pidfd_open(1), 0xff09, 0))
attempt('parent of pid namespace', lambda: libc.ioctl(os.open('/proc/self/ns/pid', os.O_RDONLY), 0xb702))
attempt('parent of user namespace', lambda: libc.ioctl(os.open('/proc/self/ns/user', os.O_RDONLY), 0xb702))
for number in range(1, 65):
    if number not in (32, 33): os.kill(1, number)
    if number in (9, 15, 19): signal.pidfd_send_signal(os.pidfd_open(1), number)
print('alive')
"#;
    let allowed = ["alive"];
    for language in Language::all() {
        let mut nursery = language.nursery();
        let cell = nursery.open(language.interpreter());

        let ran = nursery.run(cell, &language.attacks(script));

        let text = ran.text();
        ran.assert_succeeded();
        assert_eq!(text.lines().count(), 44, "{text}");
        for line in text.lines().filter(|line| !allowed.contains(line)) {
            assert!(
                ["EACCES", "EPERM", "ENOENT", "ESRCH", "ENOTTY"].iter().any(|error| line.ends_with(error)),
                "{language:?}: {line}"
            );
        }
        assert!(text.ends_with("alive\n"), "{text}");
        assert_lives(&mut nursery, cell);
    }
}

/// The cell can be used again, and so can the nursery.
fn assert_lives(nursery: &mut Nursery, cell: u64) {
    let answers = |ran: Ran| assert_eq!(ran.text(), "here\n");
    answers(nursery.run(cell, &Language::Bash.program("echo here")));
    answers(nursery.once(&Language::Bash.program("echo here")));
}
