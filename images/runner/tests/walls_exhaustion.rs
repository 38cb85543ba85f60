//! What the kernel counts per user and not per namespace: one cell takes all it can get of it, and its neighbours, the
//! runner and the host's processes of the nursery's uid still have some.

mod common;

use common::language::Language;
use common::nursery::{CELLS, Nursery, assembles};
use common::python;
use runnel_runner::wire::proto::Exec;
use std::process::Command;

/// One function for each thing there is to exhaust: takes one of it, or raises OSError.
const THINGS: &str = r#"
import array, ctypes, errno, os, select, signal, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def inotify(): return checked(libc.inotify_init1(0))
def pipe():
    ends = os.pipe()
    os.write(ends[1], bytes(4096))
    return ends
def pty(): return os.openpty()
def queue():
    name = b'/%d-%d' % (os.getpid(), len(held))
    return checked(libc.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None))
def epoll():
    watcher = select.epoll()
    for descriptor in descriptors: watcher.register(descriptor)
    return watcher
def flight():
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ends[0].sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 200))])
    return ends
def queued():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    return checked(libc.sigqueue(os.getpid(), int(signal.SIGRTMIN), None))
def timer():
    class Event(ctypes.Structure): _fields_ = [('x', ctypes.c_long * 8)]
    made = ctypes.c_void_p()
    return checked(libc.timer_create(0, None, ctypes.byref(made)))
THINGS = [inotify, pipe, pty, queue, epoll, flight, queued, timer]
held, descriptors = [], []
"#;

/// Several processes for each, as one has not enough descriptors for some.
const TAKE_ALL: &str = r#"
for thing in THINGS:
    taken = 0
    for child in range(6):
        told, tell = os.pipe()
        if os.fork() == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            if thing is epoll: descriptors.extend(os.eventfd(0) for _ in range(400))
            try:
                while len(held) < 2000: held.append(thing())
            except OSError as error:
                reason = errno.errorcode[error.errno]
            else:
                reason = 'enough'
            os.write(tell, f'{len(held)} {reason}'.encode())
            signal.pause()
        os.close(tell)
        count, reason = os.read(told, 100).decode().split()
        taken += int(count)
        os.close(told)
    print(thing.__name__, taken, reason, flush=True)
print('taken', flush=True)
signal.pause()
"#;

const TAKE_ONE: &str = r#"
descriptors.append(os.eventfd(0))
for thing in THINGS:
    try:
        held.append(thing())
        print(thing.__name__, 'had')
    except OSError as error:
        print(thing.__name__, errno.errorcode[error.errno])
"#;

const ALL_HAD: &str =
    "inotify had\npipe had\npty had\nqueue had\nepoll had\nflight had\nqueued had\ntimer had\n";

#[test]
fn a_cell_that_takes_all_it_can_get_leaves_its_neighbours_and_the_host_enough() {
    let mut nursery = Nursery::start();
    let (greedy, modest) = (nursery.open(""), nursery.open(""));
    let run = nursery.sandbox.exec(&Exec { cell: greedy, ..python(&format!("{THINGS}{TAKE_ALL}")) });
    let taken = nursery.sandbox.output_until(run, "taken\n");
    eprintln!("{taken}");

    let neighbour = nursery.run(modest, &python(&format!("{THINGS}{TAKE_ONE}")));

    // Where all cells have one uid, one of them can keep the others from sending descriptors, but not the runner, whose
    // limit is higher.
    let left =
        if assembles() { ALL_HAD.replace("flight had", "flight ETOOMANYREFS") } else { ALL_HAD.to_owned() };
    assert_eq!(neighbour.text(), left, "{}", neighbour.errors());
    if rustix::process::getuid().is_root() {
        assert_eq!(on_the_host(nursery.uid, &format!("{THINGS}{TAKE_ONE}")), ALL_HAD);
    }
    for language in [Language::Bash, Language::Python] {
        nursery.once(&language.program("exit")).exit();
    }
}

#[test]
fn every_cell_can_have_all_that_one_may_have_of_what_is_counted_for_their_common_owner() {
    let mut nursery = Nursery::start();
    let script = r#"
for thing in [inotify, queue]:
    held.clear()
    try:
        while True: held.append(thing())
    except OSError as error: print(thing.__name__, len(held), errno.errorcode[error.errno])
print('taken', flush=True)
signal.pause()
"#;
    let all: Vec<String> = (0..CELLS)
        .map(|_| {
            let cell = nursery.open("");
            let run = nursery.sandbox.exec(&Exec { cell, ..python(&format!("{THINGS}{script}")) });
            nursery.sandbox.output_until(run, "taken\n")
        })
        .collect();

    assert!(all[0].starts_with("inotify 1 EMFILE\nqueue ") && !all[0].contains(" 0 "), "{}", all[0]);
    assert!(all.iter().all(|each| *each == all[0]), "{all:?}");
}

/// What Python prints that runs outside of all sandboxes with the nursery's uid.
fn on_the_host(uid: u32, script: &str) -> String {
    let id = uid.to_string();
    let identity = ["--reuid", &id, "--regid", &id, "--clear-groups", "/usr/bin/python3", "-c", script];
    let ran = Command::new("/usr/bin/setpriv").args(identity).output().expect("setpriv runs");
    String::from_utf8(ran.stdout).expect("UTF-8")
}
