"""Leaves marks in all places that have names, or says in which of them it finds any."""

import ctypes
import errno
import os
import socket
import sys
import time

WRITE = False

libc = ctypes.CDLL(None, use_errno=True)
held = []


def file(folder):
    open(f"{folder}/runnel-mark", "w" if WRITE else "r").close()


def bound(family, address):
    end = socket.socket(family)
    held.append(end)
    (end.bind if WRITE else end.connect)(address)
    if WRITE:
        end.listen()


def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def terminal():
    if WRITE:
        held.append(os.openpty())
    elif os.listdir("/dev/pts") == ["ptmx"]:
        raise FileNotFoundError(errno.ENOENT, "no terminal")


def processes():
    if WRITE:
        if os.fork() == 0:
            time.sleep(60)
    elif len([name for name in os.listdir("/proc") if name.isdigit()]) == 2:
        raise FileNotFoundError(errno.ENOENT, "no process")


flags = 0o3600 if WRITE else 0
queue = (os.O_CREAT if WRITE else 0) | os.O_RDWR
places = [(f"in {folder}", lambda folder=folder: file(folder)) for folder in (
    "/workspace", "/tmp", "/dev/shm", "/dev", "/dev/pts", "/var/tmp", "/run", "/etc", "/home", "/",
)]
places += [
    ("as System V queue", lambda: call("msgget", 0x52554E4E, flags)),
    ("as System V semaphores", lambda: call("semget", 0x52554E4E, 1, flags)),
    ("as POSIX queue", lambda: call("mq_open", b"/runnel-mark", queue, 0o600, None)),
    ("as abstract socket", lambda: bound(socket.AF_UNIX, "\0runnel-mark")),
    ("as port", lambda: bound(socket.AF_INET, ("127.0.0.1", 4321))),
    ("as key", lambda: call("syscall", 248, b"user", b"runnel-mark", b"x", 1, -3) if WRITE
     else call("syscall", 249, b"user", b"runnel-mark", None, -3)),
    ("as terminal", terminal),
    ("as process", processes),
]
for place, touch in places:
    try:
        touch()
        print("left" if WRITE else "found", place)
    except OSError as error:
        if not WRITE:
            print("nothing", place, errno.errorcode[error.errno])
if WRITE:
    print("up", flush=True)
    sys.stdin.read()
    time.sleep(60)
