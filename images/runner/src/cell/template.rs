//! The tree that becomes the root of every cell, where nobody has made it: in a container.
//!
//! There the runner has no privilege to mount anything. It takes a user namespace, which owns a mount namespace, makes the
//! tree of what the image has, and gives every capability up again.

use super::failure::{CellFailure, failed};
use super::root::{WORKSPACE, attach, set_attributes};
use crate::seal::{drop_capabilities, errno_of, last_errno};
use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, OpenTreeFlags, mount, mount_change, mount_remount, open_tree,
};
use rustix::process::{DumpableBehavior, getgid, getuid, set_dumpable_behavior};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Everybody's in the namespaces of a nursery in a container, and in its cells.
const ID: u32 = 1000;

/// What of the container's root is its own and not the image's, beside the workspace.
const OWN: [&str; 5] = ["dev", "proc", "run", "sys", "tmp"];
/// What cells mount over.
const PLACES: [&str; 6] = ["dev", "dev/pts", "dev/shm", "proc", "run", "tmp"];
const DEVICES: [&str; 6] = ["full", "null", "random", "tty", "urandom", "zero"];
const LINKS: [(&str, &str); 5] = [
    ("fd", "/proc/self/fd"),
    ("ptmx", "pts/ptmx"),
    ("stderr", "/proc/self/fd/2"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
];

/// No devices and no programs of another's rights.
const DATA: u64 = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;

/// Files and folders that are copied: a prelude has few, and whoever asks for many has asked for the wrong folder.
const MOST_COPIES: u32 = 256;

/// Makes the tree at `at`, an empty folder, and leaves the runner in a user and a mount namespace of its own without
/// any capability. `copied` are absolute paths.
pub fn assemble(at: &str, copied: &[String]) -> Result<(), CellFailure> {
    take_namespaces().map_err(failed("user namespace"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", at, "tmpfs", flags, c"mode=0755").map_err(failed("tmpfs"))?;
    let tree = Tree { at: Path::new(at) };
    tree.make(copied)
        .map_err(|(path, errno)| CellFailure::new(format!("tree: {}", path.display()), errno.raw_os_error()))?;
    mount_remount(at, MountFlags::BIND | MountFlags::RDONLY | flags, c"").map_err(failed("tmpfs"))?;
    drop_capabilities().map_err(failed("capabilities"))
}

/// Only who is dumpable may write its own maps (proc(5)); nothing else runs in the container yet.
fn take_namespaces() -> Result<(), Errno> {
    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
    // SAFETY: takes an integer, and the runner has one thread.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS) } == -1 {
        return Err(last_errno());
    }
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    let maps = [("setgroups", "deny".into()), ("uid_map", line(uid)), ("gid_map", line(gid))];
    let written = maps.iter().try_for_each(|(name, text)| fs::write(format!("/proc/self/{name}"), text));
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    written.map_err(|error| errno_of(&error))?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
}

fn line(outside: u32) -> String {
    format!("{ID} {outside} 1")
}

struct Tree<'a> {
    at: &'a Path,
}

/// What could not be shown or made, and why.
type Missed = (PathBuf, Errno);

impl Tree<'_> {
    fn make(&self, copied: &[String]) -> Result<(), Missed> {
        let own: Vec<&str> = OWN.into_iter().chain([WORKSPACE]).collect();
        for entry in fs::read_dir("/").map_err(missed("/"))? {
            let path = entry.map_err(missed("/"))?.path();
            let is_own = own.iter().any(|name| path == Path::new("/").join(name));
            if !is_own && !self.at.starts_with(&path) {
                self.show(&path)?;
            }
        }
        for name in PLACES.into_iter().chain([WORKSPACE]) {
            self.folder(&self.at.join(name))?;
        }
        for name in DEVICES {
            let path = Path::new("/dev").join(name);
            fs::write(self.inside(&path), "").map_err(missed(&path))?;
            self.clone(&path, false).map_err(|errno| (path, errno))?;
        }
        for (name, target) in LINKS {
            let path = self.at.join("dev").join(name);
            symlink(target, &path).map_err(missed(&path))?;
        }
        let mut room = MOST_COPIES;
        copied.iter().try_for_each(|path| self.copy(Path::new(path), &mut room))
    }

    fn inside(&self, path: &Path) -> PathBuf {
        self.at.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// An entry of the image's root, with all that is mounted below it.
    fn show(&self, path: &Path) -> Result<(), Missed> {
        let kind = fs::symlink_metadata(path).map_err(missed(path))?.file_type();
        let inside = self.inside(path);
        if kind.is_symlink() {
            let target = fs::read_link(path).map_err(missed(path))?;
            return symlink(target, &inside).map_err(missed(path));
        }
        if kind.is_dir() {
            self.folder(&inside)?;
        } else if kind.is_file() {
            fs::write(&inside, "").map_err(missed(path))?;
        } else {
            return Ok(());
        }
        self.clone(path, true).map_err(|errno| (path.into(), errno))
    }

    fn clone(&self, path: &Path, is_data: bool) -> Result<(), Errno> {
        let flags =
            OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
        let tree = open_tree(CWD, path, flags)?;
        if is_data {
            // The cells' own clones of it are read-only as well.
            set_attributes(&tree, DATA)?;
        }
        attach(&tree, self.inside(path))
    }

    fn folder(&self, path: &Path) -> Result<(), Missed> {
        DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(missed(path))
    }

    /// Copies tell nobody where on the host they come from, as a mount does (/proc/self/mountinfo).
    fn copy(&self, path: &Path, room: &mut u32) -> Result<(), Missed> {
        *room = room.checked_sub(1).ok_or_else(|| (path.to_path_buf(), Errno::TOOBIG))?;
        let inside = self.inside(path);
        if fs::metadata(path).map_err(missed(path))?.is_dir() {
            self.folder(&inside)?;
            for entry in fs::read_dir(path).map_err(missed(path))? {
                self.copy(&entry.map_err(missed(path))?.path(), room)?;
            }
            return Ok(());
        }
        if let Some(parent) = inside.parent() {
            self.folder(parent)?;
        }
        fs::copy(path, &inside).map_err(missed(path))?;
        fs::set_permissions(&inside, Permissions::from_mode(0o444)).map_err(missed(path))
    }
}

fn missed(path: impl AsRef<Path>) -> impl Fn(io::Error) -> Missed {
    move |error| (path.as_ref().to_path_buf(), errno_of(&error))
}
