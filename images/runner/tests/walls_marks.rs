//! What one program leaves in places that have names, no other program sees: neither one that runs at the same time nor
//! a later one.

mod common;

use common::nursery::{Nursery, Setup, assembles};
use common::python;
use runnel_runner::wire::proto::Exec;

const PLACES: &str = r#"
import ctypes, errno, glob, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
KEY = 0x52554e4e
def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    return 'there' if result >= 0 else errno.errorcode[ctypes.get_errno()]
def file(path, write):
    try:
        open(path, 'x' if write else 'r').close()
        return 'there'
    except OSError as error: return errno.errorcode[error.errno]
def abstract(write):
    end = socket.socket(socket.AF_UNIX)
    held.append(end)
    try: (end.bind if write else end.connect)('\0runnel-mark')
    except OSError as error: return errno.errorcode[error.errno]
    if write: end.listen()
    return 'there'
def loopback(write):
    end = socket.socket()
    held.append(end)
    try: (end.bind if write else end.connect)(('127.0.0.1', 4321))
    except OSError as error: return errno.errorcode[error.errno]
    if write: end.listen()
    return 'there'
def key(write):
    made = libc.syscall(248 if write else 249, b'user', b'runnel-mark', b'x' if write else None, 1, -3)
    return 'there' if made >= 0 else errno.errorcode[ctypes.get_errno()]
def terminal(write):
    if write: held.append(os.openpty())
    return ' '.join(sorted(os.listdir('/dev/pts')))
held = []
def all_marks(write):
    flags = 0o3600 if write else 0
    for name in ['/dev', '/dev/shm', '/dev/pts', '/tmp', '/var/tmp', '/run', '/etc', '/proc', '/']:
        yield name, file(name + '/runnel-mark', write)
    yield 'SysV queue', call('msgget', KEY, flags)
    yield 'SysV semaphores', call('semget', KEY, 1, flags)
    yield 'SysV memory', call('shmget', KEY, 4096, flags)
    yield 'POSIX queue', call('mq_open', b'/runnel-mark', (os.O_CREAT if write else 0) | os.O_RDWR, 0o600, None)
    yield 'abstract socket', abstract(write)
    yield 'port', loopback(write)
    yield 'key', key(write)
    yield 'terminals', terminal(write)
    yield 'host name', 'changed' if libc.sethostname(b'mark', 4) == 0 else 'not to be changed'
def tell(write):
    for name, answer in all_marks(write): print(name + ':', answer, flush=True)
"#;

const MADE: &str = "/dev: EROFS\n/dev/shm: there\n/dev/pts: EACCES\n/tmp: there\n/var/tmp: ENOENT\n/run: ENOENT\n\
                    /etc: EROFS\n/proc: ENOENT\n/: EROFS\nSysV queue: there\nSysV semaphores: there\n\
                    SysV memory: ENOSYS\nPOSIX queue: there\nabstract socket: there\nport: there\nkey: EPERM\n\
                    terminals: 0 ptmx\nhost name: not to be changed\n";
const SEEN: &str = "/dev: ENOENT\n/dev/shm: ENOENT\n/dev/pts: ENOENT\n/tmp: ENOENT\n/var/tmp: ENOENT\n/run: ENOENT\n\
                    /etc: ENOENT\n/proc: ENOENT\n/: ENOENT\nSysV queue: ENOENT\nSysV semaphores: ENOENT\n\
                    SysV memory: ENOSYS\nPOSIX queue: ENOENT\nabstract socket: ECONNREFUSED\nport: ECONNREFUSED\n\
                    key: EPERM\nterminals: ptmx\nhost name: not to be changed\n";

#[test]
fn marks_are_seen_by_no_program_of_another_cell_and_no_later_one() {
    for one_uid in [false, true] {
        assert_marks_stay(Nursery::start_with(Setup { one_uid, ..Setup::default() }));
    }
}

fn assert_marks_stay(mut nursery: Nursery) {
    let (marked, other) = (nursery.open(""), nursery.open(""));
    let mark = format!("{PLACES}\ntell(True)\nprint('made')\nsys.stdout.flush()\nsys.stdin.read()");
    let look = python(&format!("{PLACES}\ntell(False)"));
    let run = nursery.sandbox.exec(&Exec { cell: marked, ..python(&mark) });
    let made = nursery.sandbox.output_until(run, "made\n");

    let meanwhile = nursery.run(other, &look);
    nursery.sandbox.end_input(run);
    let marker = nursery.sandbox.finish(run);
    let in_the_same_cell = nursery.run(marked, &look);
    nursery.close(marked);
    let later = nursery.once(&look);

    marker.assert_succeeded();
    // The runner makes a folder for what waiting interpreters need.
    let expected = if assembles() { MADE.replace("/run: ENOENT", "/run: EROFS") } else { MADE.to_owned() };
    assert_eq!(made, format!("{expected}made\n"));
    for (when, ran) in [("meanwhile", meanwhile), ("next", in_the_same_cell), ("later", later)] {
        assert_eq!(ran.text(), SEEN, "{when}");
    }
}

/// The system directories' inodes are the host's, and so are notes of who reads them (fcntl(2), F_NOTIFY).
#[test]
fn a_program_is_not_told_what_others_read() {
    let mut nursery = Nursery::start();
    let (spy, other) = (nursery.open(""), nursery.open(""));
    let script = r#"
import ctypes, errno, fcntl, os, signal, sys
told = []
signal.signal(signal.SIGIO, lambda *_: told.append(1))
libc = ctypes.CDLL(None, use_errno=True)
for path in ['/usr/bin', '/dev', '/workspace']:
    folder = os.open(path, os.O_RDONLY)
    try: print(path, fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT))
    except OSError as error: print(path, errno.errorcode[error.errno])
watch = libc.inotify_init1(0)
print(libc.inotify_add_watch(watch, b'/usr/bin', 1), errno.errorcode[ctypes.get_errno()])
print('waits', flush=True)
sys.stdin.read()
print(len(told))
"#;
    let run = nursery.sandbox.exec(&Exec { cell: spy, ..python(script) });
    let refused = nursery.sandbox.output_until(run, "waits\n");

    nursery.run(other, &python("import os; os.listdir('/usr/bin'); open('/usr/bin/env', 'rb').read()"));
    nursery.sandbox.end_input(run);

    assert_eq!(refused, "/usr/bin EPERM\n/dev EPERM\n/workspace EPERM\n-1 EPERM\nwaits\n");
    assert_eq!(nursery.sandbox.finish(run).text(), "0\n");
}
