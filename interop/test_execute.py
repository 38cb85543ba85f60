"""Execute through stubs that grpcio-tools made: what arrives is what the program did."""

from __future__ import annotations

import hashlib
import itertools
import threading
import types

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status


def request(api: types.SimpleNamespace, language: str, code: str, **spec: object) -> object:
    program = api.Program(language=language, code=code, **spec.pop("program", {}))
    return api.ExecuteRequest(spec=api.ExecutionSpec(program=program, **spec))


def run(api: types.SimpleNamespace, channel: grpc.Channel, language: str, code: str, **spec: object) -> tuple:
    """Returns (stdout, stderr, terminal event) and checks the grammar of the stream on the way."""
    events = [r.event for r in api.ExecutionServiceStub(channel).Execute(request(api, language, code, **spec))]
    return collect(api, events)


def collect(api: types.SimpleNamespace, events: list) -> tuple:
    numbered = [e for e in events if e.WhichOneof("kind") != "heartbeat"]
    assert [e.sequence for e in numbered] == list(range(1, len(numbered) + 1))
    assert numbered[0].WhichOneof("kind") == "accepted"
    assert numbered[-1].WhichOneof("kind") in ("finished", "failed")
    streams = {api.STREAM_STDOUT: b"", api.STREAM_STDERR: b""}
    for event in numbered:
        if event.WhichOneof("kind") == "output":
            assert event.output.offset == len(streams[event.output.stream])
            streams[event.output.stream] += event.output.data
    return streams[api.STREAM_STDOUT], streams[api.STREAM_STDERR], numbered[-1]


def reason(error: grpc.RpcError) -> str:
    for detail in rpc_status.from_call(error).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            assert info.domain == "runnel.dev"
            return info.reason
    raise AssertionError("the status carries no ErrorInfo")


def violations(error: grpc.RpcError) -> list[str]:
    for detail in rpc_status.from_call(error).details:
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(bad):
            return [v.field for v in bad.field_violations]
    return []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)"),
        ("bash", "echo out\necho err >&2\nexit 3"),
        ("javascript", "console.log('out'); console.error('err'); process.exit(3)"),
    ],
)
def test_each_language_delivers_both_streams_and_its_exit_code(api, channel, language, code) -> None:
    out, err, end = run(api, channel, language, code)

    assert (out, err) == (b"out\n", b"err\n")
    assert end.finished.outcome.WhichOneof("cause") == "exited"
    assert end.finished.outcome.exit_code == 3


def test_a_line_arrives_before_the_program_goes_on_without_any_flush(api, channel) -> None:
    stub = api.ExecutionServiceStub(channel)
    spec = api.ExecutionSpec(
        program=api.Program(
            language="python", code="for i in range(5):\n    print('line', i)\n    input()\nprint('end')"
        ),
        standard_input=api.StandardInput(keep_open=api.StandardInput.KeepOpen()),
    )
    lines, offset, execution_id = [], 0, None

    for response in stub.Execute(api.ExecuteRequest(spec=spec)):
        event = response.event
        if event.WhichOneof("kind") == "accepted":
            execution_id = event.accepted.execution_id
        elif event.WhichOneof("kind") == "output":
            lines.append(event.output.data)
            # The program waits for this, so the line above left it before it went on.
            answer = api.WriteStdinRequest(execution_id=execution_id, offset=offset, data=b"\n")
            if offset < 5:
                offset = stub.WriteStdin(answer).accepted_offset

    assert b"".join(lines) == b"line 0\nline 1\nline 2\nline 3\nline 4\nend\n"
    assert len(lines) >= 6


def test_bytes_pass_bit_by_bit(api, channel) -> None:
    code = "import os\nfor _ in range(64):\n    os.write(1, bytes(range(256)) * 1024)"

    out, _, end = run(api, channel, "python", code)

    assert end.finished.outcome.exit_code == 0
    assert out == bytes(range(256)) * 1024 * 64


def test_a_time_limit_keeps_what_was_printed_and_kills_the_tree(api, channel) -> None:
    limits = api.Limits()
    limits.wall_time.FromMilliseconds(500)

    out, _, end = run(api, channel, "python", "import time\nprint('before')\ntime.sleep(60)", limits=limits)

    assert out == b"before\n"
    assert end.finished.outcome.timed_out.clock == api.CLOCK_WALL
    assert end.finished.outcome.signal_name == "SIGKILL"


def test_cancel_ends_a_program_that_ignores_signals(api, channel) -> None:
    stub = api.ExecutionServiceStub(channel)
    code = "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\nprint('up')\ntime.sleep(60)"
    stream = stub.Execute(request(api, "python", code))
    events, cancelled = [], None

    for response in stream:
        events.append(response.event)
        if response.event.WhichOneof("kind") == "output":
            cancelled = stub.CancelExecution(api.CancelExecutionRequest(execution_id=events[0].accepted.execution_id))

    assert events[-1].finished.outcome.cancelled.by == api.CANCELLED_BY_CLIENT
    assert cancelled.execution.finished.outcome.cancelled.by == api.CANCELLED_BY_CLIENT


def test_the_same_id_attaches_and_another_request_under_it_is_refused(api, channel) -> None:
    stub = api.ExecutionServiceStub(channel)
    first = request(api, "bash", "echo $RANDOM$RANDOM")
    first.execution_id = "interop-idempotent"
    once = collect(api, [r.event for r in stub.Execute(first)])

    again = collect(api, [r.event for r in stub.Execute(first)])
    other = request(api, "bash", "echo something else")
    other.execution_id = "interop-idempotent"
    with pytest.raises(grpc.RpcError) as refused:
        list(stub.Execute(other))

    assert again[0] == once[0]
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason(refused.value) == "EXECUTION_ID_REUSED"


def test_a_lost_connection_loses_no_byte(api, daemon, soak) -> None:
    code = "for i in range(2000): print(i)"
    expected = "".join(f"{i}\n" for i in range(2000)).encode()

    for attempt, lose_after in enumerate(itertools.islice(itertools.cycle(range(1, 41)), 200 if soak else 20)):
        ask = request(api, "python", code)
        ask.execution_id = f"interop-lost-{attempt}"
        ask.on_disconnect.detach.SetInParent()
        events = []
        with daemon.channel() as first:
            for response in api.ExecutionServiceStub(first).Execute(ask):
                events.append(response.event)
                if len(events) == lose_after:
                    break
        if not events or events[-1].WhichOneof("kind") != "finished":
            with daemon.channel() as second:
                attach = api.AttachExecutionRequest(
                    execution_id=ask.execution_id, after_sequence=events[-1].sequence, take_over=True
                )
                events += [r.event for r in api.ExecutionServiceStub(second).AttachExecution(attach)]

        out, _, end = collect(api, events)
        assert out == expected, attempt
        assert end.finished.outcome.exit_code == 0


def test_a_session_keeps_files_across_languages_and_no_processes(api, channel) -> None:
    sessions = api.SessionServiceStub(channel)
    session_id = sessions.CreateSession(api.CreateSessionRequest()).session.session_id

    run(api, channel, "python", "open('n.txt', 'w').write('41')", session_id=session_id)
    run(api, channel, "bash", "sleep 1000 & echo started", session_id=session_id)
    out, _, _ = run(
        api, channel, "javascript", "console.log(+require('fs').readFileSync('n.txt') + 1)", session_id=session_id
    )
    left, _, _ = run(api, channel, "bash", "for p in /proc/[0-9]*; do cat $p/comm; done", session_id=session_id)
    sessions.DeleteSession(api.DeleteSessionRequest(session_id=session_id))
    with pytest.raises(grpc.RpcError) as gone:
        run(api, channel, "bash", "true", session_id=session_id)

    assert out == b"42\n"
    assert b"sleep" not in left
    assert gone.value.code() == grpc.StatusCode.NOT_FOUND
    assert reason(gone.value) == "SESSION_NOT_FOUND"


def test_code_over_the_message_limit_goes_by_digest(api, channel) -> None:
    code = b"# " + b"x" * (2 << 20) + b"\nprint('big')\n"
    digest = "sha256:" + hashlib.sha256(code).hexdigest()
    parts = [api.UploadContentRequest(data=code[i : i + 60000]) for i in range(0, len(code), 60000)]

    uploaded = api.FileServiceStub(channel).UploadContent(iter(parts))
    spec = api.ExecutionSpec(program=api.Program(language="python", code_digest=digest))
    events = [r.event for r in api.ExecutionServiceStub(channel).Execute(api.ExecuteRequest(spec=spec))]
    out, _, _ = collect(api, events)

    assert uploaded.digest == digest
    assert out == b"big\n"


def test_artifacts_come_by_digest(api, channel) -> None:
    code = """
import os
os.makedirs('out')
open('out/a.bin', 'wb').write(bytes(range(256)))
os.symlink('/etc/passwd', 'out/l')
"""
    spec = api.ExecutionSpec(program=api.Program(language="python", code=code), artifacts=["out/*"])

    events = [r.event for r in api.ExecutionServiceStub(channel).Execute(api.ExecuteRequest(spec=spec))]
    artifact = next(e.artifact for e in events if e.WhichOneof("kind") == "artifact")
    parts = api.FileServiceStub(channel).DownloadContent(api.DownloadContentRequest(digest=artifact.digest))

    assert artifact.path == "out/a.bin"
    assert b"".join(p.data for p in parts) == bytes(range(256))
    assert [e.artifact_skipped.path for e in events if e.WhichOneof("kind") == "artifact_skipped"] == ["out/l"]


def test_a_client_that_never_reads_can_still_cancel(api, channel) -> None:
    stub = api.ExecutionServiceStub(channel)
    ask = request(api, "bash", "yes")
    ask.execution_id = "interop-silent"
    stream = stub.Execute(ask)
    events = [next(stream).event]
    running = threading.Event()
    for update in stub.WatchExecutions(api.WatchExecutionsRequest(), timeout=30):
        if update.execution.execution_id == "interop-silent" and update.execution.state == api.EXECUTION_STATE_RUNNING:
            running.set()
            break

    ended = stub.CancelExecution(api.CancelExecutionRequest(execution_id="interop-silent"), timeout=10)

    assert running.is_set()
    assert ended.execution.finished.outcome.cancelled.by == api.CANCELLED_BY_CLIENT
    # The driver gets every byte, however late it reads; an attach would find only what is retained.
    out, _, end = collect(api, events + [response.event for response in stream])
    assert out == b"y\n" * (len(out) // 2)
    assert len(out) == end.finished.usage.stdout_bytes


@pytest.mark.parametrize(
    ("change", "code", "why", "field"),
    [
        (lambda r: setattr(r.spec.program, "code", ""), "INVALID_ARGUMENT", "FIELD_INVALID", "spec.program.code"),
        (lambda r: setattr(r.spec.program, "language", "cobol"), "FAILED_PRECONDITION", "LANGUAGE_UNAVAILABLE", None),
        (
            lambda r: setattr(r.spec.limits, "memory_bytes", -1),
            "INVALID_ARGUMENT",
            "FIELD_INVALID",
            "spec.limits.memory_bytes",
        ),
        (
            lambda r: setattr(r.spec.limits, "memory_bytes", 1 << 50),
            "INVALID_ARGUMENT",
            "LIMIT_ABOVE_CEILING",
            "spec.limits.memory_bytes",
        ),
        (lambda r: setattr(r.spec, "session_id", "no-such-session"), "NOT_FOUND", "SESSION_NOT_FOUND", None),
        (
            lambda r: setattr(r.spec.program, "file_name", "../x.py"),
            "INVALID_ARGUMENT",
            "FIELD_INVALID",
            "spec.program.file_name",
        ),
        (
            lambda r: r.spec.terminal.MergeFromString(b"\x08\x18\x10\x50"),
            "INVALID_ARGUMENT",
            "FIELD_NOT_SUPPORTED",
            "spec.terminal",
        ),
        (lambda r: r.spec.devices.append("gpu"), "FAILED_PRECONDITION", "EXTRA_UNAVAILABLE", None),
        (lambda r: setattr(r.spec, "image", "python:3.11-slim"), "FAILED_PRECONDITION", "IMAGE_UNAVAILABLE", None),
        (lambda r: setattr(r, "expected_instance", "another"), "FAILED_PRECONDITION", "INSTANCE_CHANGED", None),
        (lambda r: r.spec.MergeFromString(b"\xfa\x7f\x03abc"), "INVALID_ARGUMENT", "UNKNOWN_FIELD", None),
    ],
)
def test_bad_input_names_what_is_wrong_and_the_daemon_goes_on(api, channel, change, code, why, field) -> None:
    ask = request(api, "python", "print(1)")
    change(ask)

    with pytest.raises(grpc.RpcError) as refused:
        list(api.ExecutionServiceStub(channel).Execute(ask))

    assert refused.value.code().name == code
    assert reason(refused.value) == why
    if field is not None:
        assert violations(refused.value) == [field]
    assert run(api, channel, "bash", "echo fine")[0] == b"fine\n"
