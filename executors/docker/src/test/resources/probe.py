"""Prints what a program in a container has and may do, a line each, the same on every machine."""

import os
import resource
import socket

status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Groups"):
    print(name, status[name].strip() or "none")
print("Seccomp filters", "two or more" if int(status["Seccomp_filters"]) > 1 else status["Seccomp_filters"])
print("Uid", *set(status["Uid"].split()), "Gid", *set(status["Gid"].split()))
print("pid 1 is", open("/proc/1/comm").read().strip())


def attempt(what, action):
    try:
        action()
        print(what, "works")
    except OSError as error:
        print(what, error.strerror)


for folder in ("/", "/usr", "/etc", "/run", "/run/runnel", "/var/tmp", "/home", "/sys"):
    attempt(f"write to {folder}:", lambda: open(f"{folder}/file", "w"))
for folder in ("/workspace", "/tmp", "/dev/shm"):
    attempt(f"write to {folder}:", lambda: open(f"{folder}/file", "w"))
print("folders that can be written to:", *sorted(
    folder for folder, _, _ in os.walk("/") if not folder.startswith("/proc") and os.access(folder, os.W_OK)
))
for place in ("/workspace", "/tmp", "/dev/shm"):
    options = next(line.split()[3] for line in open("/proc/self/mounts") if line.split()[1] == place)
    found = os.statvfs(place)
    print(place, *(name for name in ("nosuid", "nodev", "noexec") if name in options.split(",")),
          found.f_blocks * found.f_frsize >> 20, "MiB")
print("interfaces:", *(name for _, name in socket.if_nameindex()))
attempt("change the host name:", lambda: open("/proc/sys/kernel/hostname", "w"))
attempt("a connection to the outside:", lambda: socket.create_connection(("192.0.2.1", 80), timeout=1))
attempt("a raw socket:", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("a vsock:", lambda: socket.socket(getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM))
print("devices:", *sorted(os.listdir("/dev")))
for name in ("NOFILE", "CORE"):
    print(name, *resource.getrlimit(getattr(resource, f"RLIMIT_{name}")))
for path in ("/proc/kcore", "/proc/keys", "/proc/sysrq-trigger", "/proc/1/environ", "/proc/1/mem", "/proc/1/root"):
    try:
        print(f"read {path}:", len(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)) or "nothing")
    except (FileNotFoundError, PermissionError):
        print(f"read {path}: nothing")
print("environment:", *sorted(os.environ))
print("host name:", socket.gethostname())
