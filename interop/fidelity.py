"""The fidelity corpus, and the two ways to run a program of it: by the plain interpreter, and by a daemon."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import types
from dataclasses import dataclass, field

import grpc

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = HERE.parent / "images"

# What a sandbox gives every program (docs/extending/languages.md).
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/workspace", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
ETC = {
    "passwd": "root:x:0:0:root:/:/usr/sbin/nologin\nrunnel:x:1000:1000:runnel:/workspace:/bin/bash\n",
    "group": "root:x:0:\nrunnel:x:1000:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "hosts": "127.0.0.1 localhost runnel\n::1 localhost runnel\n",
    "hostname": "runnel\n",
    "resolv.conf": "",
}
INTERPRETERS = {"python": "python3", "javascript": "node", "bash": "bash"}
SUFFIXES = {".py": "python", ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".sh": "bash"}

# A comment in a program's first lines: `# args: a "b c"`.
HEADER = re.compile(rb"^(?:#|//) ?([a-z][a-z ]*):(?: (.*))?$", re.MULTILINE)
HEADER_LINES = 24

# Where Node and bash write a process id: `(node:12) Warning`, `pid: 12`, `main.sh: line 3:    12 Killed`.
PROCESS_ID = re.compile(
    rb"(?<=\(node:)\d+(?=\))|(?<=\bpid: )\d+|(?<=: line \d: ) *\d+(?= )|(?<=: line \d\d: ) *\d+(?= )"
)


@dataclass(frozen=True)
class Result:
    """What became of a program. The code of one that a signal ended is the signal's number below zero."""

    stdout: bytes
    stderr: bytes
    code: int


@dataclass(frozen=True)
class Program:
    """One program of the corpus: a file, or a folder with a main file and what it needs beside it."""

    name: str
    language: str
    main: str
    files: dict[str, bytes]
    headers: dict[str, list[str]] = field(default_factory=dict)

    def one(self, header: str) -> str | None:
        values = self.headers.get(header)
        return values[0] if values else None

    @property
    def args(self) -> list[str]:
        return shlex.split(self.one("args") or "")

    @property
    def env(self) -> dict[str, str]:
        return dict(word.split("=", 1) for word in shlex.split(self.one("env") or ""))

    @property
    def stdin(self) -> bytes:
        """With Python's escapes, `a line\\n\\xff`."""
        return (self.one("stdin") or "").encode().decode("unicode_escape").encode("latin-1")

    @property
    def flags(self) -> list[str]:
        return shlex.split(self.one("interpreter flags") or "")

    def comparable(self, stdout: bytes, stderr: bytes, code: int) -> Result:
        """`# addresses: any` and `# process ids: any` are for what an interpreter prints by itself."""
        if self.one("addresses") == "any":
            stdout, stderr = (re.sub(rb"\b0x[0-9a-f]{9,16}\b", b"0xADDRESS", stream) for stream in (stdout, stderr))
        if self.one("process ids") == "any":
            stdout, stderr = (PROCESS_ID.sub(b"PID", stream) for stream in (stdout, stderr))
        return Result(stdout, stderr, code)


def programs(folder: str) -> list[Program]:
    """Those in images/LANGUAGE/`folder`, of all languages."""
    found = []
    for place in sorted(IMAGES.glob(f"*/{folder}")):
        for path in sorted(place.iterdir()):
            if path.suffix in SUFFIXES and path.is_file():
                found.append(_program(path, path, {}))
            elif mains := [p for p in path.glob("main.*") if p.suffix in SUFFIXES]:
                inside = [p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
                files = {str(p.relative_to(path)): p.read_bytes() for p in inside}
                found.append(_program(path, mains[0], files))
    return found


def _program(path: pathlib.Path, main: pathlib.Path, files: dict[str, bytes]) -> Program:
    code = main.read_bytes()
    headers: dict[str, list[str]] = {}
    for match in HEADER.finditer(b"\n".join(code.splitlines()[:HEADER_LINES])):
        headers.setdefault(match[1].decode(), []).append((match[2] or b"").decode())
    name = f"main{main.suffix}"
    return Program(str(path.relative_to(IMAGES)), SUFFIXES[main.suffix], name, {**files, name: code}, headers)


class Native:
    """The plain interpreter, in a container that shows the same files at the same places as a sandbox, but without
    Runnel's runner, preludes, limits and system call filter."""

    def __init__(self) -> None:
        # Not one of pytest's folders: these are closed to the user of the reference.
        self.directory = tempfile.TemporaryDirectory(prefix="runnel-fidelity-")
        self.etc = pathlib.Path(self.directory.name)
        self.etc.chmod(0o755)
        for name, text in ETC.items():
            (self.etc / name).write_text(text)
        self.source = HERE.joinpath("native_program.py").read_text()

    def run(self, program: Program) -> Result:
        argv = [INTERPRETERS[program.language], *program.flags, program.main, *program.args]
        job = {
            "argv": argv,
            "environment": {**ENVIRONMENT, **program.env},
            "files": {name: base64.b64encode(content).decode() for name, content in program.files.items()},
            "to_the_last": program.one("waits for") == "end of output",
            "stdin": base64.b64encode(program.stdin).decode(),
        }
        # Root would ignore permissions. Not by Popen's `user`: it makes a real fork, in which grpc's hooks run.
        other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        done = subprocess.run(
            [*other, *self._container(), "/usr/bin/python3", "-I", "-S", "-c", self.source],
            input=json.dumps(job).encode(),
            capture_output=True,
            check=False,
            timeout=60,
            cwd="/",
        )
        assert done.returncode == 0, (
            f"the reference for {program.name} did not run ({done.returncode}): {done.stderr.decode()}"
        )
        result = json.loads(done.stdout)
        stdout, stderr = (base64.b64decode(stream) for stream in result["output"])
        return program.comparable(stdout, stderr, result["code"])

    def _container(self) -> list[str]:
        argv = ["bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--hostname", "runnel", "--clearenv"]
        # Bubblewrap's pid 1 would otherwise wait for all that a program left behind.
        argv += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            path = pathlib.Path("/", name)
            if path.is_symlink():
                argv += ["--symlink", str(path.readlink()), str(path)]
            elif path.is_dir():
                argv += ["--ro-bind", str(path), str(path)]
        for path in self.etc.iterdir():
            argv += ["--ro-bind", str(path), f"/etc/{path.name}"]
        for name in ("alternatives", "ld.so.cache", "localtime", "ssl/certs", "ssl/openssl.cnf"):
            argv += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        argv += ["--proc", "/proc", "--dev", "/dev", "--perms", "0700", "--tmpfs", "/workspace", "--dir", "/run"]
        return [*argv, "--perms", "1777", "--tmpfs", "/tmp", "--remount-ro", "/", "--chdir", "/workspace", "--"]


class Runnel:
    """A daemon's sandboxes, asked for with the same program and whatever else of Program is in `wish`. Without an
    executor the daemon chooses."""

    def __init__(self, api: types.SimpleNamespace, channel: grpc.Channel, executor: str = "", **wish: object) -> None:
        self.api = api
        self.executions = api.ExecutionServiceStub(channel)
        self.contents = api.FileServiceStub(channel)
        self.executor = executor
        self.wish = wish

    def run(self, program: Program) -> Result:
        api = self.api
        inputs = [api.InputFile(path=p, data=c) for p, c in program.files.items() if p != program.main]
        asked = api.Program(
            language=program.language,
            file_name=program.main,
            args=program.args,
            env=program.env,
            files=inputs,
            interpreter_flags=program.flags,
            **self.wish,
        )
        self._put_code(asked, program.files[program.main])
        spec = api.ExecutionSpec(program=asked, executor=self.executor)
        if program.stdin:
            spec.standard_input.data = program.stdin
        streams = {api.STREAM_STDOUT: b"", api.STREAM_STDERR: b""}
        for response in self.executions.Execute(api.ExecuteRequest(spec=spec), timeout=60):
            event = response.event
            if event.WhichOneof("kind") == "output":
                streams[event.output.stream] += event.output.data
            elif event.WhichOneof("kind") == "finished":
                outcome = event.finished.outcome
                cause = outcome.WhichOneof("cause")
                assert cause in ("exited", "signalled"), f"{program.name} ended otherwise: {outcome}"
                code = outcome.exit_code if cause == "exited" else -outcome.signal
        return program.comparable(streams[api.STREAM_STDOUT], streams[api.STREAM_STDERR], code)

    def _put_code(self, asked: object, code: bytes) -> None:
        try:
            asked.code = code.decode()
        except UnicodeDecodeError:
            self.contents.UploadContent(iter([self.api.UploadContentRequest(data=code)]))
            asked.code_digest = "sha256:" + hashlib.sha256(code).hexdigest()
