"""A program does in a container what it does there with an interpreter that is started anew: nobody can tell that one
has waited for it. The programs are those of test_fidelity.py; DOCKER_HOST names the engine (dev/engine up)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT
from daemon import Daemon
from fidelity import PROCESS_ID, Program, Result, Runnel, programs
from test_fidelity import explain

CORPUS = [program for program in programs("fidelity") if program.language != "bash"]
IN_FLIGHT = 4
CONFIGURATION = """\
executors:
  docker:
    enabled: true
    engine: {engine}
    images:
      by_language: {{python: "python:3.11-slim", javascript: "node:18-slim"}}
"""


@pytest.fixture(scope="module")
def containers(api, tmp_path_factory) -> Iterator[list[Runnel]]:
    """The two ways to run a program there: waited for, and cold."""
    engine = os.environ.get("DOCKER_HOST")
    if not engine:
        why = 'DOCKER_HOST names no engine: eval "$(dev/engine env)"'
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    configuration = CONFIGURATION.format(engine=engine)
    with (
        Daemon(ROOT, tmp_path_factory.mktemp("containers"), configuration=configuration) as daemon,
        daemon.channel() as channel,
    ):
        yield [Runnel(api, channel, executor="docker", fresh_interpreter=fresh) for fresh in (False, True)]


@pytest.fixture(scope="module")
def results(containers) -> Iterator[dict[str, list]]:
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        yield {program.name: [pool.submit(way.run, program) for way in containers] for program in CORPUS}
        pool.shutdown(cancel_futures=True)


def without_process_ids(result: Result) -> Result:
    """The engine's runtime has used up some, now more and now fewer."""
    stdout, stderr = (PROCESS_ID.sub(b"PID", stream) for stream in (result.stdout, result.stderr))
    return Result(stdout, stderr, result.code)


@pytest.mark.parametrize("program", CORPUS, ids=lambda program: program.name)
def test_a_program_does_the_same_whether_or_not_its_interpreter_has_waited(results, program: Program) -> None:
    waited, cold = (without_process_ids(run.result()) for run in results[program.name])

    if waited != cold:
        pytest.fail(explain(program, "waited", cold, waited), pytrace=False)


def test_an_interpreter_waits_in_a_container(containers) -> None:
    program = Program("environ", "python", "main.py", {"main.py": b"print(open('/proc/self/environ').read())\n"})

    waited, cold = (way.run(program) for way in containers)

    assert b"PYTHONPATH=/run/runnel/warm/python\0" in waited.stdout
    assert b"PYTHONPATH=/run/runnel/preludes/python\0" in cold.stdout
    assert {waited.code, cold.code} == {0}


def test_two_that_waited_have_nothing_random_in_common(containers) -> None:
    code = b"import random, uuid\nprint(hash('a'), random.random(), uuid.uuid4())\n"
    program = Program("random", "python", "main.py", {"main.py": code})

    seen: list[Result] = [containers[0].run(program) for _ in range(3)]

    values = [value for result in seen for value in result.stdout.split()]
    assert len(values) == len(set(values)) == 9
