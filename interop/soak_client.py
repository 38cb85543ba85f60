"""Runs a program of the soak through the public contract, and judges how it ended."""

from __future__ import annotations

import contextlib
import threading
import time
import types
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import grpc
from soak_programs import Program
from test_execute import collect, reason

# No program here may take longer by itself; what does is a hang.
WALL_TIME_MS = 30_000
RPC_WITHIN = 60.0
ENDS_WITHIN = 30.0


@dataclass(frozen=True)
class Ended:
    """How an execution ended. `how` is short for its outcome (`exited 3`, `signalled SIGSEGV`, `cancelled CLIENT 7`,
    `timed out WALL SIGKILL`), or is the reason of its failure."""

    how: str
    failed: bool = False
    out: bytes = b""
    err: bytes = b""
    usage: object = None
    artifacts: tuple = ()
    # What the daemon says of a failure.
    message: str = ""


class Client:
    def __init__(self, api: types.SimpleNamespace, connect: Callable[[], grpc.Channel], channel: grpc.Channel) -> None:
        self.api = api
        self.connect = connect
        self.stub = api.ExecutionServiceStub(channel)
        self.sessions = api.SessionServiceStub(channel)
        self.instance: str = ""

    def run(self, program: Program, session_id: str = "") -> Ended:
        """Runs it to its end, with what is to happen to it meanwhile."""
        execution_id = str(uuid.uuid4())
        ask = self.request(program, session_id, execution_id)
        if program.drop_after is not None:
            return self.drop(ask, program.drop_after)
        stream = self.stub.Execute(ask, timeout=RPC_WITHIN)
        with contextlib.ExitStack() as meanwhile:
            return self.follow(stream, lambda: self.accepted(program, execution_id, meanwhile))

    def request(self, program: Program, session_id: str, execution_id: str) -> object:
        api = self.api
        limits = api.Limits()
        for name, value in {"wall_time": WALL_TIME_MS, **program.limits}.items():
            if name.endswith("_time"):
                getattr(limits, name).FromMilliseconds(value)
            else:
                setattr(limits, name, value)
        spec = api.ExecutionSpec(
            program=api.Program(language=program.language, code=program.code, **program.options),
            session_id=session_id,
            limits=limits,
            artifacts=program.artifacts,
        )
        if program.conversation:
            spec.standard_input.keep_open.SetInParent()
        elif program.stdin is not None:
            spec.standard_input.data = program.stdin
        return api.ExecuteRequest(execution_id=execution_id, spec=spec)

    def follow(self, stream: Iterator, once_accepted: Callable[[], None] = lambda: None) -> Ended:
        events = []
        error = None
        try:
            for response in stream:
                events.append(response.event)
                if response.event.WhichOneof("kind") == "accepted":
                    once_accepted()
        except grpc.RpcError as e:
            error = e
        if error is not None and (not events or events[-1].WhichOneof("kind") != "failed"):
            # Refused, or no end came: what the transport says is all there is.
            return Ended(why(error), failed=True, message=str(error.details()))
        out, err, end = collect(self.api, events)
        if end.WhichOneof("kind") == "failed":
            how = why(error) if error else "Failed, and the status is OK"
            return Ended(how, failed=True, out=out, err=err, message=end.failed.status.message)
        artifacts = tuple((e.artifact.path, e.artifact.digest) for e in events if e.WhichOneof("kind") == "artifact")
        for skipped in (e.artifact_skipped for e in events if e.WhichOneof("kind") == "artifact_skipped"):
            return Ended(self.api.ArtifactSkipReason.Name(skipped.reason), failed=True, out=out, err=err)
        return Ended(self.how(end.finished), False, out, err, end.finished.usage, artifacts)

    def accepted(self, program: Program, execution_id: str, meanwhile: contextlib.ExitStack) -> None:
        """Begins what happens to the program while its stream is read; `meanwhile` waits for it."""
        if program.cancel_after is not None:
            self.beside(meanwhile, lambda: self.cancel(program, execution_id))
        if program.conversation:
            self.beside(meanwhile, lambda: self.talk(program, execution_id))

    @staticmethod
    def beside(meanwhile: contextlib.ExitStack, action: Callable[[], None]) -> None:
        failures = []

        def act() -> None:
            try:
                action()
            except Exception as e:
                failures.append(e)

        def end() -> None:
            thread.join()
            if failures:
                raise failures[0]

        thread = threading.Thread(target=act)
        thread.start()
        meanwhile.callback(end)

    def cancel(self, program: Program, execution_id: str) -> None:
        time.sleep(program.cancel_after)
        ask = self.api.CancelExecutionRequest(execution_id=execution_id)
        if program.interrupt:
            ask.mode = self.api.CANCEL_MODE_INTERRUPT
            ask.grace.FromSeconds(20)
        answer = self.stub.CancelExecution(ask, timeout=RPC_WITHIN)
        assert answer.execution.WhichOneof("end") is not None, "CancelExecution answered before the end"

    def talk(self, program: Program, execution_id: str) -> None:
        offset = 0
        for line in program.conversation:
            end = offset + len(line)
            while offset < end:
                data = line[offset - end :]
                ask = self.api.WriteStdinRequest(execution_id=execution_id, offset=offset, data=data)
                if not (answer := self.write(ask)):
                    return
                offset = answer.accepted_offset
        self.write(self.api.WriteStdinRequest(execution_id=execution_id, offset=offset, eof=True))

    def write(self, ask: object) -> object:
        """None when the program has ended; why is the stream's to tell."""
        try:
            return self.stub.WriteStdin(ask, timeout=RPC_WITHIN)
        except grpc.RpcError as e:
            if why(e) != "EXECUTION_NOT_RUNNING":
                raise
            return None

    def drop(self, ask: object, after: float) -> Ended:
        """Breaks the connection, waits for the end, then reads what was retained."""
        with self.connect() as own:
            stream = self.api.ExecutionServiceStub(own).Execute(ask, timeout=RPC_WITHIN)
            try:
                next(stream)
            except grpc.RpcError as e:
                return Ended(why(e), failed=True)
            time.sleep(after)
        deadline = time.monotonic() + ENDS_WITHIN
        get = self.api.GetExecutionRequest(execution_id=ask.execution_id)
        while self.stub.GetExecution(get, timeout=RPC_WITHIN).execution.WhichOneof("end") is None:
            if time.monotonic() > deadline:
                return Ended(f"no end {ENDS_WITHIN:.0f} s after its stream was lost", failed=True)
            time.sleep(0.01)
        attach = self.api.AttachExecutionRequest(execution_id=ask.execution_id)
        return self.follow(self.stub.AttachExecution(attach, timeout=RPC_WITHIN))

    def how(self, finished: object) -> str:
        outcome = finished.outcome
        cause = outcome.WhichOneof("cause")
        words = {"timed_out": "timed out", "memory_exceeded": "memory", "output_exceeded": "output"}.get(cause, cause)
        if cause == "timed_out":
            words += self.api.Clock.Name(outcome.timed_out.clock).replace("CLOCK_", " ")
        if cause == "cancelled":
            words += self.api.CancelledBy.Name(outcome.cancelled.by).replace("CANCELLED_BY_", " ")
        status = str(outcome.exit_code) if outcome.HasField("exit_code") else outcome.signal_name
        return f"{words} {status}".strip()


def why(error: grpc.RpcError) -> str:
    try:
        return reason(error)
    except AssertionError:
        return f"{error.code().name}: {error.details()}"


def wrong(program: Program, ended: Ended) -> str | None:
    """What is wrong with an end; None when nothing is."""
    expected = program.expected
    if ended.how not in expected.ends:
        return f"{ended.how}, not {' or '.join(sorted(expected.ends))}; {ended.message} stderr {ended.err[-500:]!r}"
    if ended.failed:
        return None
    itself = ended.how.startswith("exited")
    right = ended.out == expected.out if itself or expected.whole else expected.out.startswith(ended.out)
    # What is not measured is absent: of one that was cancelled before it started.
    counted = itself or ended.usage.HasField("stdout_bytes")
    found = {
        f"stdout is {differs(ended.out, expected.out)}": not right,
        f"stderr is {ended.err[:500]!r}, not {expected.err!r}": ended.err != expected.err,
        f"its artifacts are {ended.artifacts}": dict(ended.artifacts) != expected.artifacts,
        f"its usage counts {ended.usage}": counted
        and (ended.usage.stdout_bytes, ended.usage.stderr_bytes) != (len(ended.out), len(ended.err)),
        # One that is killed at the limit has written who knows how much more.
        f"it lost {ended.usage.stdout_dropped_bytes} bytes, not {expected.dropped}": itself
        and ended.usage.stdout_dropped_bytes != expected.dropped,
    }
    complaints = [complaint for complaint, holds in found.items() if holds]
    return f"{ended.how}, but {' and '.join(complaints)}" if complaints else None


def differs(got: bytes, wanted: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted)))
    return f"{len(got)} bytes of {len(wanted)}; at {at} {got[at : at + 40]!r} instead of {wanted[at : at + 40]!r}"
