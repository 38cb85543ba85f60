"""A program does under Runnel what it does under the plain interpreter: same standard output, same standard error, same
exit code. What differs is in docs/fidelity.md, and each difference is exactly the documented one.

The programs are images/LANGUAGE/fidelity; docs/fidelity.md says how one is written.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from conftest import ROOT
from daemon import Daemon
from fidelity import Native, Program, Result, Runnel, programs

SAME = programs("fidelity")
DIFFERS = programs("fidelity/differs")
RANDOM = programs("fidelity/random")

IN_FLIGHT = 4
# What each parametrised test asks for, so that it can be begun ahead.
RUNS = {
    "test_a_program_does_what_it_does_natively": [("native", 0), ("runnel", 0)],
    "test_what_differs_is_exactly_what_is_documented": [("native", 0), ("runnel", 0), ("unbuffered", 0)],
    "test_what_is_random_is_another_in_each_run": [(way, n) for n in range(2) for way in ("native", "runnel")],
}
PLAIN_ONLY = "executors:\n  process:\n    cells: off\n"


class Ways:
    """Every way to run a program here: `native` first, then `plain`, or `cell`, `cold cell` and `plain` where the
    daemon has cells. Runs are begun ahead of the tests that ask for them, a few at a time."""

    def __init__(self, stack: ExitStack, api: types.SimpleNamespace, daemon: Daemon, plain: Daemon) -> None:
        self.runners = {"native": Native()}
        channel = stack.enter_context(daemon.channel())
        kind = self.kind(api, channel)
        self.runners[kind] = Runnel(api, channel)
        if kind == "cell":
            self.runners["cold cell"] = Runnel(api, channel, fresh_interpreter=True)
            stack.enter_context(plain)
            channel = stack.enter_context(plain.channel())
            assert self.kind(api, channel) == "plain"
            self.runners["plain"] = Runnel(api, channel)
        self.runners["unbuffered"] = Runnel(api, channel, buffering=api.BUFFERING_NATIVE)
        self.pool = stack.enter_context(ThreadPoolExecutor(IN_FLIGHT))
        self.runs: dict[tuple[str, str, int], Future[Result]] = {}

    @staticmethod
    def kind(api: types.SimpleNamespace, channel: object) -> str:
        capabilities = api.SystemServiceStub(channel).GetCapabilities(api.GetCapabilitiesRequest())
        executor = next(e for e in capabilities.executors if e.name == "process")
        assert executor.available, executor.unavailable_reason
        return {api.SANDBOX_KIND_PLAIN: "plain", api.SANDBOX_KIND_CELL: "cell"}[executor.sandbox_kind]

    @property
    def of_runnel(self) -> list[str]:
        """Without the one with native buffering."""
        return [name for name in self.runners if name not in ("native", "unbuffered")]

    def begin(self, program: Program, way: str, attempt: int = 0) -> Future[Result]:
        key = (program.name, way, attempt)
        if key not in self.runs:
            self.runs[key] = self.pool.submit(self.runners[way].run, program)
        return self.runs[key]

    def result(self, program: Program, way: str, attempt: int = 0) -> Result:
        return self.begin(program, way, attempt).result()


@pytest.fixture(scope="module")
def ways(api, daemon, tmp_path_factory, request) -> Iterator[Ways]:
    with ExitStack() as stack:
        plain = Daemon(ROOT, tmp_path_factory.mktemp("plain"), configuration=PLAIN_ONLY)
        made = Ways(stack, api, daemon, plain)
        for item in request.session.items:
            if "program" in getattr(item, "callspec", types.SimpleNamespace(params={})).params:
                for way, attempt in RUNS.get(item.originalname, ()):
                    for name in made.of_runnel if way == "runnel" else [way]:
                        made.begin(item.callspec.params["program"], name, attempt)
        yield made
        made.pool.shutdown(cancel_futures=True)


def each(corpus: list[Program]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("program", corpus, ids=lambda program: program.name)


def explain(program: Program, way: str, expected: Result, actual: Result) -> str:
    lines = [f"{program.name} differs ({way}):"]
    for stream in ("stdout", "stderr"):
        sides = [getattr(r, stream).decode(errors="backslashreplace").splitlines() for r in (expected, actual)]
        lines += difflib.unified_diff(*sides, f"{stream} expected", f"{stream} {way}", lineterm="", n=2)
    lines.append(f"exit code expected {expected.code}, {way} {actual.code}")
    return "\n".join(lines[:80])


@each(SAME)
def test_a_program_does_what_it_does_natively(ways: Ways, program: Program) -> None:
    native = ways.result(program, "native")

    for way in ways.of_runnel:
        actual = ways.result(program, way)
        if actual != native:
            pytest.fail(explain(program, way, native, actual), pytrace=False)


def documented(program: Program, way: str) -> Result:
    """What the program's own comments say: `# plain: a line of stdout`, `# plain stderr: a line`, `# plain code: 1`.
    What is not said about a way is as natively; a cold cell is like a cell, and native buffering was asked of plain."""
    fallback = {"cold cell": "cell", "unbuffered": "plain"}

    def said(suffix: str) -> list[str]:
        for name in (way, fallback.get(way, way)):
            if lines := program.headers.get(name + suffix):
                return lines
        return program.headers.get("native" + suffix, [])

    def text(lines: list[str]) -> bytes:
        return "".join(f"{line}\n" for line in lines if line).encode()

    return Result(text(said("")), text(said(" stderr")), int((said(" code") or ["0"])[0]))


@each(DIFFERS)
def test_what_differs_is_exactly_what_is_documented(ways: Ways, program: Program) -> None:
    for way in ("native", *ways.of_runnel, "unbuffered"):
        expected, actual = documented(program, way), ways.result(program, way)
        if actual != expected:
            pytest.fail(explain(program, way, expected, actual), pytrace=False)


@each(RANDOM)
def test_what_is_random_is_another_in_each_run(ways: Ways, program: Program) -> None:
    """Such a program prints lines `NAME VALUE`. Names in its comment `# shared in a cell: NAME` have one value in all
    cells that are forked from one interpreter."""
    shared = program.headers.get("shared in a cell", [])
    seen: dict[str, list[str]] = {}
    for way in ("native", *ways.of_runnel):
        for attempt in range(2):
            result = ways.result(program, way, attempt)
            assert (result.stderr, result.code) == (b"", 0), way
            for line in result.stdout.decode().splitlines():
                name, value = line.split(" ", 1)
                key = f"{name} in a cell" if name in shared and way == "cell" else name
                seen.setdefault(key, []).append(value)

    runs = 2 * (1 + len(ways.of_runnel))
    for name, values in seen.items():
        if name.endswith(" in a cell"):
            assert len(set(values)) == 1, f"{name}: {values}"
        else:
            assert len(values) == len(set(values)), f"{name}: {values}"
            assert len(values) in (runs, runs - 2), f"{name} is missing in some run: {values}"


def test_every_difference_is_in_the_documentation_and_every_documented_one_is_tested() -> None:
    text = (ROOT / "docs/fidelity.md").read_text()

    named = set(re.findall(r"`(\w+/fidelity/differs/[^`]+)`", text))

    assert named == {program.name for program in DIFFERS}


def test_the_corpus_is_as_large_as_promised() -> None:
    for language in ("python", "javascript", "bash"):
        assert len([p for p in SAME if p.language == language]) >= 60, language
