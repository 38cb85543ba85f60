"""Nothing of an execution outlives it, and nothing of a daemon outlives its next start."""

from __future__ import annotations

import pathlib
import re
import time
from collections.abc import Callable

from test_execute import request, run

MARK = "interop_left_behind_mark"


def processes(mark: str) -> list[str]:
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in command:
                found.append(command.decode(errors="replace"))
    return found


def cgroups(runtime: pathlib.Path) -> list[str]:
    """Control groups below the daemon's, of plain sandboxes and of nurseries; records in its folder name it."""
    records = [p.read_text() for p in runtime.rglob("*") if p.is_file() and "cgroup" in p.name]
    paths = {line for record in records for line in record.splitlines() if line.startswith("/")}
    return [str(child) for path in paths if pathlib.Path(path).is_dir() for child in pathlib.Path(path).glob("*/")]


def of_plain_sandboxes(found: list[str]) -> list[str]:
    """A nursery is kept while the daemon lives; what was a program's in it is dead (interop/census.py looks closer)."""
    return [path for path in found if not pathlib.Path(path).name.startswith("nursery-")]


def existing(paths: list[str]) -> list[str]:
    return [path for path in paths if pathlib.Path(path).exists()]


def gone(what: Callable[[], list[str]]) -> bool:
    """A sandbox is taken down right behind its execution's end, not before it: nothing runs any more, but the last
    control group may still be there for a moment."""
    deadline = time.monotonic() + 10
    while found := what():
        if time.monotonic() > deadline:
            raise AssertionError(f"still there after 10 s: {found}")
        time.sleep(0.01)
    return True


def test_nothing_is_left_after_many_executions(api, own_daemon, soak) -> None:
    with own_daemon.channel() as channel:
        for i in range(1000 if soak else 50):
            out, _, _ = run(api, channel, "bash", f": {MARK}; (setsid sleep 1000 &) ; echo {i}")
            assert out == f"{i}\n".encode()

    assert processes(MARK) == []
    assert gone(lambda: of_plain_sandboxes(cgroups(own_daemon.runtime)))
    kept = cgroups(own_daemon.runtime)
    assert own_daemon.stop() in (0, 128 + 15)
    assert existing(kept) == []
    # Nothing of this daemon; the lock that all daemons of this folder share stays.
    left = {str(p.relative_to(own_daemon.runtime)) for p in own_daemon.runtime.rglob("*")}
    assert left <= {"process", "process/uids"}


def test_after_kill_9_the_next_daemon_finds_a_clean_house(api, own_daemon) -> None:
    with own_daemon.channel() as channel:
        stream = api.ExecutionServiceStub(channel).Execute(
            request(api, "bash", "echo up; exec -a runnel_left_sleep sleep 1000")
        )
        next(r for r in stream if r.event.WhichOneof("kind") == "output")
        before = cgroups(own_daemon.runtime)
        own_daemon.kill()

    own_daemon.start()
    with own_daemon.channel() as channel:
        out, _, _ = run(api, channel, "bash", "echo again")

    assert out == b"again\n"
    assert processes("runnel_left_sleep") == []
    assert before
    assert gone(lambda: existing(before))
    mounts = pathlib.Path("/proc/self/mountinfo").read_text()
    assert not re.search(re.escape(str(own_daemon.runtime)), mounts)
