//! System calls without the C library, for the small programs that have none.
//!
//! The functions are safe where no argument can harm this process's memory. What they do to its descriptors and
//! credentials is their caller's affair.

use core::arch::asm;
use core::ffi::CStr;

/// errno(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    /// Not permitted.
    pub const PERM: Self = Self(1);
    /// Interrupted.
    pub const INTR: Self = Self(4);
    /// An input or output error.
    pub const IO: Self = Self(5);
    /// An argument that makes no sense.
    pub const INVAL: Self = Self(22);
    /// No such system call.
    pub const NOSYS: Self = Self(38);
}

/// Numbers of system calls.
#[cfg(target_arch = "x86_64")]
pub mod number {
    #![allow(missing_docs, reason = "the names are the kernel's")]
    pub const READ: usize = 0;
    pub const WRITE: usize = 1;
    pub const CLOSE: usize = 3;
    pub const RT_SIGACTION: usize = 13;
    pub const RT_SIGPROCMASK: usize = 14;
    pub const SENDTO: usize = 44;
    pub const RECVMSG: usize = 47;
    pub const GETSOCKOPT: usize = 55;
    pub const FCNTL: usize = 72;
    pub const CHDIR: usize = 80;
    pub const UMASK: usize = 95;
    pub const SETSID: usize = 112;
    pub const SETGROUPS: usize = 116;
    pub const SETRESUID: usize = 117;
    pub const SETRESGID: usize = 119;
    pub const CAPGET: usize = 125;
    pub const CAPSET: usize = 126;
    pub const PRCTL: usize = 157;
    pub const MOUNT: usize = 165;
    pub const EXIT_GROUP: usize = 231;
    pub const PPOLL: usize = 271;
    pub const DUP3: usize = 292;
    pub const SETNS: usize = 308;
    pub const SECCOMP: usize = 317;
    pub const STATX: usize = 332;
    pub const CLONE3: usize = 435;
    pub const CLOSE_RANGE: usize = 436;
}

/// Numbers of system calls.
#[cfg(target_arch = "aarch64")]
pub mod number {
    #![allow(missing_docs, reason = "the names are the kernel's")]
    pub const DUP3: usize = 24;
    pub const FCNTL: usize = 25;
    pub const MOUNT: usize = 40;
    pub const CHDIR: usize = 49;
    pub const CLOSE: usize = 57;
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const PPOLL: usize = 73;
    pub const CAPGET: usize = 90;
    pub const CAPSET: usize = 91;
    pub const EXIT_GROUP: usize = 94;
    pub const RT_SIGACTION: usize = 134;
    pub const RT_SIGPROCMASK: usize = 135;
    pub const SETRESUID: usize = 147;
    pub const SETRESGID: usize = 149;
    pub const SETSID: usize = 157;
    pub const SETGROUPS: usize = 159;
    pub const UMASK: usize = 166;
    pub const PRCTL: usize = 167;
    pub const SENDTO: usize = 206;
    pub const GETSOCKOPT: usize = 209;
    pub const RECVMSG: usize = 212;
    pub const SETNS: usize = 268;
    pub const SECCOMP: usize = 277;
    pub const STATX: usize = 291;
    pub const CLONE3: usize = 435;
    pub const CLOSE_RANGE: usize = 436;
}

/// SIGCHLD.
pub const SIGCHLD: usize = 17;

const F_SETFD: usize = 2;
const F_DUPFD_CLOEXEC: usize = 1030;
const FD_CLOEXEC: usize = 1;
const O_CLOEXEC: usize = 0o2_000_000;
const MSG_NOSIGNAL: usize = 0x4000;
const SIG_SETMASK: usize = 2;
const SIGNAL_SET_BYTES: usize = 8;
const LAST_SIGNAL: usize = 64;
const AT_FDCWD: isize = -100;
const STATX_NLINK: usize = 4;

/// Any system call.
///
/// # Safety
/// The call must be one that leaves alone what Rust relies on: memory that is not its to write, mappings in use.
#[cfg(target_arch = "x86_64")]
pub unsafe fn call(number: usize, arguments: [usize; 6]) -> Result<usize, Errno> {
    let answer: isize;
    let [first, second, third, fourth, fifth, sixth] = arguments;
    // SAFETY: the kernel clobbers rcx and r11 only; the rest is the caller's promise.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") first, in("rsi") second, in("rdx") third, in("r10") fourth, in("r8") fifth, in("r9") sixth,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    result(answer)
}

/// Any system call.
///
/// # Safety
/// The call must be one that leaves alone what Rust relies on: memory that is not its to write, mappings in use.
#[cfg(target_arch = "aarch64")]
pub unsafe fn call(number: usize, arguments: [usize; 6]) -> Result<usize, Errno> {
    let answer: isize;
    let [first, second, third, fourth, fifth, sixth] = arguments;
    // SAFETY: the kernel clobbers nothing but x0; the rest is the caller's promise.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") first => answer,
            in("x1") second, in("x2") third, in("x3") fourth, in("x4") fifth, in("x5") sixth,
            options(nostack),
        );
    }
    result(answer)
}

fn result(answer: isize) -> Result<usize, Errno> {
    match answer {
        // Only the last page of addresses are errors.
        -4095..=-1 => Err(Errno(-(answer as i32))),
        _ => Ok(answer as usize),
    }
}

/// A call whose arguments are all numbers.
fn plain(number: usize, first: usize, second: usize, third: usize) -> Result<usize, Errno> {
    // SAFETY: the calls made through here take no address.
    unsafe { call(number, [first, second, third, 0, 0, 0]) }
}

/// Ends this process and runs nothing.
pub fn exit_group(code: i32) -> ! {
    loop {
        let _ = plain(number::EXIT_GROUP, code as usize, 0, 0);
    }
}

/// write(2).
pub fn write(descriptor: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads the slice and writes nothing.
    unsafe { call(number::WRITE, [descriptor as usize, bytes.as_ptr() as usize, bytes.len(), 0, 0, 0]) }
}

/// read(2).
pub fn read(descriptor: i32, bytes: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes into the slice.
    unsafe { call(number::READ, [descriptor as usize, bytes.as_mut_ptr() as usize, bytes.len(), 0, 0, 0]) }
}

/// send(2) of a whole message, without SIGPIPE. A message cut short is an I/O error.
pub fn send(socket: i32, bytes: &[u8]) -> Result<(), Errno> {
    let arguments = [socket as usize, bytes.as_ptr() as usize, bytes.len(), MSG_NOSIGNAL, 0, 0];
    loop {
        // SAFETY: the kernel reads the slice and writes nothing; there is no address.
        match unsafe { call(number::SENDTO, arguments) } {
            Ok(sent) if sent == bytes.len() => return Ok(()),
            Ok(_) => return Err(Errno::IO),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// close(2).
pub fn close(descriptor: i32) {
    let _ = plain(number::CLOSE, descriptor as usize, 0, 0);
}

/// close_range(2), both ends included.
pub fn close_range(first: u32, last: u32) -> Result<(), Errno> {
    plain(number::CLOSE_RANGE, first as usize, last as usize, 0).map(drop)
}

/// fcntl(F_DUPFD_CLOEXEC): a copy whose number is at least `least`.
pub fn duplicate(descriptor: i32, least: usize) -> Result<i32, Errno> {
    plain(number::FCNTL, descriptor as usize, F_DUPFD_CLOEXEC, least).map(|number| number as i32)
}

/// fcntl(F_SETFD): exec(2) closes it.
pub fn close_on_exec(descriptor: i32) -> Result<(), Errno> {
    plain(number::FCNTL, descriptor as usize, F_SETFD, FD_CLOEXEC).map(drop)
}

/// dup3(2), to a number that is not the descriptor's own.
pub fn duplicate_to(descriptor: i32, number: i32, close_on_exec: bool) -> Result<(), Errno> {
    let flags = if close_on_exec { O_CLOEXEC } else { 0 };
    plain(number::DUP3, descriptor as usize, number as usize, flags).map(drop)
}

/// prctl(2), for options that take numbers only.
pub fn prctl(option: usize, argument: usize) -> Result<usize, Errno> {
    plain(number::PRCTL, option, argument, 0)
}

/// setns(2).
pub fn setns(descriptor: i32, kinds: usize) -> Result<(), Errno> {
    plain(number::SETNS, descriptor as usize, kinds, 0).map(drop)
}

/// setsid(2).
pub fn setsid() -> Result<(), Errno> {
    plain(number::SETSID, 0, 0, 0).map(drop)
}

/// setgroups(2) with an empty list.
pub fn leave_groups() -> Result<(), Errno> {
    plain(number::SETGROUPS, 0, 0, 0).map(drop)
}

/// setresgid(2), all three to one.
pub fn set_gid(gid: u32) -> Result<(), Errno> {
    plain(number::SETRESGID, gid as usize, gid as usize, gid as usize).map(drop)
}

/// setresuid(2), all three to one.
pub fn set_uid(uid: u32) -> Result<(), Errno> {
    plain(number::SETRESUID, uid as usize, uid as usize, uid as usize).map(drop)
}

/// umask(2).
pub fn umask(mask: usize) {
    let _ = plain(number::UMASK, mask, 0, 0);
}

/// chdir(2).
pub fn chdir(path: &CStr) -> Result<(), Errno> {
    // SAFETY: the kernel reads a C string.
    unsafe { call(number::CHDIR, [path.as_ptr() as usize, 0, 0, 0, 0, 0]) }.map(drop)
}

/// Blocks the signals of a set, one bit each, and no others.
pub fn block_signals(set: u64) -> Result<(), Errno> {
    let arguments = [SIG_SETMASK, &raw const set as usize, 0, SIGNAL_SET_BYTES, 0, 0];
    // SAFETY: the kernel reads one set and is not asked for the old one.
    unsafe { call(number::RT_SIGPROCMASK, arguments) }.map(drop)
}

/// What becomes of a signal: the kernel's `struct sigaction`, whose first word is the handler.
pub type Action = [usize; 4];

/// SIG_DFL.
pub const DEFAULT: Action = [0; 4];
/// SIG_IGN.
pub const IGNORED: Action = [1, 0, 0, 0];

/// rt_sigaction(2): sets what becomes of a signal, and answers what did. The action must be one of the two above, or
/// an answer.
pub fn replace_action(signal: usize, action: &Action) -> Result<Action, Errno> {
    let mut old = DEFAULT;
    let arguments = [signal, action.as_ptr() as usize, old.as_mut_ptr() as usize, SIGNAL_SET_BYTES, 0, 0];
    // SAFETY: the kernel reads one structure and writes one.
    unsafe { call(number::RT_SIGACTION, arguments) }.map(|_| old)
}

/// Default dispositions for all signals, also for the two that the C library keeps for itself.
pub fn reset_signals() {
    for signal in 1..=LAST_SIGNAL {
        // SIGKILL and SIGSTOP answer EINVAL: they always have it.
        let _ = replace_action(signal, &DEFAULT);
    }
}

/// Whether this process has one thread; no, when that can't be told.
pub fn single_threaded() -> bool {
    /// Where `struct statx` has its number of links, in words of four bytes.
    const LINKS: usize = 4;
    // A folder with one subfolder for each thread.
    let path = c"/proc/self/task";
    let mut status = [0_u32; 64];
    let buffer = status.as_mut_ptr() as usize;
    let arguments = [AT_FDCWD as usize, path.as_ptr() as usize, 0, STATX_NLINK, buffer, 0];
    // SAFETY: the kernel reads a C string and writes a structure of 256 bytes.
    let answer = unsafe { call(number::STATX, arguments) };
    answer.is_ok() && status[LINKS] == 3
}
