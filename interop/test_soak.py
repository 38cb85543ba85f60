"""Mixed programs, several at a time, with faults among them: every end is the right one, and the daemon holds nothing
afterwards that it did not hold before.

The same seed makes the same programs and faults: `--soak-seed N`, and `--soak-count N` for another number of them.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
import types
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace

import grpc
import pytest
from census import Census, Count, becomes, differences, mounts
from conftest import ROOT
from daemon import Daemon
from soak_client import RPC_WITHIN, Client, why, wrong
from soak_programs import Expected, Program, exited, mix

# A program, the programs of a session, or the name of what is to be killed.
Piece = list[Program] | str

IN_FLIGHT = 8
SETTLES_WITHIN = 30.0
# Seconds that ended executions and content are remembered, and within which the daemon then forgets them.
REMEMBERED = 3
FORGETS_WITHIN = 5
MIB = 1 << 20

# uids of its own, so that no other daemon's processes are counted. Ends and content are soon forgotten, so that what is
# kept does not hide what leaks.
FIRST_UID = 1_910_000_000 + os.getpid() % 1000 * 100_000
UIDS = range(FIRST_UID, FIRST_UID + 65_536)
CONFIGURATION = f"""\
executors:
  process:
    uids: {UIDS[0]}-{UIDS[-1]}
retention:
  ended_executions: {REMEMBERED}s
  content: {REMEMBERED}s
"""

# What an execution that was in flight may end with when a runner dies; by the last only its artifacts are lost.
LOST = frozenset({"SANDBOX_LOST", "EXECUTOR_DOWN", "ARTIFACT_SKIP_REASON_UNREADABLE"})

# How much more resident memory there may be at the end than after the first part. The JVM's heap grows to its bound of
# 128 MiB in its first thousands of executions; what is live in it does not.
MAY_GROW = {"daemon": 96 * MIB, "runners": 2 * MIB, "heap": 8 * MIB}

# Each way to start a program once, so that whatever is made at the first of them is there.
EVERY_WAY: list[list[Program]] = [
    [Program("settles", language, code, Expected(exited(0), b"1\n"), options)]
    for language, code, options in (
        ("python", "print(1)", {}),
        ("python", "print(1)", {"fresh_interpreter": True}),
        ("bash", "echo 1", {}),
        ("javascript", "console.log(1)", {}),
    )
]


@dataclass(frozen=True)
class Result:
    """One execution that was run, or a session that could not be made or deleted."""

    kind: str
    code: str
    begin: float
    end: float
    how: str
    wrong: str | None
    in_session: bool


@dataclass(frozen=True)
class Kill:
    """A process that was killed between two times."""

    what: str
    begin: float
    end: float


class Soak:
    """Runs what it is given and remembers what came of it."""

    def __init__(self, client: Client, census: Census, rng: random.Random) -> None:
        self.client = client
        self.census = census
        self.rng = rng
        self.results: list[Result] = []
        self.kills: list[Kill] = []

    def run(self, pieces: list[Piece]) -> None:
        """Runs all of it, in order, `IN_FLIGHT` pieces at a time. What is wrong with any of it fails the test, unless
        a runner's death excuses it."""
        seen = len(self.results)
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for done in [pool.submit(self.kill if isinstance(p, str) else self.programs, p) for p in pieces]:
                done.result()
        wrong = [r for r in self.results[seen:] if r.wrong is not None and not self.is_excused(r)]
        if wrong:
            told = "\n\n".join(f"{r.kind}, {self.around(r)}: {r.wrong}\n{r.code.strip()[:300]}" for r in wrong[:10])
            pytest.fail(f"{len(wrong)} of {len(self.results) - seen} ends are wrong:\n{told}", pytrace=False)

    def around(self, result: Result) -> str:
        """When it was, seen from the kill before it."""
        before = [kill for kill in self.kills if kill.begin <= result.end]
        if not before:
            return "before any kill"
        kill = max(before, key=lambda kill: kill.begin)
        return f"{result.begin - kill.begin:.3f} s to {result.end - kill.begin:.3f} s after a {kill.what} was killed"

    def programs(self, programs: list[Program]) -> None:
        if len(programs) == 1:
            self.one(programs[0])
        else:
            self.session(programs)

    def session(self, programs: list[Program]) -> None:
        begin = time.monotonic()
        sessions, api = self.client.sessions, self.client.api
        try:
            create = api.CreateSessionRequest()
            session_id = sessions.CreateSession(create, timeout=RPC_WITHIN).session.session_id
            for program in programs:
                if (result := self.one(program, session_id, begin)).how in LOST:
                    self.is_lost(session_id, result)
                    break
            sessions.DeleteSession(api.DeleteSessionRequest(session_id=session_id), timeout=RPC_WITHIN)
        except grpc.RpcError as e:
            self.results.append(Result("session", "", begin, time.monotonic(), why(e), str(e), True))

    def one(self, program: Program, session_id: str = "", since: float | None = None) -> Result:
        begin = time.monotonic() if since is None else since
        how = ""
        try:
            ended = self.client.run(program, session_id)
            how, complaint = ended.how, wrong(program, ended)
        except Exception as e:
            complaint = f"{type(e).__name__}: {e}"
        result = Result(program.kind, program.code, begin, time.monotonic(), how, complaint, bool(session_id))
        self.results.append(result)
        return result

    def kill(self, what: str) -> None:
        """Kills one process of the daemon's, chosen at random among those that are there within a while. A zygote must
        have been there for a second: one that dies before it is ready is done without for its nursery's life."""
        deadline = time.monotonic() + SETTLES_WITHIN
        seen: dict[int, float] = {}
        while (now := time.monotonic()) < deadline:
            candidates = self.census.runners() if what == "runner" else self.census.zygotes()
            seen = {process.pid: seen.get(process.pid, now) for process in candidates}
            if what == "zygote":
                candidates = [process for process in candidates if now - seen[process.pid] > 1]
            for victim in self.rng.sample(candidates, min(1, len(candidates))):
                begin = time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim.pid, signal.SIGKILL)
                    self.kills.append(Kill(what, begin, time.monotonic()))
                    return
            if seen:
                time.sleep(0.01)
            else:
                # The next nursery is started for a program.
                self.programs(EVERY_WAY[0])
        raise AssertionError(f"there was no {what} to kill for {SETTLES_WITHIN:.0f} s")

    def is_excused(self, result: Result) -> bool:
        excuses = LOST | {"SESSION_LOST"} if result.in_session else LOST
        runners = [kill for kill in self.kills if kill.what == "runner"]
        return result.how in excuses and any(k.begin <= result.end and result.begin <= k.end for k in runners)

    def is_lost(self, session_id: str, result: Result) -> None:
        """A session whose sandbox was lost is never silently made anew."""
        program = Program("lost session", "bash", "echo alive", Expected(frozenset({"SESSION_LOST"})))
        again = self.client.run(program, session_id)
        if again.how != "SESSION_LOST":
            self.results.append(replace(result, kind=program.kind, how="", wrong=f"{again.how} after {result.how}"))

    def settles(self, before: Count | None = None) -> Count:
        """What the daemon holds when nothing is in flight. It is what it held before; without a before, what stays the
        same for longer than ended executions are remembered."""
        self.run([*EVERY_WAY])
        if before is not None:
            becomes(lambda: [*differences(before, self.census.count()), *self.lost_cgroups()], SETTLES_WITHIN)
            return before
        deadline = time.monotonic() + SETTLES_WITHIN
        count, since = self.census.count(), time.monotonic()
        while time.monotonic() < since + REMEMBERED + FORGETS_WITHIN + 1:
            assert time.monotonic() < deadline, f"does not settle: {count}"
            time.sleep(0.1)
            if (now := self.census.count()) != count:
                count, since = now, time.monotonic()
        return count

    def lost_cgroups(self) -> list[str]:
        # Those in which something runs, those that are closed meanwhile, and those that wait.
        return self.census.lost_cgroups(4 * IN_FLIGHT)

    def summary(self) -> str:
        kinds = Counter(result.kind for result in self.results)
        lost = Counter(result.how for result in self.results if result.wrong is not None)
        kills = Counter(kill.what for kill in self.kills)
        return (
            f"{len(self.results)} executions ({', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}); "
            f"killed {dict(kills)}, with runners went {dict(lost)}"
        )


def plan(rng: random.Random, count: int, here: Here, full: bool) -> list[list[Piece]]:
    """Parts, with a look at what is left after each. The first is without faults; in the third of the full count no
    runner is killed, so that one serves thousands."""
    zygotes = ["zygote"] if here.zygotes else []
    runners = ["runner", *zygotes]
    shares = [(0.1, [], 0), (0.3, runners, 14), (0.3, zygotes, 14), (0.3, runners, 14)]
    parts = []
    for share, faults, times in shares if full else [(0.25, [], 0), (0.75, runners, 2)]:
        pieces: list[Piece] = [*mix(rng, int(count * share), here.memory_is_limited)]
        for i in range(times if faults else 0):
            # Before the last tenth: with nothing else in flight there may be nothing to kill.
            pieces.insert(rng.randrange(IN_FLIGHT, len(pieces) * 9 // 10), faults[i % len(faults)])
        parts.append(pieces)
    return parts


@dataclass(frozen=True)
class Here:
    """What there is here: zygotes, and a kernel that tells when a program took too much memory."""

    zygotes: bool
    memory_is_limited: bool


def capabilities(api: types.SimpleNamespace, channel: grpc.Channel) -> Here:
    everything = api.SystemServiceStub(channel).GetCapabilities(api.GetCapabilitiesRequest())
    executor = next(e for e in everything.executors if e.name == "process")
    assert executor.available, executor.unavailable_reason
    mechanisms = {m.kind: m.mechanism for m in executor.limit_mechanisms}
    kernel = (api.MECHANISM_CGROUP_V1, api.MECHANISM_CGROUP_V2)
    cells = executor.sandbox_kind == api.SANDBOX_KIND_CELL
    python = next(language for language in everything.languages if language.name == "python")
    return Here(cells and python.warm, mechanisms[api.LIMIT_KIND_MEMORY] in kernel)


@pytest.mark.at_most(seconds=300, soak_seconds=3 * 3600)
def test_every_end_is_right_and_nothing_is_left(api, tmp_path, request, soak, capsys) -> None:
    seed = request.config.getoption("--soak-seed") or random.SystemRandom().randrange(1 << 32)
    count = request.config.getoption("--soak-count") or (20_000 if soak else 400)
    with capsys.disabled():
        print(f"\nsoak: --soak-seed {seed} --soak-count {count}", flush=True)
    rng = random.Random(seed)
    mounts_before = mounts("self")
    daemon = Daemon(ROOT, tmp_path, configuration=CONFIGURATION)

    with ExitStack() as stack:
        stack.enter_context(daemon)
        channel = stack.enter_context(daemon.channel())
        census = Census(daemon.process.pid, daemon.runtime, UIDS)
        run = Soak(Client(api, daemon.channel, channel), census, rng)
        first, *others = plan(rng, count, capabilities(api, channel), full=soak)
        run.run(first)
        memory = [census.memory()]
        held = run.settles()
        for part in others:
            run.run(part)
            run.settles(held)
            memory.append(census.memory())
        with capsys.disabled():
            print(run.summary())
            print("\n".join(f"memory after part {i}: {sizes}" for i, sizes in enumerate(memory, 1)), flush=True)

    assert {what for what, size in memory[-1].items() if size > memory[0][what] + MAY_GROW[what]} == set(), memory
    assert daemon.process.returncode in (0, 128 + 15)
    becomes(lambda: [str(process) for process in census.own()], SETTLES_WITHIN)
    assert census.cgroups() == []
    assert mounts("self") == mounts_before
