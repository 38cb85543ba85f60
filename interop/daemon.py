"""Starts and stops a daemon of the built distribution."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import types

import grpc

CONFIG = """\
runtime_directory: {runtime}
listeners:
  unix:
    path: {socket}
limits:
  ceilings:
    output: 2GiB
"""


class Daemon:
    """A running `runnel serve` with a runtime directory of its own. Use as a context manager."""

    def __init__(
        self, root: pathlib.Path, directory: pathlib.Path, java_options: str = "", configuration: str = ""
    ) -> None:
        self.home = root / "cli/target/runnel"
        if not (self.home / "bin/runnel").exists():
            raise RuntimeError("the distribution is not built: dev/maven -DskipTests package")
        self.directory = directory
        # A Unix socket's path is at most 107 bytes (unix(7)), pytest's directories are long.
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="runnel-"))
        self.socket = self.runtime / "s"
        self.config = directory / "runnel.yaml"
        self.config.write_text(CONFIG.format(runtime=self.runtime, socket=self.socket) + configuration)
        self.log = directory / "daemon.log"
        self.java_options = java_options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "JAVA_TOOL_OPTIONS": self.java_options} if self.java_options else None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.home / "bin/runnel", "serve", "--config", self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        with self.channel() as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=60)
            except grpc.FutureTimeoutError:
                raise RuntimeError(f"the daemon did not come up:\n{self.log.read_text()}") from None

    def kill(self) -> None:
        """As the kernel's out-of-memory killer would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def channel(self) -> grpc.Channel:
        return grpc.insecure_channel(f"unix:{self.socket}")

    def __enter__(self) -> Daemon:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        try:
            if self.process is not None and self.process.poll() is None:
                self.stop()
        finally:
            shutil.rmtree(self.runtime, ignore_errors=True)
