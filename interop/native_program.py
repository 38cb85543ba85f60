"""Runs one program as any parent would and tells how it ended. Meant for `python3 -c` inside a container of its own: it
stands between the container's pid 1 and the program, so that the program has an ordinary parent.

Reads a job (JSON) from standard input, writes the result (JSON) to standard output. Bytes are base64 in both.
"""

import base64
import json
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path


def put_files(files: dict[str, str]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


class Conversation:
    """Feeds and drains a program until it has ended, then takes what is left in its pipes. Who else still holds them
    is waited for only when asked to (`to_the_last`)."""

    def __init__(self, process: subprocess.Popen, stdin: bytes) -> None:
        self.process = process
        self.unsent = stdin
        self.output = {process.stdout: b"", process.stderr: b""}
        self.selector = selectors.DefaultSelector()
        for stream in self.output:
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream, selectors.EVENT_READ, self.drain)
        os.set_blocking(process.stdin.fileno(), False)
        self.selector.register(process.stdin, selectors.EVENT_WRITE, self.feed)
        self.end = os.pidfd_open(process.pid)
        self.selector.register(self.end, selectors.EVENT_READ, None)

    def drain(self, stream: object) -> bool:
        try:
            read = os.read(stream.fileno(), 1 << 16)
        except BlockingIOError:
            return False
        if not read:
            self.selector.unregister(stream)
        self.output[stream] += read
        return bool(read)

    def feed(self, stream: object) -> None:
        try:
            self.unsent = self.unsent[os.write(stream.fileno(), self.unsent) :] if self.unsent else b""
        except BrokenPipeError:
            self.unsent = b""
        if not self.unsent:
            self.selector.unregister(stream)
            stream.close()

    def run(self, to_the_last: bool) -> None:
        while self.selector.get_map():
            ready = self.selector.select()
            if any(key.fileobj == self.end for key, _ in ready):
                if not to_the_last:
                    break
                self.selector.unregister(self.end)
            for key, _ in ready:
                if key.fileobj != self.end:
                    key.data(key.fileobj)
        self.process.wait()
        for stream in self.output:
            if stream in self.selector.get_map():
                while self.drain(stream):
                    pass


def main() -> None:
    job = json.load(sys.stdin)
    put_files(job["files"])
    os.umask(0o022)
    # For `kill -TERM -1`. A handler, because exec resets that and not what is ignored.
    signal.signal(signal.SIGTERM, lambda *_: None)
    process = subprocess.Popen(
        job["argv"],
        env=job["environment"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    conversation = Conversation(process, base64.b64decode(job["stdin"]))
    conversation.run(job["to_the_last"])
    streams = (conversation.output[process.stdout], conversation.output[process.stderr])
    json.dump({"code": process.returncode, "output": [base64.b64encode(s).decode() for s in streams]}, sys.stdout)


main()
