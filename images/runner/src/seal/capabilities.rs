//! Capabilities: none, in no set, for good.

use super::last_errno;
use rustix::io::Errno;

/// Highest capability number there can be in the kernel's two words.
const LAST: libc::c_ulong = 63;

const VERSION_3: u32 = 0x2008_0522;

const NOROOT: libc::c_ulong = 1;
const NO_SETUID_FIXUP: libc::c_ulong = 1 << 2;
const NO_CAP_AMBIENT_RAISE: libc::c_ulong = 1 << 6;
/// Each of the three bits has its lock one above it.
const LOCKED: libc::c_ulong = 0b11 * (NOROOT | NO_SETUID_FIXUP | NO_CAP_AMBIENT_RAISE);

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Empties the bounding, ambient, inheritable, permitted and effective sets, locks the secure bits, and looks again.
///
/// A process that holds no capability can't shrink its bounding set or set secure bits. Then both must be so already,
/// or harmless: with all other sets empty, `no_new_privs` on and a uid other than 0, an exec gains nothing.
pub fn drop_capabilities() -> Result<(), Errno> {
    let mut bounded = true;
    for capability in 0..=LAST {
        match prctl(libc::PR_CAPBSET_READ, capability) {
            Ok(0) => {}
            Ok(_) => bounded &= prctl(libc::PR_CAPBSET_DROP, capability).is_ok(),
            // Beyond the kernel's last capability.
            Err(_) => break,
        }
    }
    let locked = prctl(libc::PR_SET_SECUREBITS, LOCKED).is_ok();
    clear_ambient()?;
    capset([Sets::default(); 2])?;
    if capget()? != [Sets::default(); 2] {
        return Err(Errno::PERM);
    }
    let root = rustix::process::getuid().is_root() || rustix::process::geteuid().is_root();
    if (!bounded || !locked) && root { Err(Errno::PERM) } else { Ok(()) }
}

/// A service manager may have given the daemon ambient capabilities; an exec would pass them on.
pub fn clear_ambient() -> Result<(), Errno> {
    prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong).map(|_| ())
}

/// Makes every permitted capability effective again, after a change of the effective uid took them.
pub fn use_permitted() -> Result<(), Errno> {
    let sets = capget()?;
    capset(sets.map(|set| Sets { effective: set.permitted, ..set }))
}

fn prctl(option: libc::c_int, argument: libc::c_ulong) -> Result<i32, Errno> {
    // SAFETY: the options used here take integers only.
    match unsafe { libc::prctl(option, argument, 0 as libc::c_ulong, 0 as libc::c_ulong, 0 as libc::c_ulong) } {
        -1 => Err(last_errno()),
        answer => Ok(answer),
    }
}

fn capset(sets: [Sets; 2]) -> Result<(), Errno> {
    let header = Header { version: VERSION_3, pid: 0 };
    // SAFETY: both structures have the kernel's layout for version 3, which reads two sets.
    match unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}

fn capget() -> Result<[Sets; 2], Errno> {
    let mut header = Header { version: VERSION_3, pid: 0 };
    let mut sets = [Sets::default(); 2];
    // SAFETY: both structures have the kernel's layout for version 3, which writes two sets.
    match unsafe { libc::syscall(libc::SYS_capget, &raw mut header, sets.as_mut_ptr()) } {
        0 => Ok(sets),
        _ => Err(last_errno()),
    }
}
