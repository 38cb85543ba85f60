//! What turns a process that has joined a cell into one that holds nothing but its three streams and the leash.

use crate::step::{Failure, Step};
use crate::sys::{self, Errno};
use crate::{Entry, Signals, capabilities};

/// The leash's number in a sealed process.
pub const LEASH: i32 = 3;

/// What every cell maps.
const GUEST: u32 = 1000;

/// Above all numbers that are about to be given away.
const ASIDE: usize = 64;

const PR_GET_DUMPABLE: usize = 3;
const PR_SET_DUMPABLE: usize = 4;

/// Closes /proc/PID/mem and the like to every other process without a capability here.
pub fn hide() -> Result<(), Errno> {
    sys::prctl(PR_SET_DUMPABLE, 0).map(drop)
}

/// Seals this process. `leash` always is the number at which the leash can be written.
///
/// The order is CELLS.md's rule 9. What needs a capability comes before they are dropped; the filter, which refuses
/// much of this, is last.
pub fn seal(entry: &Entry<'_>, leash: &mut i32) -> Result<(), Failure> {
    Step::Setsid.make(sys::setsid)?;
    take_identity()?;
    Step::Chdir.make(|| sys::chdir(c"/workspace"))?;
    Step::Descriptors.make(|| move_descriptors(entry, leash))?;
    Step::CloseRange.make(|| sys::close_range(LEASH.unsigned_abs() + 1, u32::MAX))?;
    sys::umask(0o022);
    Step::Signals.make(|| {
        if entry.signals == Signals::Reset {
            sys::reset_signals();
        }
        sys::block_signals(0)
    })?;
    Step::Ambient.make(capabilities::clear_ambient)?;
    Step::BoundingSet.make(capabilities::drop_bounding_set)?;
    Step::NoNewPrivileges.make(capabilities::set_no_new_privileges)?;
    Step::Capset.make(capabilities::empty_sets)?;
    Step::Verify.make(verify)?;
    Step::Seccomp.make(|| install(entry.filter))?;
    Step::Show.make(|| sys::prctl(PR_SET_DUMPABLE, 1))?;
    Ok(())
}

/// Becomes the one uid and gid that the cell has.
///
/// setns(2) gave this process every capability in the cell's user namespace, and a change of uids would take them away
/// if one of the old ones were the namespace's 0. None is (0 is not mapped), but NO_SETUID_FIXUP makes it true in any
/// namespace that the capabilities stay until they are dropped.
///
/// A change of uids also sets dumpable to fs.suid_dumpable, which on some host may be 1. Until it is 0 again, the
/// capabilities alone keep the cell's other processes out: ptrace(2) wants the looker to have those of the looked at.
fn take_identity() -> Result<(), Failure> {
    Step::Securebits.make(capabilities::lock_securebits)?;
    Step::Setgroups.make(|| match sys::leave_groups() {
        // Whoever made the cell may not drop groups, so the namespace denies it to everybody (user_namespaces(7)).
        Err(Errno::PERM) => Ok(()),
        other => other,
    })?;
    Step::Setresgid.make(|| sys::set_gid(GUEST))?;
    Step::Setresuid.make(|| sys::set_uid(GUEST).and_then(|()| hide()))
}

/// Standard streams to 0, 1 and 2, the leash to 3. What lies there already moves out of the way first.
fn move_descriptors(entry: &Entry<'_>, leash: &mut i32) -> Result<(), Errno> {
    let clear = |descriptor: i32| match descriptor {
        0..=LEASH => sys::duplicate(descriptor, ASIDE),
        _ => Ok(descriptor),
    };
    *leash = clear(*leash)?;
    let [input, output, error] = entry.stdio;
    let streams = [clear(input)?, clear(output)?, clear(error)?];
    for (number, stream) in (0..).zip(streams) {
        sys::duplicate_to(stream, number, false)?;
    }
    sys::duplicate_to(*leash, LEASH, true)?;
    *leash = LEASH;
    Ok(())
}

fn verify() -> Result<(), Errno> {
    capabilities::verify()?;
    match sys::prctl(PR_GET_DUMPABLE, 0)? {
        0 => Ok(()),
        _ => Err(Errno::PERM),
    }
}

/// One instruction of a filter: `struct sock_filter` of linux/filter.h.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SockFilter {
    /// The operation.
    pub code: u16,
    /// How far to jump when the condition holds.
    pub jt: u8,
    /// How far to jump when not.
    pub jf: u8,
    /// The operand.
    pub k: u32,
}

/// A filter that lets everything pass, in builds for tests.
#[cfg(feature = "no-seccomp")]
fn install(_: &[SockFilter]) -> Result<(), Errno> {
    const RETURN: u16 = 0x06;
    const ALLOW: u32 = 0x7fff_0000;
    install_filter(&[SockFilter { code: RETURN, jt: 0, jf: 0, k: ALLOW }])
}

#[cfg(not(feature = "no-seccomp"))]
use install_filter as install;

/// seccomp(2). An empty filter is an error.
pub fn install_filter(filter: &[SockFilter]) -> Result<(), Errno> {
    /// `struct sock_fprog`.
    #[repr(C)]
    struct Program {
        length: u16,
        filter: *const SockFilter,
    }
    const SET_MODE_FILTER: usize = 1;
    let length = u16::try_from(filter.len()).map_err(|_| Errno::INVAL)?;
    let program = Program { length, filter: filter.as_ptr() };
    let arguments = [SET_MODE_FILTER, 0, &raw const program as usize, 0, 0, 0];
    // SAFETY: the kernel reads `length` instructions and writes none.
    unsafe { sys::call(sys::number::SECCOMP, arguments) }.map(drop)
}
