//! The runner's half, just enough of it: makes a cell whose pid 1 is the real init, and enters programs into it.
#![allow(dead_code, missing_docs, reason = "each test file uses its part of this")]

mod root;

use runnel_enter::{Entered, Entry, Errno, STEPS, Signals, SockFilter};
use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// Allows everything.
pub const ALLOW: [SockFilter; 1] = [SockFilter { code: 0x06, jt: 0, jf: 0, k: 0x7fff_0000 }];

/// The cell's uid outside, where the test may choose it.
const OUTSIDE: u32 = 70_001;

pub struct Cell {
    pub pid: i32,
    pub init: OwnedFd,
    pub socket: OwnedFd,
}

impl Cell {
    /// Namespaces, a root, and pid 1, which has said that it is ready.
    pub fn open() -> Self {
        // Programs become this process's children, as they become the runner's.
        // SAFETY: takes numbers only.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) }, 0);
        let (socket, child) = pair(libc::SOCK_SEQPACKET);
        let (go, child_go) = pair(libc::SOCK_STREAM);
        let image = File::open(env!("CARGO_BIN_EXE_runnel-cell-init")).expect("init is built");
        let mut init: RawFd = -1;
        let pid = root::clone_into_namespaces(&mut init);
        if pid == 0 {
            root::become_init(child.as_raw_fd(), child_go.as_raw_fd(), image.as_raw_fd());
        }
        assert!(pid > 0, "clone3: {}", std::io::Error::last_os_error());
        // SAFETY: clone3 made it for this process.
        let init = unsafe { OwnedFd::from_raw_fd(init) };
        map_ids(pid);
        drop((child, child_go));
        File::from(go).write_all(b"g").expect("init waits");
        let cell = Self { pid, init, socket };
        assert_eq!(cell.receive(), b"I");
        cell
    }

    /// Resizes workspace, /tmp and /dev/shm; returns errno.
    pub fn resize(&self, sizes: [u64; 3]) -> i32 {
        let mut request = vec![b'R'];
        sizes.iter().for_each(|size| request.extend(size.to_ne_bytes()));
        self.send(&request);
        let answer = self.receive();
        assert_eq!((answer.len(), answer[0]), (5, b'K'));
        i32::from_ne_bytes(answer[1..].try_into().expect("four bytes"))
    }

    pub fn send(&self, message: &[u8]) {
        let length = message.len().cast_signed();
        // SAFETY: the kernel reads the slice.
        let sent = unsafe { libc::send(self.socket.as_raw_fd(), message.as_ptr().cast(), message.len(), 0) };
        assert_eq!(sent, length);
    }

    /// A message; empty at the end.
    pub fn receive(&self) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        // SAFETY: the kernel writes into the buffer.
        let got = unsafe { libc::recv(self.socket.as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        bytes.truncate(usize::try_from(got).expect("init answers"));
        bytes
    }

    /// Enters a program that waits for its go.
    pub fn enter(&self, script: &str) -> Result<Program, (String, i32)> {
        self.enter_with(&Options { script, ..Options::default() })
    }

    /// Enters Python, runs it and returns what it printed.
    pub fn run(&self, script: &str) -> String {
        let ended = self.enter(script).expect("sealed").finish();
        assert_eq!((ended.status, ended.errors.as_str()), (0, ""), "{}", ended.output);
        ended.output
    }

    pub fn enter_with(&self, options: &Options<'_>) -> Result<Program, (String, i32)> {
        let (leash, child_leash) = pair(libc::SOCK_STREAM);
        let ([input, child_input], [output, child_output], [errors, child_errors]) = (pipe(), pipe(), pipe());
        let words =
            ["/usr/bin/python3", "-I", "-c", options.script].map(|word| CString::new(word).expect("no NUL"));
        let argv: Vec<_> = words.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect();
        let entry = Entry {
            init: self.init.as_raw_fd(),
            leash: child_leash.as_raw_fd(),
            // A pipe's pair is its reading end, then its writing end.
            stdio: [input.as_raw_fd(), child_output.as_raw_fd(), child_errors.as_raw_fd()],
            cgroups: options.cgroups,
            into_cgroup: options.into_cgroup,
            filter: options.filter,
            signals: options.signals,
        };
        let entered = if options.low_numbers {
            // SAFETY: B makes system calls only until it execs.
            unsafe { enter_from_low_numbers(&entry) }
        } else {
            // SAFETY: as above.
            unsafe { runnel_enter::enter(&entry, fork) }
        };
        let first = match entered.expect("forked") {
            Entered::Sealed => become_python(&argv),
            Entered::Parent { pid } => pid,
        };
        drop((input, child_output, child_errors, child_leash));
        let mut leash = UnixStream::from(leash);
        leash.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let told = sealed(&mut leash);
        if !options.lingers {
            wait(first);
        }
        let pid = told?;
        Ok(Program {
            pid,
            leash,
            input: Some(child_input.into()),
            output: output.into(),
            errors: errors.into(),
            ended: false,
        })
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        // SAFETY: a child that was not waited for, so the number is its.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        // A test that has failed may have left a program that nobody waits for, and then this would not end.
        if !std::thread::panicking() {
            wait(self.pid);
        }
    }
}

/// How an entry differs from the usual one.
pub struct Options<'a> {
    pub script: &'a str,
    pub cgroups: &'a [i32],
    pub into_cgroup: bool,
    pub filter: &'a [SockFilter],
    pub signals: Signals,
    pub low_numbers: bool,
    /// A does not leave yet.
    pub lingers: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            script: "",
            cgroups: &[],
            into_cgroup: false,
            filter: &ALLOW,
            signals: Signals::Reset,
            low_numbers: false,
            lingers: false,
        }
    }
}

/// Sealed, and waiting.
#[derive(Debug)]
pub struct Program {
    pub pid: i32,
    pub leash: UnixStream,
    pub input: Option<File>,
    ended: bool,
    output: File,
    errors: File,
}

pub struct Ended {
    pub status: i32,
    pub output: String,
    pub errors: String,
}

impl Program {
    /// Lets it exec.
    pub fn go(&mut self) {
        self.leash.write_all(b"go").expect("it waits");
    }

    /// Lets it exec, and collects it.
    pub fn finish(mut self) -> Ended {
        self.go();
        self.collect()
    }

    /// Waits for its end.
    pub fn collect(mut self) -> Ended {
        self.input = None;
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).expect("text");
        self.errors.read_to_string(&mut errors).expect("text");
        self.ended = true;
        Ended { status: wait(self.pid), output, errors }
    }

    /// Lines of /proc/PID/status.
    pub fn status(&self, names: &[&str]) -> Vec<String> {
        status(self.pid, names)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.ended {
            // SAFETY: a child that was not waited for, so the number is its.
            unsafe { libc::kill(self.pid, libc::SIGKILL) };
            // Its cell can't end before.
            wait(self.pid);
        }
    }
}

pub fn status(pid: i32, names: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let wanted = |line: &&str| names.iter().any(|name| line.starts_with(&format!("{name}:")));
    text.lines().filter(wanted).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Reads up to `S` and B's pid, which come in any order; or a failure, and to the end.
fn sealed(leash: &mut UnixStream) -> Result<i32, (String, i32)> {
    let (mut pid, mut sealed, mut failure) = (None, false, None);
    let number = |leash: &mut UnixStream| {
        let mut bytes = [0; 4];
        leash.read_exact(&mut bytes).expect("a number");
        i32::from_ne_bytes(bytes)
    };
    while !(sealed && pid.is_some()) {
        let mut tag = [0];
        if leash.read(&mut tag).expect("a word on the leash, or its end") == 0 {
            // A cell can't end before all its processes have been waited for.
            pid.map(wait);
            return Err(failure.expect("a reason"));
        }
        match tag[0] {
            b'P' => pid = Some(number(leash)),
            b'S' => sealed = true,
            b'F' => {
                leash.read_exact(&mut tag).expect("a step");
                failure = Some((STEPS[usize::from(tag[0])].to_owned(), number(leash)));
            }
            other => panic!("'{other}' on the leash"),
        }
    }
    Ok(pid.expect("just seen"))
}

pub fn fork() -> i32 {
    // SAFETY: the child makes system calls only.
    match unsafe { libc::fork() } {
        -1 => -std::io::Error::last_os_error().raw_os_error().expect("errno"),
        pid => pid,
    }
}

/// The same, asked by a process whose descriptors 0 to 3 are the entry's, each at another's place.
///
/// # Safety
/// As of `enter`.
unsafe fn enter_from_low_numbers(entry: &Entry<'_>) -> Result<Entered, Errno> {
    match fork() {
        0 => {}
        pid => return Ok(Entered::Parent { pid }),
    }
    // Any of them may have such a number already.
    let aside = |number: RawFd| runnel_enter::sys::duplicate(number, 100).expect("a descriptor");
    let cgroups: Vec<RawFd> = entry.cgroups.iter().map(|&number| aside(number)).collect();
    let (init, [input, output, errors]) = (aside(entry.init), entry.stdio.map(aside));
    for (number, source) in (0..).zip([aside(entry.leash), errors, input, output]) {
        // SAFETY: numbers of a process that has nothing else to do.
        unsafe { libc::dup2(source, number) };
    }
    let low = Entry { init, leash: 0, stdio: [2, 3, 1], cgroups: &cgroups, ..*entry };
    // SAFETY: the caller's promise.
    match unsafe { runnel_enter::enter(&low, fork) } {
        Ok(Entered::Sealed) => Ok(Entered::Sealed),
        _ => runnel_enter::sys::exit_group(0),
    }
}

/// Waits for the go, which is the first thing on the leash, and execs.
fn become_python(argv: &[*const libc::c_char]) -> ! {
    const PATH: &CStr = c"PATH=/usr/bin";
    let environment = [PATH.as_ptr(), std::ptr::null()];
    if runnel_enter::sys::read(runnel_enter::LEASH, &mut [0]) == Ok(1) {
        // SAFETY: NULL-terminated arrays of C strings.
        unsafe { libc::execve(argv[0], argv.as_ptr(), environment.as_ptr()) };
    }
    runnel_enter::sys::exit_group(126)
}

/// Waits for what no descriptor tells.
#[track_caller]
pub fn until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited for {PATIENCE:?}");
        std::thread::yield_now();
    }
}

/// The exit code, or the negated signal.
///
/// A process that was entered is this one's child only when A has gone, which may be after its own end.
pub fn wait(pid: i32) -> i32 {
    let mut status = 0;
    until(|| {
        // SAFETY: the kernel writes one number.
        let ended = unsafe { libc::waitpid(pid, &raw mut status, 0) };
        assert!(ended == pid || std::io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD));
        ended == pid
    });
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { -libc::WTERMSIG(status) }
}

/// The cell's uid, as seen here.
pub fn outside() -> u32 {
    // SAFETY: takes nothing.
    match unsafe { libc::getuid() } {
        0 => OUTSIDE,
        uid => uid,
    }
}

fn map_ids(pid: i32) {
    // SAFETY: takes nothing.
    let gid = if outside() == OUTSIDE { OUTSIDE } else { unsafe { libc::getgid() } };
    let ids = [outside(), gid];
    if gid != OUTSIDE {
        fs::write(format!("/proc/{pid}/setgroups"), "deny").expect("setgroups denied");
    }
    for (file, id) in ["uid_map", "gid_map"].iter().zip(ids) {
        fs::write(format!("/proc/{pid}/{file}"), format!("1000 {id} 1")).expect("a map");
    }
}

pub fn pair(kind: i32) -> (OwnedFd, OwnedFd) {
    let mut numbers = [-1; 2];
    // SAFETY: the kernel writes two numbers.
    let made = unsafe { libc::socketpair(libc::AF_UNIX, kind | libc::SOCK_CLOEXEC, 0, numbers.as_mut_ptr()) };
    assert_eq!(made, 0);
    // SAFETY: just made, and nobody else's.
    let owned = numbers.map(|number| unsafe { OwnedFd::from_raw_fd(number) });
    owned.into()
}

fn pipe() -> [OwnedFd; 2] {
    let mut numbers = [-1; 2];
    // SAFETY: the kernel writes two numbers.
    assert_eq!(unsafe { libc::pipe2(numbers.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
    // SAFETY: just made, and nobody else's.
    numbers.map(|number| unsafe { OwnedFd::from_raw_fd(number) })
}
