"""Counts what a daemon holds: processes, descriptors, mounts, namespaces, control groups, files and memory."""

from __future__ import annotations

import collections
import os
import pathlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PROC = pathlib.Path("/proc")
RUNNER = "/run/runnel/runner"
# The cgroup of a cell, or what a process needs to get into it.
KEPT_CGROUP = re.compile(r"^/sys/fs/cgroup/.*/(cell-\d+)(/tasks)?$")
Count = dict[str, object]


@dataclass(frozen=True)
class Process:
    """A process as /proc tells of it at one moment."""

    pid: int
    parent: int
    name: str
    command: tuple[str, ...]
    uid: int
    # One for each nested pid namespace, the innermost last.
    pids: tuple[int, ...]

    @property
    def is_runner(self) -> bool:
        """Pid 1 of a nursery or of a sandbox, and not its fork."""
        return self.command[:1] == (RUNNER,) and self.pids[-1] == 1 and len(self.pids) == 2


def read(pid: str) -> Process | None:
    try:
        status = dict(re.findall(r"^(\w+):\s*(.*)$", (PROC / pid / "status").read_text(), re.MULTILINE))
        command = tuple((PROC / pid / "cmdline").read_text(errors="replace").split("\0")[:-1])
        nested = tuple(int(number) for number in status["NSpid"].split())
        return Process(int(pid), int(status["PPid"]), status["Name"], command, int(status["Uid"].split()[0]), nested)
    except (OSError, KeyError, IndexError):
        return None


def processes() -> list[Process]:
    found = (read(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [process for process in found if process is not None]


class Census:
    """Looks at one daemon. Processes are its own when they descend from it or have one of its uids, whoever adopted
    them."""

    def __init__(self, daemon: int, runtime: pathlib.Path, uids: range) -> None:
        self.daemon = daemon
        self.runtime = runtime
        self.uids = uids

    def own(self) -> list[Process]:
        """Without the daemon itself."""
        everybody = processes()
        children = collections.defaultdict(list)
        for process in everybody:
            children[process.parent].append(process)
        found = {process.pid: process for process in everybody if process.uid in self.uids}
        left = [self.daemon]
        while left:
            for child in children[left.pop()]:
                found[child.pid] = child
                left.append(child.pid)
        return list(found.values())

    def runners(self) -> list[Process]:
        return [process for process in self.own() if process.is_runner]

    def zygotes(self) -> list[Process]:
        """Interpreters that wait in a nursery itself: children of its runner in the same pid namespace."""
        own = self.own()
        runners = {process.pid for process in own if process.is_runner}
        return [p for p in own if p.parent in runners and len(p.pids) == 2 and p.command[:1] != (RUNNER,)]

    def cgroups(self) -> list[pathlib.Path]:
        """Below the daemon's, which it names after its pid and writes down in its runtime directory."""
        top = pathlib.Path("/sys/fs/cgroup").glob(f"**/runnel-{self.daemon}-*")
        return [child for path in top for child in path.rglob("*") if child.is_dir()]

    def namespaces(self) -> set[str]:
        found = set()
        for process in self.own():
            for link in entries(PROC / str(process.pid) / "ns"):
                found.add(target(link))
        host = {target(link) for link in entries(PROC / "self/ns")}
        return found - host - {""}

    def count(self) -> Count:
        own = self.own()
        runners = [process for process in own if process.is_runner]
        return {
            "processes": tally(label(process) for process in own),
            "descriptors of the daemon": descriptors(self.daemon),
            "descriptors of runners": total(descriptors(runner.pid) for runner in runners),
            "mounts of the host": len(mounts("self")),
            "mounts of the daemon": len(mounts(str(self.daemon))),
            "mounts of runners": sorted(len(mounts(str(runner.pid))) for runner in runners),
            "namespaces": tally(name.split(":")[0] for name in self.namespaces()),
            "files": len(list(self.runtime.rglob("*"))),
        }

    def lost_cgroups(self, at_most: int) -> list[str]:
        """Runners keep the cgroups of cells for the next ones, with a descriptor of each directory: as many as there
        were cells at one time, which is not always the same number, but bounded."""
        made = [path.name for path in self.cgroups() if path.name.startswith("cell-")]
        kept = [name for runner in self.runners() for name in kept_cgroups(runner.pid)]
        found = [] if sorted(made) == sorted(kept) else [f"cgroups of cells: {len(made)} made, {len(kept)} kept"]
        return found if len(set(made)) <= at_most else [*found, f"{len(set(made))} cgroups of cells"]

    def memory(self) -> dict[str, int]:
        """What is live in the daemon's heap, where the JDK's jcmd is there to ask for it; then, with the garbage gone,
        resident bytes of the daemon, and of its runners together."""
        found = {}
        if jcmd := shutil.which("jcmd", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ.get('PATH', '')}"):
            # Collects garbage first.
            command = [jcmd, str(self.daemon), "GC.class_histogram"]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found["heap"] = int(re.search(r"^Total\s+\d+\s+(\d+)", said, re.MULTILINE)[1])
        found["daemon"] = resident(self.daemon)
        found["runners"] = sum(resident(runner.pid) for runner in self.runners())
        return found


def tally(names: Iterator[str]) -> dict[str, int]:
    return dict(sorted(collections.Counter(names).items()))


def label(process: Process) -> str:
    kind = "runner" if process.is_runner else process.name
    return f"{kind} in {len(process.pids)} pid namespaces"


def entries(folder: pathlib.Path) -> list[pathlib.Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def target(link: pathlib.Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def descriptors(pid: int) -> dict[str, int]:
    """By what they are: `socket`, `pipe`, a path with its numbers left out. Without the cgroups that a runner keeps."""
    names = (target(link) for link in entries(PROC / str(pid) / "fd"))
    kept = (name for name in names if not KEPT_CGROUP.search(name))
    plain = (re.sub(r"^(socket|pipe|mnt|pid|user):.*", r"\1", name) for name in kept)
    return tally(re.sub(r"[0-9a-f]{6,}|(?<=/cell-)\d+|(?<=/events/)\d+", "*", name) for name in plain)


def kept_cgroups(runner: int) -> list[str]:
    """The names of the cgroups of cells whose directories it has open, once for each directory."""
    found = (KEPT_CGROUP.search(target(link)) for link in entries(PROC / str(runner) / "fd"))
    return [match[1] for match in found if match and not match[2]]


def total(tallies: Iterator[dict[str, int]]) -> dict[str, int]:
    return dict(sum(map(collections.Counter, tallies), collections.Counter()))


def mounts(pid: str) -> list[str]:
    try:
        return (PROC / pid / "mountinfo").read_text().splitlines()
    except OSError:
        return []


def resident(pid: int) -> int:
    try:
        return int(re.search(r"VmRSS:\s*(\d+)", PROC.joinpath(str(pid), "status").read_text())[1]) << 10
    except (OSError, TypeError):
        return 0


def differences(before: Count, after: Count) -> list[str]:
    found = []
    for what, old in before.items():
        new = after[what]
        if isinstance(old, dict) and isinstance(new, dict):
            parts = [name for name in {**old, **new} if old.get(name) != new.get(name)]
            found += [f"{what}, {name}: {old.get(name, 0)} before, {new.get(name, 0)} now" for name in parts]
        elif old != new:
            found.append(f"{what}: {old} before, {new} now")
    return found


def becomes(what: Callable[[], list[str]], within: float) -> None:
    """Waits until `what` finds nothing to complain about."""
    deadline = time.monotonic() + within
    while found := what():
        if time.monotonic() > deadline:
            raise AssertionError(f"still so after {within:.0f} s: " + "; ".join(found))
        time.sleep(0.05)
