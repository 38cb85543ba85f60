//! Capabilities: none, in no set, for good. The calls are those of the library that seals programs in cells; here they are
//! made by processes that may hold no capability to begin with.

use super::of_sealing;
use runnel_enter::capabilities;
use rustix::io::Errno;

/// Empties the bounding, ambient, inheritable, permitted and effective sets, locks the secure bits, and looks again.
///
/// A process that holds no capability can't shrink its bounding set or set secure bits. Then both must be so already,
/// or harmless: with all other sets empty, `no_new_privs` on and a uid other than 0, an exec gains nothing.
pub fn drop_capabilities() -> Result<(), Errno> {
    let bounded = capabilities::drop_bounding_set().is_ok() || capabilities::is_bounding_set_empty();
    let locked = capabilities::lock_securebits().is_ok();
    clear_ambient()?;
    capabilities::empty_sets().map_err(of_sealing)?;
    if !capabilities::holds_none().map_err(of_sealing)? {
        return Err(Errno::PERM);
    }
    let root = rustix::process::getuid().is_root() || rustix::process::geteuid().is_root();
    if (!bounded || !locked) && root { Err(Errno::PERM) } else { Ok(()) }
}

/// A service manager may have given the daemon ambient capabilities; an exec would pass them on.
pub fn clear_ambient() -> Result<(), Errno> {
    match capabilities::clear_ambient().map_err(of_sealing) {
        // What a kernel says that has no such set (gVisor, Linux before 4.3; prctl(2)).
        Err(Errno::INVAL) => Ok(()),
        other => other,
    }
}

/// Makes every permitted capability effective again, after a change of the effective uid took them.
pub fn use_permitted() -> Result<(), Errno> {
    let mut sets = rustix::thread::capabilities(None)?;
    sets.effective = sets.permitted;
    rustix::thread::set_capabilities(None, sets)
}
