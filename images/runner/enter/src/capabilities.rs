//! Capabilities: none, in no set, for good (capabilities(7)).

use crate::sys::{self, Errno, number};

const PR_CAPBSET_READ: usize = 23;
const PR_CAPBSET_DROP: usize = 24;
const PR_GET_SECUREBITS: usize = 27;
const PR_SET_SECUREBITS: usize = 28;
const PR_SET_NO_NEW_PRIVS: usize = 38;
const PR_GET_NO_NEW_PRIVS: usize = 39;
const PR_CAP_AMBIENT: usize = 47;
const PR_CAP_AMBIENT_CLEAR_ALL: usize = 4;

const VERSION_3: u32 = 0x2008_0522;

/// Highest capability number there can be in the kernel's two words.
const LAST: usize = 63;

const NOROOT: usize = 1;
const NO_SETUID_FIXUP: usize = 1 << 2;
const NO_CAP_AMBIENT_RAISE: usize = 1 << 6;
/// Each of the three bits has its lock one above it.
const LOCKED: usize = 0b11 * (NOROOT | NO_SETUID_FIXUP | NO_CAP_AMBIENT_RAISE);

/// `struct __user_cap_header_struct`: the version, and a pid, 0 for this process.
type Header = [u32; 2];
/// Two of `struct __user_cap_data_struct`: effective, permitted, inheritable.
type Sets = [u32; 6];

/// uid 0 means nothing, changing uids changes no capability, none becomes ambient.
pub fn lock_securebits() -> Result<(), Errno> {
    sys::prctl(PR_SET_SECUREBITS, LOCKED).map(drop)
}

/// Empties the ambient set.
pub fn clear_ambient() -> Result<(), Errno> {
    sys::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL).map(drop)
}

/// Empties the bounding set.
pub fn drop_bounding_set() -> Result<(), Errno> {
    for capability in 0..=LAST {
        match sys::prctl(PR_CAPBSET_DROP, capability) {
            Ok(_) => {}
            // Beyond the kernel's last capability.
            Err(Errno::INVAL) if capability > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// No exec gains anything.
pub fn set_no_new_privileges() -> Result<(), Errno> {
    sys::prctl(PR_SET_NO_NEW_PRIVS, 1).map(drop)
}

/// Empties the effective, permitted and inheritable sets.
pub fn empty_sets() -> Result<(), Errno> {
    let (header, sets): (Header, Sets) = ([VERSION_3, 0], [0; 6]);
    let arguments = [header.as_ptr() as usize, sets.as_ptr() as usize, 0, 0, 0, 0];
    // SAFETY: both have the kernel's layout for version 3, which reads two sets.
    unsafe { sys::call(number::CAPSET, arguments) }.map(drop)
}

/// Whether no exec can gain a capability.
pub fn is_bounding_set_empty() -> bool {
    (0..=LAST).map_while(|capability| sys::prctl(PR_CAPBSET_READ, capability).ok()).all(|set| set == 0)
}

/// Whether the effective, permitted and inheritable sets are empty. An ambient capability is also permitted and
/// inheritable, so there is none either.
pub fn holds_none() -> Result<bool, Errno> {
    Ok(held()? == [0; 6])
}

/// Looks whether all of the above is so.
pub fn verify() -> Result<(), Errno> {
    let locked = sys::prctl(PR_GET_SECUREBITS, 0)? == LOCKED;
    let no_new = sys::prctl(PR_GET_NO_NEW_PRIVS, 0)? == 1;
    if is_bounding_set_empty() && locked && no_new && holds_none()? { Ok(()) } else { Err(Errno::PERM) }
}

fn held() -> Result<Sets, Errno> {
    let mut header: Header = [VERSION_3, 0];
    let mut sets: Sets = [u32::MAX; 6];
    let arguments = [header.as_mut_ptr() as usize, sets.as_mut_ptr() as usize, 0, 0, 0, 0];
    // SAFETY: both have the kernel's layout for version 3, which writes two sets.
    unsafe { sys::call(number::CAPGET, arguments) }.map(|_| sets)
}
