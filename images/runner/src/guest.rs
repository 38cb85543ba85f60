//! Touching a cell's files as the cell's own uid.
//!
//! A cell's files belong to a uid that is not the runner's. The runner holds no capability over files; it takes on the
//! file system identity of that uid for the moment, and so can do with a guest's files exactly what the guest could.

/// Whose files they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guest {
    /// The runner's own uid.
    Same,
    /// This uid and gid of the nursery's user namespace.
    Other(u32),
}

/// While this lives, files are touched as the guest.
pub struct Acting {
    previous: Option<(libc::c_int, libc::c_int)>,
}

impl Guest {
    /// Takes on the guest's identity. Should the kernel refuse, files are touched as the runner, which may do less.
    pub fn act(self) -> Acting {
        let Self::Other(id) = self else { return Acting { previous: None } };
        // SAFETY: takes an integer, answers the previous one; the runner has one thread.
        let group = unsafe { libc::setfsgid(id) };
        // SAFETY: as above.
        let user = unsafe { libc::setfsuid(id) };
        Acting { previous: Some((user, group)) }
    }
}

impl Drop for Acting {
    fn drop(&mut self) {
        let Some((user, group)) = self.previous else { return };
        // SAFETY: takes an integer; to the identity the runner had.
        unsafe { libc::setfsuid(user.cast_unsigned()) };
        // SAFETY: as above.
        unsafe { libc::setfsgid(group.cast_unsigned()) };
    }
}
