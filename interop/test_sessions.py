"""Sessions, content by digest and artifacts, on real sandboxes through stubs that grpcio-tools made."""

from __future__ import annotations

import hashlib
import types
import uuid
from collections.abc import Iterator

import grpc
import pytest
from test_execute import collect, reason, run


@pytest.fixture
def session(api: types.SimpleNamespace, channel: grpc.Channel) -> Iterator[str]:
    sessions = api.SessionServiceStub(channel)
    created = sessions.CreateSession(api.CreateSessionRequest(session_id=str(uuid.uuid4()))).session
    yield created.session_id
    sessions.DeleteSession(api.DeleteSessionRequest(session_id=created.session_id))


def upload(api: types.SimpleNamespace, channel: grpc.Channel, content: bytes) -> str:
    parts = [content[i : i + 300_000] for i in range(0, len(content), 300_000)]
    requests = (api.UploadContentRequest(data=part) for part in parts)
    stored = api.FileServiceStub(channel).UploadContent(requests)
    assert stored.digest == "sha256:" + hashlib.sha256(content).hexdigest()
    return stored.digest


def download(api: types.SimpleNamespace, channel: grpc.Channel, digest: str) -> bytes:
    responses = api.FileServiceStub(channel).DownloadContent(api.DownloadContentRequest(digest=digest))
    return b"".join(response.data for response in responses)


def test_one_workspace_serves_three_languages(api, channel, session) -> None:
    run(api, channel, "python", "open('data.txt', 'w').write('hello')", session_id=session)
    run(api, channel, "bash", "tr a-z A-Z < data.txt > upper.txt", session_id=session)
    out, _, end = run(
        api, channel, "javascript", "console.log(require('fs').readFileSync('upper.txt', 'utf8'))", session_id=session
    )

    assert out == b"HELLO\n"
    assert end.finished.outcome.exit_code == 0


def test_no_process_survives_its_block(api, channel, session) -> None:
    run(api, channel, "bash", "(setsid sleep 1000 &) ; sleep 1000 & disown", session_id=session)
    out, _, _ = run(api, channel, "bash", "grep -l sleep /proc/[0-9]*/comm | wc -l", session_id=session)

    assert out == b"0\n"


def test_deleting_a_session_cancels_what_runs_in_it(api, channel, session) -> None:
    program = api.Program(language="bash", code="echo go; sleep 1000")
    request = api.ExecuteRequest(spec=api.ExecutionSpec(program=program, session_id=session))
    responses = api.ExecutionServiceStub(channel).Execute(request)
    events = []
    for response in responses:
        events.append(response.event)
        if response.event.WhichOneof("kind") == "output":
            break

    api.SessionServiceStub(channel).DeleteSession(api.DeleteSessionRequest(session_id=session))
    events += [response.event for response in responses]

    _, _, end = collect(api, events)
    assert end.finished.outcome.cancelled.by == api.CANCELLED_BY_SESSION_DELETED
    with pytest.raises(grpc.RpcError) as gone:
        run(api, channel, "bash", "true", session_id=session)
    assert gone.value.code() == grpc.StatusCode.NOT_FOUND
    assert reason(gone.value) == "SESSION_NOT_FOUND"


def test_code_and_input_too_big_for_a_message_come_by_digest(api, channel) -> None:
    code = b"import sys, hashlib\nprint(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())\n" + b"#" * 2_000_000
    content = bytes(range(256)) * 8_000
    program = api.Program(language="python", code_digest=upload(api, channel, code))
    stdin = api.StandardInput(digest=upload(api, channel, content))

    responses = api.ExecutionServiceStub(channel).Execute(
        api.ExecuteRequest(spec=api.ExecutionSpec(program=program, standard_input=stdin))
    )

    out, _, _ = collect(api, [response.event for response in responses])
    assert out.decode().strip() == hashlib.sha256(content).hexdigest()


def test_artifacts_are_what_the_program_left(api, channel) -> None:
    code = """
import os
os.makedirs('out/deep')
open('out/deep/a.bin', 'wb').write(bytes(range(256)) * 5000)
os.chmod('out/deep/a.bin', 0o640)
os.symlink('/etc/passwd', 'out/link.bin')
os.mkfifo('out/pipe.bin')
open('other.txt', 'w').write('no')
os._exit(7)
"""
    program = api.Program(language="python", code=code)
    spec = api.ExecutionSpec(program=program, artifacts=["out/**/*.bin"])
    events = [r.event for r in api.ExecutionServiceStub(channel).Execute(api.ExecuteRequest(spec=spec))]

    kept = [event.artifact for event in events if event.WhichOneof("kind") == "artifact"]
    skipped = [event.artifact_skipped for event in events if event.WhichOneof("kind") == "artifact_skipped"]
    assert [(a.path, a.size_bytes, a.mode) for a in kept] == [("out/deep/a.bin", 1_280_000, 0o640)]
    assert download(api, channel, kept[0].digest) == bytes(range(256)) * 5000
    assert {s.path for s in skipped} == {"out/link.bin", "out/pipe.bin"}
    assert {s.reason for s in skipped} == {api.ARTIFACT_SKIP_REASON_NOT_A_FILE}
    assert events[-1].finished.outcome.exit_code == 7
