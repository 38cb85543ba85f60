//! Joins a cell, and seals the process that becomes its program.
//!
//! Two forks: A joins the cell's cgroup and namespaces, and because a pid namespace counts for children only, A's child
//! B is in the cell; A leaves. Nothing here allocates, opens a file or calls the C library but for its `fork`, so a
//! zygote can do it without an interpreter's help. docs/architecture/cells.md says what is told on the leash.

#![cfg_attr(not(test), no_std)]

pub mod capabilities;
#[cfg(feature = "faults")]
pub mod faults;
#[cfg(target_arch = "x86_64")]
mod light;
mod seal;
mod step;
pub mod sys;

pub use capabilities::clear_ambient;
pub use seal::{LEASH, SockFilter, hide, install_filter};
pub use step::{Failure, STEPS, Step};
pub use sys::Errno;

use sys::number;

/// What an entry needs. The descriptors stay open in the caller.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// A pidfd of the cell's init.
    pub init: i32,
    /// The child's end of the leash, a stream socket.
    pub leash: i32,
    /// Standard input, output and error.
    pub stdio: [i32; 3],
    /// The cell's cgroups: version 1's `tasks`, open for writing; with `into_cgroup` one directory of version 2.
    pub cgroups: &'a [i32],
    /// Be born in the cgroup (CLONE_INTO_CGROUP), as version 2 has it; moving there would wait for a grace period.
    pub into_cgroup: bool,
    /// The guest's system call filter.
    pub filter: &'a [SockFilter],
    /// What becomes of signals' dispositions.
    pub signals: Signals,
}

/// What becomes of signals' dispositions in the sealed process. Its mask is empty in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signals {
    /// They are the caller's: an interpreter's, which goes on.
    Keep,
    /// They are the default, for an exec.
    Reset,
}

/// Who returns.
#[derive(Debug, PartialEq, Eq)]
pub enum Entered {
    /// The caller. How the entry goes is told on the leash.
    Parent {
        /// The first of the children, for whoever reaps it. It exits soon.
        pid: i32,
    },
    /// B: sealed; the leash is descriptor [`LEASH`], closed on exec; nothing above it is open.
    Sealed,
}

const CLONE_INTO_CGROUP: u64 = 1 << 33;

/// User, mount, pid, ipc, uts, net and cgroup.
const NAMESPACES: usize =
    0x1000_0000 | 0x0002_0000 | 0x2000_0000 | 0x0800_0000 | 0x0400_0000 | 0x4000_0000 | 0x0200_0000;

const FAILED: i32 = 127;

/// Enters a cell. An error says that there is no child, and nothing was told on the leash.
///
/// `fork` is the C library's, so that what it keeps of a process (its thread's id, its locks) is right in B; it answers
/// 0, a pid, or an errno negated. A too is made by it: in a process with several threads a bare clone(2) would leave
/// locks of other threads held in A, and handlers of pthread_atfork(3) would wait in A for threads that are not there
/// (OpenBLAS joins its own), at the fork of B.
///
/// Where A must be born in its cgroup, only clone3(2) can do it. In a process with a single thread that is sound: no
/// lock is held, handlers find the process they know, and of what the C library's fork sets in its child, A lacks only
/// its thread's id, which fork itself never reads (glibc: `_Fork` hands the kernel the id's address, for the child).
/// With several threads, a child of `fork` does it, which has a single one.
///
/// The leash may tell that B is sealed before it tells B's pid, and both before A has gone, which is when B becomes a
/// child of the caller's reaper: to wait(2) for B is an error until then.
///
/// # Safety
/// B returns on a copy of the caller's stack, in a process without the caller's other threads: the caller must do there
/// only what may be done after fork(2).
pub unsafe fn enter(entry: &Entry<'_>, fork: impl Fn() -> i32) -> Result<Entered, Errno> {
    if entry.into_cgroup && entry.cgroups.len() != 1 {
        return Err(Errno::INVAL);
    }
    let direct = entry.into_cgroup && sys::single_threaded();
    let first = if direct { clone_into(entry.cgroups[0]) } else { forked(fork()) }?;
    if first != 0 {
        return Ok(Entered::Parent { pid: first });
    }
    become_b(entry, direct, &fork);
    Ok(Entered::Sealed)
}

/// [`enter`] with an A that has no memory of its own: to copy a large process's page tables, and to take them down again,
/// costs as much as the fork of B. The caller waits while A lives. Where the kernel or the processor can't have that, it
/// is [`enter`].
///
/// A's fork of B is then the only one. Of what A does, the caller sees that its process is no longer dumpable, and what
/// handlers of pthread_atfork(3) do, which run as in a fork of the caller's own.
///
/// # Safety
/// As for [`enter`].
#[cfg(target_arch = "x86_64")]
pub unsafe fn enter_lightly(entry: &Entry<'_>, fork: fn() -> i32) -> Result<Entered, Errno> {
    let cgroup = match (entry.into_cgroup, entry.cgroups) {
        (false, _) => None,
        (true, &[cgroup]) => Some(cgroup),
        (true, _) => return Err(Errno::INVAL),
    };
    let mut light = Light { entry: (&raw const *entry).cast(), fork, context: light::Context::new() };
    let (argument, context) = ((&raw mut light).cast(), &raw mut light.context);
    // SAFETY: it lives on this stack, which stays as it is while A runs.
    let context = unsafe { &mut *context };
    // SAFETY: `be_a` ends A, and changes no memory but what it owns.
    match unsafe { light::start(cgroup, be_a, argument, context) } {
        Ok(0) => Ok(Entered::Sealed),
        Ok(pid) => Ok(Entered::Parent { pid }),
        // SAFETY: the caller's promise.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => unsafe { enter(entry, fork) },
        Err(errno) => Err(errno),
    }
}

/// [`enter`]: the other way is written for x86-64 only.
///
/// # Safety
/// As for [`enter`].
#[cfg(not(target_arch = "x86_64"))]
pub unsafe fn enter_lightly(entry: &Entry<'_>, fork: fn() -> i32) -> Result<Entered, Errno> {
    // SAFETY: the caller's promise.
    unsafe { enter(entry, fork) }
}

/// What A without a memory of its own is given.
#[cfg(target_arch = "x86_64")]
struct Light {
    entry: *const core::ffi::c_void,
    fork: fn() -> i32,
    context: light::Context,
}

/// A, then B.
#[cfg(target_arch = "x86_64")]
extern "C" fn be_a(argument: *mut core::ffi::c_void) -> ! {
    // SAFETY: `enter_lightly` gave it, and waits.
    let light = unsafe { &*argument.cast::<Light>() };
    // SAFETY: as above.
    let entry = unsafe { &*light.entry.cast::<Entry<'_>>() };
    become_b(entry, true, &light.fork);
    // SAFETY: B has a copy of the memory, in which nothing was changed on the stack of `enter_lightly`.
    unsafe { light::resume(&light.context) }
}

/// In A; returns in B, sealed.
fn become_b(entry: &Entry<'_>, cloned: bool, fork: &impl Fn() -> i32) {
    let mut leash = entry.leash;
    match join(entry, cloned, fork).and_then(|()| seal::seal(entry, &mut leash)) {
        Ok(()) if sys::send(LEASH, b"S").is_ok() => {}
        // Nobody waits for it.
        Ok(()) => sys::exit_group(FAILED),
        Err(failure) => {
            let _ = sys::send(leash, &failure.report());
            sys::exit_group(FAILED)
        }
    }
}

/// A, up to the fork of B; returns in B.
fn join(entry: &Entry<'_>, cloned: bool, fork: &impl Fn() -> i32) -> Result<(), Failure> {
    Step::Hide.make(hide)?;
    // The caller's handlers have no business here. And a zygote ignores SIGCHLD: B may end before this process has left,
    // and a parent that ignores the signal would have the kernel reap B, so that nobody learns how it ended.
    Step::Signals.make(|| sys::block_signals(u64::MAX))?;
    Step::Signals.make(|| sys::replace_action(sys::SIGCHLD, &sys::DEFAULT))?;
    if !entry.into_cgroup {
        Step::Cgroup.make(|| entry.cgroups.iter().try_for_each(|&tasks| join_tasks(tasks)))?;
    } else if !cloned && Step::Clone.make(|| clone_into(entry.cgroups[0]))? != 0 {
        sys::exit_group(0);
    }
    Step::Setns.make(|| sys::setns(entry.init, NAMESPACES))?;
    match Step::Fork.make(|| forked(fork()))? {
        0 => Ok(()),
        pid => {
            let [a, b, c, d] = pid.to_ne_bytes();
            let told = sys::send(entry.leash, &[b'P', a, b, c, d]);
            #[cfg(feature = "faults")]
            faults::linger();
            sys::exit_group(if told.is_ok() { 0 } else { FAILED })
        }
    }
}

fn join_tasks(tasks: i32) -> Result<(), Errno> {
    match sys::write(tasks, b"0")? {
        1 => Ok(()),
        _ => Err(Errno::IO),
    }
}

fn forked(answer: i32) -> Result<i32, Errno> {
    if answer < 0 { Err(Errno(-answer)) } else { Ok(answer) }
}

/// A fork whose child is in a cgroup of version 2.
fn clone_into(cgroup: i32) -> Result<i32, Errno> {
    let mut arguments = [0_u64; 11];
    arguments[0] = CLONE_INTO_CGROUP;
    arguments[4] = sys::SIGCHLD as u64;
    arguments[10] = cgroup as u64;
    let words = [arguments.as_ptr() as usize, size_of_val(&arguments), 0, 0, 0, 0];
    // SAFETY: `struct clone_args`, which the kernel reads. The child has a copy of all memory, as after fork(2).
    unsafe { sys::call(number::CLONE3, words) }.map(|pid| pid as i32)
}
