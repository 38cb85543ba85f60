"""grpcurl, a proxy written in Go, through server reflection: it has no protos of ours."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import subprocess

import pytest

VERSION = "v1.9.3"
BUILD = pathlib.Path(os.environ.get("RUNNEL_BUILD_DIR", pathlib.Path(__file__).resolve().parent.parent / ".build"))


@pytest.fixture(scope="session")
def grpcurl() -> pathlib.Path:
    binary = BUILD / "bin" / f"grpcurl-{VERSION}"
    if not binary.exists():
        target = BUILD / "bin" / "install"
        environment = {**os.environ, "GOBIN": str(target)}
        package = f"github.com/fullstorydev/grpcurl/cmd/grpcurl@{VERSION}"
        subprocess.run(["go", "install", package], check=True, env=environment)
        shutil.move(target / "grpcurl", binary)
    return binary


def call(grpcurl: pathlib.Path, daemon: object, *arguments: str) -> str:
    command = [grpcurl, "-plaintext", *arguments[:-1], f"unix://{daemon.socket}", arguments[-1]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_reflection_lists_the_services(grpcurl, daemon) -> None:
    listed = call(grpcurl, daemon, "list").split()

    services = {"ExecutionService", "SessionService", "FileService", "ApprovalService", "SystemService"}
    assert {f"runnel.v1.{name}" for name in services} <= set(listed)
    assert "grpc.health.v1.Health" in listed


def test_health_is_serving(grpcurl, daemon) -> None:
    assert json.loads(call(grpcurl, daemon, "grpc.health.v1.Health/Check")) == {"status": "SERVING"}


def test_a_program_runs_and_streams(grpcurl, daemon) -> None:
    ask = json.dumps({"spec": {"program": {"language": "python", "code": "print(6 * 7)"}}})

    text = call(grpcurl, daemon, "-d", ask, "runnel.v1.ExecutionService/Execute")

    decoder, position, events = json.JSONDecoder(), 0, []
    while position < len(text.rstrip()):
        event, position = decoder.raw_decode(text, position)
        events.append(event["event"])
        position += len(text[position:]) - len(text[position:].lstrip())
    output = b"".join(base64.b64decode(e["output"]["data"]) for e in events if "output" in e)
    assert output == b"42\n"
    assert events[-1]["finished"]["outcome"]["exit_code"] == 0
