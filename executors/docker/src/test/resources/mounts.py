"""Prints the mounts that a program sees, without what differs between machines and containers."""

import re

# Made for the cell alone: all of it tells something.
OWN = ("proc", "devpts", "tmpfs", "mqueue")
# Not every kernel has them, or not every engine.
OPTIONAL = tuple(f"/proc/{name}" for name in (
    "acpi", "bus", "config.gz", "fs", "kallsyms", "pressure", "sched_debug", "scsi", "sysrq-trigger", "timer_list",
)) + ("/etc/hosts", "/etc/resolv.conf")

found = []

for line in open("/proc/self/mountinfo"):
    before, after = line.rstrip().split(" - ")
    _, _, _, root, at, options, *propagation = before.split()
    kind, source, more = after.split(" ", 2)
    is_own = kind in OWN and (root == "/" or kind == "proc")
    if root.startswith("/") and not is_own:
        root = re.sub(r".*/[0-9a-f]{64}/", ".../CONTAINER/", root)
    options = ",".join(sorted(options.split(",")))
    # How many files there may be is what it was when a cell was made ahead, for other limits.
    more = re.sub(r"\b([ug]id|nr_inodes)=\d+", r"\1=N", ",".join(sorted(more.split(","))))
    if at not in OPTIONAL or root not in ("/null", "/dev/shm") and not root.startswith(".../CONTAINER"):
        found.append(" ".join((at, options, *propagation, *((kind, root, more) if is_own else ("image", root)))))
print(*sorted(found), sep="\n")
