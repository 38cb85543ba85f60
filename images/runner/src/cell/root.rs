//! The first process of a cell, from its clone to its exec: it builds the root that the program will see, hands the
//! workspace's descriptors to the runner, and becomes `runnel-cell-init`.

use super::wire::send;
use crate::seal::{errno_of, last_errno};
use crate::wire::proto::CellLimits;
use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags,
    OpenTreeFlags, UnmountFlags, fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount, mount_bind,
    mount_change, mount_remount, move_mount, open_tree, unmount,
};
use rustix::net::{AddressFamily, SocketType};
use std::ffi::{CStr, CString, c_char};
use std::fs;
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

/// The uid and gid of everything in a cell, inside.
const ID: u32 = 1000;
/// Where a cell has its workspace, in the old root and in the new one.
pub const WORKSPACE: &str = "workspace";

/// The kinds of namespaces that a cell's own user namespace may have none more of (/proc/sys/user, namespaces(7)): a
/// second lock beside the system call filter.
const FORBIDDEN: [&str; 8] = ["user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time"];

/// Inotify instances of a cell (inotify(7)). The kernel counts them for every user namespace above as well, and there all
/// cells are one user's. Watches are refused by the filter, so that an instance is of little use.
const INOTIFY_INSTANCES: &str = "1";
/// Pseudo-terminals of a cell. Without a limit of its own each instance of devpts may take all that the host has.
const TERMINALS: u32 = 32;

/// A file costs the kernel memory and time even when it is empty: so many bytes of a file system's size allow one.
const BYTES_PER_INODE: u64 = 4096;
/// In every file system of a cell, however small.
const FEWEST_INODES: u64 = 1024;
/// In every file system of a cell, however large: their end takes the kernel a tenth of a second.
const MOST_INODES: u64 = 65_536;

/// How every root is made.
pub struct Root {
    /// The tree that is cloned.
    pub template: String,
    /// Names hidden in /proc.
    pub hidden: Vec<String>,
    /// The program that becomes pid 1 of a cell.
    pub init: OwnedFd,
}

/// A step that failed.
pub type Failure = (&'static str, Errno);

impl Root {
    /// Never returns. `workspace` is the one of the program before, or none for a new one.
    pub fn become_init(&self, socket: &OwnedFd, limits: &CellLimits, workspace: Option<OwnedFd>) -> ! {
        let (step, errno) = match self.build(socket, limits, workspace) {
            Ok(()) => ("execveat", self.execute(socket)),
            Err(failure) => failure,
        };
        let _ = send(socket, &[&b"F"[..], &errno.raw_os_error().to_ne_bytes(), step.as_bytes()].concat(), &[]);
        // SAFETY: ends this process without running anything of the runner's.
        unsafe { libc::_exit(127) }
    }

    fn build(&self, socket: &OwnedFd, limits: &CellLimits, workspace: Option<OwnedFd>) -> Result<(), Failure> {
        let at = |step: &'static str| move |errno: Errno| (step, errno);
        wait_for_the_maps(socket).map_err(at("maps"))?;
        become_the_cells_user().map_err(at("setresuid"))?;
        self.enter_template().map_err(at("root"))?;
        self.mount_proc().map_err(at("proc"))?;
        mount_rest(limits, workspace).map_err(at("mount"))?;
        raise_loopback().map_err(at("loopback"))?;
        rustix::process::pivot_root(".", ".").map_err(at("pivot_root"))?;
        unmount(".", UnmountFlags::DETACH).map_err(at("umount"))?;
        rustix::process::chdir("/").map_err(at("chdir"))?;
        hand_over(socket).map_err(at("workspace"))?;
        close_proc_sys().map_err(at("proc/sys"))?;
        keep_capabilities().map_err(at("capabilities"))
    }

    fn enter_template(&self) -> Result<(), Errno> {
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        let flags =
            OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
        let tree = open_tree(CWD, self.template.as_str(), flags)?;
        make_read_only(&tree)?;
        attach(&tree, &self.template)?;
        rustix::process::chdir(self.template.as_str())
    }

    fn mount_proc(&self) -> Result<(), Errno> {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", "proc", "proc", flags, None::<&CStr>)?;
        for name in &self.hidden {
            let path = format!("proc/{name}");
            // Folders are hidden by an empty one: nothing is mounted on dev/shm yet.
            match fs::symlink_metadata(Path::new(&path)) {
                Ok(found) if found.is_dir() => mount_bind("dev/shm", path.as_str())?,
                Ok(_) => mount_bind("dev/null", path.as_str())?,
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Only returns when it fails.
    fn execute(&self, socket: &OwnedFd) -> Errno {
        // SAFETY: 3 is nothing that is used from here on but the socket itself.
        if unsafe { libc::dup3(socket.as_raw_fd(), 3, 0) } == -1 && socket.as_raw_fd() != 3 {
            return last_errno();
        }
        let arguments = [c"init".as_ptr(), std::ptr::null()];
        let environment = [std::ptr::null::<c_char>()];
        // SAFETY: an empty path, and two NULL-terminated arrays of C strings, all alive.
        unsafe {
            libc::syscall(
                libc::SYS_execveat,
                self.init.as_raw_fd(),
                c"".as_ptr(),
                arguments.as_ptr(),
                environment.as_ptr(),
                libc::AT_EMPTY_PATH,
            )
        };
        last_errno()
    }
}

/// All of a tree, also where it was mounted to be written: a device can be written to all the same, but nobody leaves a mark
/// in its times, which all cells share.
fn make_read_only(tree: &OwnedFd) -> Result<(), Errno> {
    match set_attributes(tree, libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID) {
        // Linux before 5.12, where what is not a device is read-only by whoever assembled it.
        Err(Errno::NOSYS) => Ok(()),
        result => result,
    }
}

/// Of a tree and everything below it (mount_setattr(2)).
pub(super) fn set_attributes(tree: &OwnedFd, attributes: u64) -> Result<(), Errno> {
    let attributes = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let (flags, size) = (libc::AT_EMPTY_PATH | libc::AT_RECURSIVE, size_of::<libc::mount_attr>());
    // SAFETY: an empty path, and a structure of the size that is told.
    let set = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attributes,
            size,
        )
    };
    if set == 0 { Ok(()) } else { Err(last_errno()) }
}

/// The runner writes them, because only it may map another uid than its own.
fn wait_for_the_maps(socket: &OwnedFd) -> Result<(), Errno> {
    match rustix::io::read(socket, &mut [0; 1])? {
        1 => rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable),
        _ => Err(Errno::PIPE),
    }
}

/// Supplementary groups can't be dropped where the kernel was told so, and then the launcher had dropped them.
fn become_the_cells_user() -> Result<(), Errno> {
    // SAFETY: an empty list needs no pointer.
    if unsafe { libc::setgroups(0, std::ptr::null()) } == -1 && last_errno() != Errno::PERM {
        return Err(last_errno());
    }
    // SAFETY: takes integers only.
    if unsafe { libc::setresgid(ID, ID, ID) } == -1 {
        return Err(last_errno());
    }
    // SAFETY: as above.
    if unsafe { libc::setresuid(ID, ID, ID) } == -1 { Err(last_errno()) } else { Ok(()) }
}

fn mount_rest(limits: &CellLimits, workspace: Option<OwnedFd>) -> Result<(), Errno> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    let options = CString::new(format!("newinstance,ptmxmode=0666,mode=620,max={TERMINALS}"));
    mount("devpts", "dev/pts", "devpts", flags, options.as_deref().ok())?;
    attach(tmpfs(limits.shm_bytes, "1777")?.as_fd(), "dev/shm")?;
    attach(tmpfs(limits.tmp_bytes, "1777")?.as_fd(), "tmp")?;
    let workspace = match workspace {
        Some(workspace) => workspace,
        None => tmpfs(limits.workspace_bytes, "0700")?,
    };
    attach(&workspace, WORKSPACE)
}

fn tmpfs(bytes: u64, mode: &str) -> Result<OwnedFd, Errno> {
    let context = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    let set = |key: &str, value: &str| fsconfig_set_string(context.as_fd(), key, value);
    set("size", &bytes.to_string())?;
    set("nr_inodes", &(bytes / BYTES_PER_INODE).clamp(FEWEST_INODES, MOST_INODES).to_string())?;
    set("mode", mode)?;
    set("uid", &ID.to_string())?;
    set("gid", &ID.to_string())?;
    fsconfig_create(context.as_fd())?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

pub(super) fn attach(tree: impl AsFd, at: impl rustix::path::Arg) -> Result<(), Errno> {
    move_mount(tree.as_fd(), "", CWD, at, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
}

/// 127.0.0.1 and ::1 work inside the cell, and lead nowhere else.
fn raise_loopback() -> Result<(), Errno> {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    // SAFETY: a structure of integers, for which all zero is a value.
    let mut request: libc::ifreq = unsafe { zeroed() };
    request.ifr_name[..2].copy_from_slice(&[b'l'.cast_signed(), b'o'.cast_signed()]);
    request.ifr_ifru.ifru_flags = libc::IFF_UP as i16;
    // SAFETY: the kernel reads one ifreq.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) } {
        -1 => Err(last_errno()),
        _ => Ok(()),
    }
}

/// No more namespaces, few of what else is counted for each user, and no more changes to what /proc/sys says. Last,
/// because a detached mount counts as a namespace.
fn close_proc_sys() -> Result<(), Errno> {
    for kind in FORBIDDEN {
        limit(&format!("max_{kind}_namespaces"), "0")?;
    }
    limit("max_inotify_instances", INOTIFY_INSTANCES)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount_bind("/proc/sys", "/proc/sys")?;
    mount_remount("/proc/sys", MountFlags::BIND | MountFlags::RDONLY | flags, c"")
}

fn limit(name: &str, most: &str) -> Result<(), Errno> {
    match fs::write(format!("/proc/sys/user/{name}"), most) {
        // A kind that this kernel does not have.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(|error| errno_of(&error)),
    }
}

/// Directories of all that a program can write to, and a clone of the workspace's mount that outlives these namespaces.
fn hand_over(socket: &OwnedFd) -> Result<(), Errno> {
    let folder = |path: &str| open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let clone = open_tree(CWD, format!("/{WORKSPACE}"), flags)?;
    let descriptors = [folder(&format!("/{WORKSPACE}"))?, clone, folder("/tmp")?, folder("/dev/shm")?];
    send(socket, b"M", &descriptors.each_ref().map(|descriptor| descriptor.as_fd()))
}

/// Capabilities are lost by the exec of a uid other than 0 unless they are ambient; init must have more of them than the
/// program, which then can't look into it.
fn keep_capabilities() -> Result<(), Errno> {
    let mut sets = rustix::thread::capabilities(None)?;
    sets.inheritable = sets.permitted;
    rustix::thread::set_capabilities(None, sets)?;
    for capability in 0..64 {
        let raise = libc::PR_CAP_AMBIENT_RAISE as libc::c_ulong;
        let no = 0 as libc::c_ulong;
        // SAFETY: takes integers only.
        if unsafe { libc::prctl(libc::PR_CAP_AMBIENT, raise, capability as libc::c_ulong, no, no) } == -1 {
            return match last_errno() {
                // Beyond the kernel's last capability.
                Errno::INVAL if capability > 0 => Ok(()),
                errno => Err(errno),
            };
        }
    }
    Ok(())
}
