//! The fork that becomes a cell's init. It allocates nothing: the test that forks it has other threads.

use libc::{MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC};
use std::ffi::CStr;
use std::ptr::null;

const FOLDERS: [&CStr; 6] = [c"usr", c"proc", c"workspace", c"tmp", c"dev", c"dev/shm"];
const LINKS: [(&CStr, &CStr); 4] =
    [(c"usr/lib", c"lib"), (c"usr/lib64", c"lib64"), (c"usr/bin", c"bin"), (c"usr/sbin", c"sbin")];
const WRITABLE: [(&CStr, &CStr); 3] =
    [(c"workspace", c"size=64m,mode=0700,uid=1000,gid=1000"), (c"tmp", c"size=64m"), (c"dev/shm", c"size=64m")];

/// Ends the child with a code that says at which line.
macro_rules! check {
    ($answer:expr) => {
        if $answer as i64 <= -1 {
            // SAFETY: runs nothing of the test's.
            unsafe { libc::_exit((line!() % 250) as i32) };
        }
    };
}

/// clone3 with all namespaces; the pidfd comes in `init`.
pub fn clone_into_namespaces(init: &mut i32) -> i32 {
    let namespaces = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWCGROUP;
    let mut arguments = [0_u64; 11];
    arguments[0] = (namespaces | libc::CLONE_PIDFD) as u64;
    arguments[1] = &raw mut *init as u64;
    arguments[4] = libc::SIGCHLD as u64;
    // SAFETY: `struct clone_args`; the child has a copy of all memory.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) };
    i32::try_from(pid).expect("a pid")
}

/// Builds the cell's root and execs init.
pub fn become_init(socket: i32, go: i32, image: i32) -> ! {
    let mut byte = 0_u8;
    // SAFETY: one byte.
    check!(unsafe { libc::read(go, (&raw mut byte).cast(), 1) });
    // The C library's would have all threads follow, and wait for threads that only the test has.
    for call in [libc::SYS_setresgid, libc::SYS_setresuid] {
        // SAFETY: numbers only; no more than this process's ids.
        check!(unsafe { libc::syscall(call, 1000, 1000, 1000) });
    }
    build();
    keep_capabilities();
    // SAFETY: numbers of a process that has nothing else to do.
    check!(unsafe { libc::dup2(socket, 3) });
    let (argv, none) = ([c"init".as_ptr(), null()], [null::<libc::c_char>()]);
    let (empty, flags) = (c"".as_ptr(), libc::AT_EMPTY_PATH);
    // SAFETY: a C string and NULL-terminated arrays of them.
    unsafe { libc::syscall(libc::SYS_execveat, image, empty, argv.as_ptr(), none.as_ptr(), flags) };
    check!(-1);
    unreachable!()
}

fn build() {
    mount(None, c"/", None, MS_REC | MS_PRIVATE, None);
    mount(Some(c"tmpfs"), c"/tmp", Some(c"tmpfs"), MS_NOSUID | MS_NODEV, None);
    // SAFETY: a C string.
    check!(unsafe { libc::chdir(c"/tmp".as_ptr()) });
    for folder in FOLDERS {
        // SAFETY: a C string.
        check!(unsafe { libc::mkdir(folder.as_ptr(), 0o755) });
    }
    for (target, link) in LINKS {
        // SAFETY: C strings.
        check!(unsafe { libc::symlink(target.as_ptr(), link.as_ptr()) });
    }
    mount(Some(c"/usr"), c"usr", None, MS_BIND | MS_REC, None);
    mount(Some(c"proc"), c"proc", Some(c"proc"), MS_NOSUID | MS_NODEV | MS_NOEXEC, None);
    for (place, options) in WRITABLE {
        mount(Some(c"tmpfs"), place, Some(c"tmpfs"), MS_NOSUID | MS_NODEV, Some(options));
    }
    // SAFETY: a C string.
    let limit = unsafe { libc::open(c"proc/sys/user/max_user_namespaces".as_ptr(), libc::O_WRONLY) };
    // SAFETY: one byte.
    check!(unsafe { libc::write(limit, c"0".as_ptr().cast(), 1) });
    // SAFETY: C strings.
    check!(unsafe { libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()) });
    // SAFETY: a C string.
    check!(unsafe { libc::umount2(c".".as_ptr(), libc::MNT_DETACH) });
    // SAFETY: a C string.
    check!(unsafe { libc::chdir(c"/".as_ptr()) });
}

fn mount(source: Option<&CStr>, target: &CStr, kind: Option<&CStr>, flags: u64, options: Option<&CStr>) {
    let pointer = |text: Option<&CStr>| text.map_or(null(), CStr::as_ptr);
    // SAFETY: C strings, or NULL.
    check!(unsafe {
        libc::mount(pointer(source), target.as_ptr(), pointer(kind), flags, pointer(options).cast())
    });
}

/// Makes every capability inheritable and ambient.
fn keep_capabilities() {
    let header = [0x2008_0522_u32, 0];
    let mut sets = [0_u32; 6];
    // SAFETY: the kernel's layout, two sets.
    check!(unsafe { libc::syscall(libc::SYS_capget, header.as_ptr(), sets.as_mut_ptr()) });
    // Effective, permitted, inheritable, twice.
    (sets[2], sets[5]) = (sets[1], sets[4]);
    // SAFETY: the kernel's layout, two sets.
    check!(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) });
    for capability in 0..64_u64 {
        if (u64::from(sets[4]) << 32 | u64::from(sets[1])) & (1 << capability) != 0 {
            let raise = libc::PR_CAP_AMBIENT_RAISE as u64;
            // SAFETY: numbers only.
            check!(unsafe { libc::prctl(libc::PR_CAP_AMBIENT, raise, capability, 0_u64, 0_u64) });
        }
    }
}
