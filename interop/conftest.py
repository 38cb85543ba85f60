"""A daemon of the built distribution, and stubs made from the protos, for every test."""

from __future__ import annotations

import importlib
import os
import pathlib
import signal
import subprocess
import sys
import types
from collections.abc import Iterator

import grpc
import pytest
from daemon import Daemon

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run repeated tests with their full counts")
    parser.addoption("--soak-seed", type=int, help="what test_soak.py draws its programs and faults from")
    parser.addoption("--soak-count", type=int, help="how many executions test_soak.py runs")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "at_most(seconds, soak_seconds): how long a test may take, if not 120 s")


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--soak"))


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> types.SimpleNamespace:
    """The generated modules, as a user makes them: protoc over the protos and what they import."""
    out = tmp_path_factory.mktemp("stubs")
    subprocess.run([ROOT / "proto/export", out / "protos"], check=True)
    protos = sorted(str(p.relative_to(out / "protos")) for p in (out / "protos").rglob("*.proto"))
    chosen = [p for p in protos if not p.startswith("google/")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{out / 'protos'}", f"--python_out={out}"]
    subprocess.run([*command, f"--grpc_python_out={out}", *chosen], check=True)
    sys.path.insert(0, str(out))
    names = types.SimpleNamespace()
    for path in chosen:
        if path.startswith("runnel/v1/"):
            stem = pathlib.PurePath(path).stem
            for suffix in ("_pb2", "_pb2_grpc"):
                module = importlib.import_module(f"runnel.v1.{stem}{suffix}")
                for name, value in vars(module).items():
                    if not name.startswith("_"):
                        setattr(names, name, value)
    return names


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon shared by the tests that leave nothing behind in it."""
    with Daemon(ROOT, tmp_path_factory.mktemp("daemon")) as running:
        yield running


@pytest.fixture
def own_daemon(tmp_path: pathlib.Path) -> Iterator[Daemon]:
    """A daemon of the test's own, to be killed and restarted at will."""
    with Daemon(ROOT, tmp_path) as running:
        yield running


@pytest.fixture
def channel(daemon: Daemon) -> Iterator[grpc.Channel]:
    with daemon.channel() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_test_may_hang(request: pytest.FixtureRequest, soak: bool) -> Iterator[None]:
    marker = request.node.get_closest_marker("at_most")
    seconds = marker.kwargs["soak_seconds" if soak else "seconds"] if marker else 120
    seconds = int(os.environ.get("RUNNEL_TEST_TIMEOUT", seconds))

    def ring(_signal: int, _frame: object) -> None:
        pytest.fail(f"the test took longer than {seconds} s", pytrace=True)

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
