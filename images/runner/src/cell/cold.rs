//! A child of the runner goes into a cell and waits there for its command.

use super::failure::{CellFailure, failed};
use super::group::Group;
use crate::seal::{Filter, last_errno};
use crate::spawn::{Command, EXECVE, directory, enter_directory, report_of};
use runnel_enter::{Entered, Entry, STEPS, Signals};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The leash in the process that becomes the program.
const LEASH: i32 = 3;

/// What somebody needs to get into a cell.
pub struct Descriptors<'a> {
    /// Pidfd of the cell's init.
    pub init: BorrowedFd<'a>,
    /// The other end of the leash.
    pub leash: BorrowedFd<'a>,
    /// Standard input, output and error.
    pub streams: [BorrowedFd<'a>; 3],
    /// The cell's cgroup.
    pub group: Option<&'a Group>,
}

/// Starts it; what becomes of it is told on the leash. With a command that is an interpreter, which then waits on the
/// leash itself; without, the child waits for the go and becomes what it says.
pub fn enter(to: &Descriptors<'_>, filter: &Filter, interpreter: Option<&Command>) -> Result<(), CellFailure> {
    let cgroups: Vec<i32> =
        to.group.map_or(Vec::new(), |group| group.entrances().iter().map(AsRawFd::as_raw_fd).collect());
    let entry = Entry {
        init: to.init.as_raw_fd(),
        leash: to.leash.as_raw_fd(),
        stdio: to.streams.map(|stream| stream.as_raw_fd()),
        cgroups: &cgroups,
        into_cgroup: to.group.is_some_and(Group::is_unified),
        filter: filter.instructions(),
        signals: Signals::Reset,
    };
    // SAFETY: the runner has one thread, and this is the C library's fork.
    let entered = unsafe { runnel_enter::enter(&entry, fork) };
    match entered {
        Ok(Entered::Parent { .. }) => Ok(()),
        Ok(Entered::Sealed) => match interpreter {
            Some(command) => become_interpreter(command),
            None => become_program(),
        },
        Err(errno) => Err(CellFailure::new("enter", errno.0)),
    }
}

/// The C library's fork; an error is errno negated.
fn fork() -> i32 {
    // SAFETY: the runner has one thread, so the child's memory is whole.
    match unsafe { libc::fork() } {
        -1 => -last_errno().raw_os_error(),
        pid => pid,
    }
}

/// The name of a step that was reported as failed: of the sealing, or of what came after it.
pub fn step(number: u8, sealed: bool) -> String {
    if sealed {
        return crate::spawn::step_name(number).to_owned();
    }
    STEPS.get(usize::from(number)).map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

fn become_interpreter(command: &Command) -> ! {
    // SAFETY: the leash is open at this number and nobody else uses it.
    let leash = unsafe { BorrowedFd::borrow_raw(LEASH) };
    match rustix::io::fcntl_setfd(leash, rustix::io::FdFlags::empty()) {
        Ok(()) => fail(EXECVE, command.execute()),
        Err(errno) => fail("dup2", errno),
    }
}

fn become_program() -> ! {
    let go = read_go().unwrap_or_else(|errno| fail("unknown", errno));
    let Some((path, command)) = parse(&go) else { fail("argv", Errno::INVAL) };
    let entered = directory(&path).map_err(|_| Errno::INVAL).and_then(|path| {
        let workspace = open("/workspace", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        enter_directory(&workspace, &path)
    });
    match entered {
        Ok(()) => fail(EXECVE, command.execute()),
        Err(errno) => fail("chdir", errno),
    }
}

fn read_go() -> Result<Vec<u8>, Errno> {
    // SAFETY: the leash is open at this number; it is closed by the exec or the exit that follows.
    let leash = std::mem::ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(LEASH) });
    let mut go = Vec::new();
    let mut piece = [0; 16_384];
    loop {
        match rustix::io::read(&*leash, &mut piece) {
            Ok(0) if go.is_empty() => exit(),
            Ok(0) => return Ok(go),
            Ok(length) => go.extend_from_slice(&piece[..length]),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// The fields of a go: directory, number of arguments, arguments, variables.
fn parse(go: &[u8]) -> Option<(Vec<u8>, Command)> {
    let mut fields = go.split(|&byte| byte == 0).map(<[u8]>::to_vec);
    let path = fields.next()?;
    let count: usize = std::str::from_utf8(&fields.next()?).ok()?.parse().ok()?;
    let argv: Vec<Vec<u8>> = fields.by_ref().take(count).collect();
    let environment: Vec<Vec<u8>> = fields.collect();
    if argv.len() != count {
        return None;
    }
    Some((path, Command::new(&argv, &environment).ok()?))
}

/// Writes a go.
pub fn go(path: &[u8], argv: &[Vec<u8>], environment: &[&Vec<u8>]) -> Result<Vec<u8>, CellFailure> {
    let count = argv.len().to_string().into_bytes();
    let fields: Vec<&[u8]> = [path, &count]
        .into_iter()
        .chain(argv.iter().map(Vec::as_slice))
        .chain(environment.iter().map(|variable| variable.as_slice()))
        .collect();
    if fields.iter().any(|field| field.contains(&0)) {
        return Err(failed("argv")(Errno::INVAL));
    }
    Ok(fields.join(&0))
}

fn fail(step: &str, errno: Errno) -> ! {
    let report = report_of(step, errno);
    // SAFETY: writes an array to the leash.
    unsafe { libc::write(LEASH, report.as_ptr().cast(), report.len()) };
    exit()
}

fn exit() -> ! {
    // SAFETY: ends this process without running anything of the runner's.
    unsafe { libc::_exit(127) }
}
