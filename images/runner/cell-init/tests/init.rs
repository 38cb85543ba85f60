//! What pid 1 of a cell holds, and what it answers.

mod common;

use common::{Cell, status, wait};
use std::fs;

#[test]
fn init_holds_its_socket_and_its_capabilities_and_nothing_else() {
    let cell = Cell::open();

    let found = status(cell.pid, &["Name", "CapAmb", "SigIgn", "SigCgt", "SigBlk", "NSsid", "Threads"]);

    let none = "0000000000000000";
    // SIGCHLD, number 17.
    let ignored = "0000000000010000";
    assert_eq!(
        found,
        [
            "Name: init".to_owned(),
            format!("NSsid: {} 1", cell.pid),
            "Threads: 1".to_owned(),
            format!("SigBlk: {none}"),
            format!("SigIgn: {ignored}"),
            format!("SigCgt: {none}"),
            format!("CapAmb: {none}"),
        ]
    );
    assert_ne!(status(cell.pid, &["CapEff"]), [format!("CapEff: {none}")]);
    let mut open = fs::read_dir(format!("/proc/{}/fd", cell.pid))
        .expect("a test run by root")
        .map(|entry| entry.expect("an entry").file_name());
    assert_eq!(open.next(), Some("3".into()));
    assert_eq!(open.next(), None);
}

#[test]
fn mounts_take_the_sizes_asked_for_and_keep_the_rest() {
    let cell = Cell::open();
    let flags = |output: &str| output.lines().map(str::to_owned).collect::<Vec<_>>();
    let script = "
import os
for path in ['/workspace', '/tmp', '/dev/shm']:
    s = os.statvfs(path)
    print(path, s.f_blocks * s.f_frsize, s.f_flag & os.ST_NOSUID > 0, s.f_flag & os.ST_NODEV > 0, s.f_flag & os.ST_RDONLY)
";

    assert_eq!(cell.resize([10 << 20, 1 << 40, 4096]), 0);

    let expected =
        ["/workspace 10485760 True True 0", "/tmp 1099511627776 True True 0", "/dev/shm 4096 True True 0"];
    assert_eq!(flags(&cell.run(script)), expected);

    assert_eq!(cell.resize([0, 0, 8192]), 0);

    let expected =
        ["/workspace 10485760 True True 0", "/tmp 1099511627776 True True 0", "/dev/shm 8192 True True 0"];
    assert_eq!(flags(&cell.run(script)), expected);
}

#[test]
fn a_size_below_what_is_in_use_is_refused() {
    let cell = Cell::open();
    cell.run("open('/tmp/file', 'wb').write(bytes(1 << 20))");

    assert_eq!(cell.resize([1 << 20, 4096, 1 << 20]), libc::EINVAL);
}

#[test]
fn orphans_leave_no_zombies() {
    let script = "
import os, sys
for _ in range(300):
    if os.fork() == 0:
        if os.fork() == 0: os._exit(0)
        os._exit(0)
    os.wait()
";
    let cell = Cell::open();

    cell.run(script);

    // Only pids of processes that still have an entry are shown.
    let seen = cell.run("import os; print([p for p in os.listdir('/proc') if p.isdigit() and p not in ('1', str(os.getpid()))])");
    assert_eq!(seen, "[]\n");
}

#[test]
fn the_cell_ends_when_its_socket_ends() {
    let cell = Cell::open();
    let mut program = cell.enter("import time; time.sleep(1000)").expect("sealed");
    program.go();
    let (pid, init) = (cell.pid, program.pid);

    // SAFETY: the runner's end, whose owner is still there to close it; this ends both directions.
    unsafe { libc::shutdown(std::os::fd::AsRawFd::as_raw_fd(&cell.socket), libc::SHUT_RDWR) };

    assert_eq!(program.collect().status, -libc::SIGKILL);
    assert_eq!(wait(pid), 0);
    assert_ne!(pid, init);
    std::mem::forget(cell);
}

#[test]
fn a_message_nobody_understands_ends_the_cell() {
    let cell = Cell::open();

    cell.send(b"what?");

    assert_eq!(cell.receive(), b"");
}
