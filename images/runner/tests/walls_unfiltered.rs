//! What holds without the guest's system call filter. Needs a runner that installs one which lets everything pass;
//! `build.sh check` builds it.
#![cfg(feature = "no-seccomp")]

mod common;

use common::language::Language;
use common::nursery::Nursery;

#[test]
fn no_namespace_can_be_made() {
    let script = r#"
import ctypes, errno, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    if result == 0 and number in (56, 435) and os.getpid() != 2: os._exit(0)
    print(name, 'done' if result >= 0 else errno.errorcode.get(ctypes.get_errno()))
kinds = dict(USER=0x10000000, NS=0x20000, PID=0x20000000, NET=0x40000000, IPC=0x8000000, UTS=0x4000000, CGROUP=0x2000000)
for name, flag in kinds.items():
    call(name, 56, flag | 17, 0, 0, 0, 0)
    call(name + ' with USER', 56, flag | 0x10000000 | 17, 0, 0, 0, 0)
call('clone3', 435, (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17), 64)
call('mount', 165, b'x', b'/tmp', b'tmpfs', 0, None)
call('umount', 166, b'/proc/sys', 2)
call('setns', 308, os.pidfd_open(1), 0x10000000)
call('fsopen', 430, b'tmpfs', 0)
call('open_tree', 428, -100, b'/', 1)
try: open('/proc/1/mem')
except OSError as error: print('mem of init', errno.errorcode[error.errno])
"#;
    let mut nursery = Nursery::start();

    let ran = nursery.once(&Language::Python.attacks(script));

    ran.assert_succeeded();
    let kinds = ["NS", "PID", "NET", "IPC", "UTS", "CGROUP"];
    let each: String = kinds.iter().map(|kind| format!("{kind} EPERM\n{kind} with USER ENOSPC\n")).collect();
    let rest = "clone3 ENOSPC\nmount EPERM\numount EPERM\nsetns EPERM\nfsopen EPERM\nopen_tree EPERM\nmem of init EACCES\n";
    assert_eq!(ran.text(), format!("USER ENOSPC\nUSER with USER ENOSPC\n{each}{rest}"));
}
