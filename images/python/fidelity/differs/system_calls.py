# native: inotify_add_watch ok
# native: ptrace ok
# native: vmsplice ok
# native: F_SETPIPE_SZ ok
# native: unshare ok
# native: NETLINK_KOBJECT_UEVENT ok
# plain: inotify_add_watch EPERM
# plain: ptrace EPERM
# plain: vmsplice ENOSYS
# plain: F_SETPIPE_SZ EPERM
# plain: unshare EPERM
# plain: NETLINK_KOBJECT_UEVENT EPERM
# cell: inotify_add_watch EPERM
# cell: ptrace EPERM
# cell: vmsplice ENOSYS
# cell: F_SETPIPE_SZ EPERM
# cell: unshare EPERM
# cell: NETLINK_KOBJECT_UEVENT EPERM
import ctypes
import errno
import fcntl
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")


r, w = os.pipe()
for name, attempt in {
    "inotify_add_watch": lambda: call(libc.inotify_add_watch, libc.inotify_init1(0), b"/workspace", 2),
    "ptrace": lambda: call(libc.ptrace, 0, 0, 0, 0),
    "vmsplice": lambda: call(libc.vmsplice, w, None, 0, 0),
    "F_SETPIPE_SZ": lambda: fcntl.fcntl(w, 1031, 4096),
    "unshare": lambda: call(libc.unshare, 0x10000000),
    "NETLINK_KOBJECT_UEVENT": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15),
}.items():
    try:
        attempt()
        print(name, "ok")
    except OSError as e:
        print(name, errno.errorcode[e.errno])
