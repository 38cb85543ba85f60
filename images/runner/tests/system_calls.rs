//! The system call filter as a program meets it.

mod common;

use common::{Sandbox, bash, findings, limits, python};
use runnel_runner::wire::proto::{Exec, RunLimits};

/// Makes raw system calls and prints the error of each.
const CALLS: &str = "
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_ulong(a & (2**64 - 1)) for a in arguments])
    print(name, 'ok' if result >= 0 else errno.errorcode[ctypes.get_errno()])
";

fn answers(sandbox: &mut Sandbox, calls: &[(&str, i64, &str)]) -> Vec<String> {
    let lines: Vec<String> = calls
        .iter()
        .map(|(name, number, arguments)| format!("call({name:?}, {number}, {arguments})"))
        .collect();
    findings(sandbox, &format!("{CALLS}\n{}", lines.join("\n")))
}

#[test]
fn calls_that_reach_beyond_the_program_are_refused() {
    let refused = [
        ("unshare", libc::SYS_unshare, "0x10000000"),
        ("clone NEWUSER", libc::SYS_clone, "0x10000000 | 17, 0, 0, 0, 0"),
        ("clone NEWNS", libc::SYS_clone, "0x00020000 | 17, 0, 0, 0, 0"),
        ("clone NEWPID", libc::SYS_clone, "0x20000000 | 17, 0, 0, 0, 0"),
        ("clone NEWNET", libc::SYS_clone, "0x40000000 | 17, 0, 0, 0, 0"),
        ("clone NEWCGROUP", libc::SYS_clone, "0x02000000 | 17, 0, 0, 0, 0"),
        ("setns", libc::SYS_setns, "0, 0"),
        ("mount", libc::SYS_mount, "0, 0, 0, 0, 0"),
        ("umount2", libc::SYS_umount2, "0, 0"),
        ("pivot_root", libc::SYS_pivot_root, "0, 0"),
        ("ptrace", libc::SYS_ptrace, "16, 1, 0, 0"),
        ("process_vm_readv", libc::SYS_process_vm_readv, "1, 0, 0, 0, 0, 0"),
        ("pidfd_getfd", libc::SYS_pidfd_getfd, "0, 0, 0"),
        ("kcmp", libc::SYS_kcmp, "1, 1, 0, 0, 0"),
        ("bpf", libc::SYS_bpf, "0, 0, 0"),
        ("perf_event_open", libc::SYS_perf_event_open, "0, 0, 0, 0, 0"),
        ("keyctl", libc::SYS_keyctl, "0, 0"),
        ("prlimit64 of pid 1", libc::SYS_prlimit64, "1, 0, 0, 0"),
        ("sched_setaffinity of pid 1", libc::SYS_sched_setaffinity, "1, 0, 0"),
        ("sched_setscheduler of pid 1", libc::SYS_sched_setscheduler, "1, 0, 0"),
        ("setpriority of pid 1", libc::SYS_setpriority, "0, 1, 19"),
        ("setpriority of a group", libc::SYS_setpriority, "1, 0, 19"),
        ("setpriority of a user", libc::SYS_setpriority, "2, 0, 19"),
        ("ioprio_set of pid 1", libc::SYS_ioprio_set, "1, 1, 0"),
        ("ioprio_set of a user", libc::SYS_ioprio_set, "3, 0, 0"),
        ("inotify_add_watch", libc::SYS_inotify_add_watch, "0, 0, 2"),
        ("F_NOTIFY", libc::SYS_fcntl, "0, 1026, 1"),
        ("F_SETPIPE_SZ", libc::SYS_fcntl, "1, 1031, 1048576"),
        ("TIOCSTI", libc::SYS_ioctl, "0, 0x5412, 0"),
        ("TIOCSTI, high bits", libc::SYS_ioctl, "0, 0x100005412, 0"),
        ("TIOCLINUX", libc::SYS_ioctl, "0, 0x541c, 0"),
        ("TIOCCONS", libc::SYS_ioctl, "0, 0x541d, 0"),
        ("personality", libc::SYS_personality, "0x0400000"),
        ("PR_SET_MM", libc::SYS_prctl, "35, 0, 0, 0, 0"),
        ("PR_SET_SECCOMP", libc::SYS_prctl, "22, 2, 0, 0, 0"),
        ("AF_PACKET", libc::SYS_socket, "17, 3, 0"),
        ("AF_VSOCK", libc::SYS_socket, "40, 1, 0"),
        ("AF_ALG", libc::SYS_socket, "38, 5, 0"),
        ("raw", libc::SYS_socket, "2, 3, 1"),
        ("SCTP", libc::SYS_socket, "2, 5, 132"),
        ("ping", libc::SYS_socket, "2, 2, 1"),
        ("MPTCP", libc::SYS_socket, "2, 1, 262"),
        ("type 0", libc::SYS_socket, "10, 0, 0"),
        ("NETLINK_NETFILTER", libc::SYS_socket, "16, 3, 12"),
        ("huge pages", libc::SYS_mmap, "0, 1 << 21, 3, 0x40022, -1, 0"),
        ("huge memfd", libc::SYS_memfd_create, "0, 4"),
        ("huge shm", libc::SYS_shmget, "0, 1 << 21, 0o7600"),
        ("TLS", libc::SYS_setsockopt, "0, 6, 31, 0, 0"),
        ("packet filter", libc::SYS_setsockopt, "0, 1, 26, 0, 0"),
        ("NETLINK_XFRM", libc::SYS_socket, "16, 3, 6"),
    ];
    let mut sandbox = Sandbox::start();

    let lines = answers(&mut sandbox, &refused);

    let expected: Vec<String> = refused.iter().map(|(name, ..)| format!("{name} EPERM")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn calls_that_are_not_listed_do_not_exist() {
    let unknown = [
        ("clone3", libc::SYS_clone3, "0, 0"),
        ("io_uring_setup", libc::SYS_io_uring_setup, "1, 0"),
        ("memfd_secret", 447, "0"),
        ("cachestat", 451, "0, 0, 0, 0"),
        ("seccomp", libc::SYS_seccomp, "0, 0, 0"),
        ("io_setup", libc::SYS_io_setup, "1, 0"),
        ("landlock", 444, "0, 0, 1"),
        ("a number beyond all", 9999, "0"),
        ("x32 getpid", 0x4000_0000 + libc::SYS_getpid, ""),
        ("x32 ioctl", 0x4000_0000 + 514, "0, 0x5412, 0"),
    ];
    let mut sandbox = Sandbox::start();

    let lines = answers(&mut sandbox, &unknown);

    let expected: Vec<String> = unknown.iter().map(|(name, ..)| format!("{name} ENOSYS")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn what_programs_need_is_allowed() {
    let allowed = [
        ("tcp", libc::SYS_socket, "2, 1, 0"),
        ("tcp cloexec", libc::SYS_socket, "2, 1 | 0o2000000, 6"),
        ("udp6", libc::SYS_socket, "10, 2 | 0o4000, 17"),
        ("unix seqpacket", libc::SYS_socket, "1, 5, 0"),
        ("netlink route", libc::SYS_socket, "16, 3, 0"),
        ("prlimit64 of itself", libc::SYS_prlimit64, "0, 0, 0, 0"),
        ("setpriority of itself", libc::SYS_setpriority, "0, 0, 5"),
        (
            "PR_SET_NAME",
            libc::SYS_prctl,
            "15, ctypes.addressof(ctypes.create_string_buffer(b'x', 16)), 0, 0, 0",
        ),
        ("personality query", libc::SYS_personality, "0xffffffff"),
    ];
    let mut sandbox = Sandbox::start();

    let lines = answers(&mut sandbox, &allowed);

    let expected: Vec<String> = allowed.iter().map(|(name, ..)| format!("{name} ok")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_core_limit_that_is_set_stays_and_nobody_is_told() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash(
        "ulimit -c 0 && ulimit -c unlimited && exec /usr/bin/python3 -c \
         'import resource; resource.setrlimit(4, (0, 0)); print(resource.getrlimit(4))'",
    ));

    ran.assert_succeeded();
    assert_eq!(ran.text(), "(1, 1)\n");
}

#[test]
fn memory_that_no_watchdog_sees_can_not_be_had_where_only_a_watchdog_looks() {
    let mut sandbox = Sandbox::start();
    let watched = RunLimits { watchdog_memory_bytes: 1 << 30, ..limits() };
    let script = format!(
        "{CALLS}\ncall('memfd', {}, 0, 0)\ncall('shm', {}, 0, 4096, 0o1600)",
        libc::SYS_memfd_create,
        libc::SYS_shmget
    );

    let ran = sandbox.run(&Exec { limits: Some(watched), ..python(&script) });

    assert_eq!(ran.text(), "memfd ENOSYS\nshm ENOSYS\n");
    let ran = sandbox.run(&python(&script));
    assert_eq!(ran.text(), "memfd EFAULT\nshm ok\n");
}

/// int 0x80 reaches the 32-bit calls, whose numbers mean something else: the process dies.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_32_bit_way_into_the_kernel_ends_the_program() {
    let mut sandbox = Sandbox::start();
    let script = "
import ctypes, mmap
code = b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3'
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print('alive')
";

    let ran = sandbox.run(&python(script));

    assert_eq!(ran.text(), "");
    assert_eq!(ran.exit().status, Some(runnel_runner::wire::proto::exit::Status::SignalNumber(31)));
}
