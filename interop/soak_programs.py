"""What the soak runs: programs made from a random generator, each with the exact end that it must come to."""

from __future__ import annotations

import hashlib
import random
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

MIB = 1 << 20
BLOCK = bytes(range(256)) * 8
WARM, FRESH = {}, {"fresh_interpreter": True}


@dataclass(frozen=True)
class Expected:
    """How a program ends. `ends` has each end that is right, as `Ended.how` words it. A program that ends by itself has
    written all of `out`, any other only a beginning of it, unless `whole` says that it waits until all is written."""

    ends: frozenset[str]
    out: bytes = b""
    err: bytes = b""
    whole: bool = False
    artifacts: dict[str, str] = field(default_factory=dict)
    dropped: int = 0


@dataclass(frozen=True)
class Program:
    """One program. `limits` are in the units of Limits, times in milliseconds."""

    kind: str
    language: str
    code: str
    expected: Expected
    options: dict[str, object] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    stdin: bytes | None = None
    conversation: tuple[bytes, ...] = ()
    artifacts: tuple[str, ...] = ()
    # Seconds after Accepted at which it is cancelled by CancelExecution, or its stream is dropped.
    cancel_after: float | None = None
    interrupt: bool = False
    drop_after: float | None = None


def ends(*how: str) -> frozenset[str]:
    return frozenset(how)


def exited(code: int) -> frozenset[str]:
    return ends(f"exited {code}")


def turned(block: bytes, count: int) -> bytes:
    """What `PRINT_BLOCKS` prints: no two blocks in a row are the same, so that one too many or too few shows."""
    return b"".join(block[i % 256 :] + block[: i % 256] for i in range(count))


PRINT_BLOCKS = """
import sys
block = bytes(range(256)) * 8
for i in range({count}):
    sys.stdout.buffer.write(block[i % 256:] + block[:i % 256])
sys.stdout.flush()
print('err {count}', file=sys.stderr)
sys.exit({code})
"""


def python_prints(rng: random.Random) -> Program:
    count, code = rng.choice([0, 1, 7, 40, 100]), rng.choice([0, 0, 1, 3, 255])
    expected = Expected(exited(code), turned(BLOCK, count), b"err %d\n" % count)
    return Program(
        "python prints",
        "python",
        PRINT_BLOCKS.format(count=count, code=code),
        expected,
        rng.choice([WARM, WARM, WARM, FRESH, {"interpreter_flags": ["-O"]}]),
    )


def python_merges(rng: random.Random) -> Program:
    count = rng.randrange(1, 200)
    code = f"import os\nfor i in range({count}):\n    os.write(1 + i % 2, b'%d\\n' % i)"
    out = b"".join(b"%d\n" % i for i in range(count))
    return Program("python merges", "python", code, Expected(exited(0), out), {"merge_stderr": True})


def bash_prints(rng: random.Random) -> Program:
    first, count, code = rng.randrange(1000), rng.randrange(1, 3000), rng.choice([0, 0, 2, 126])
    out = b"".join(b"%d\n" % i for i in range(first, first + count))
    script = f"seq {first} {first + count - 1}; echo err >&2; exit {code}"
    return Program("bash prints", "bash", script, Expected(exited(code), out, b"err\n"))


def javascript_prints(rng: random.Random) -> Program:
    count, code = rng.randrange(1, 2000), rng.choice([0, 0, 9])
    script = f"for (let i = 0; i < {count}; i++) console.log(i); console.error('err'); process.exitCode = {code}"
    expected = Expected(exited(code), b"".join(b"%d\n" % i for i in range(count)), b"err\n")
    return Program("javascript prints", "javascript", script, expected, rng.choice([WARM, WARM, FRESH]))


def reads_stdin(rng: random.Random) -> Program:
    data = rng.randbytes(rng.choice([0, 1, 5000, 200_000]))
    language, code = rng.choice(
        [
            ("python", "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())"),
            ("bash", "cat"),
            ("bash", "head -c 0; cat; cat"),
        ]
    )
    return Program("reads stdin", language, code, Expected(exited(0), data), stdin=data)


def talks(rng: random.Random) -> Program:
    lines = tuple(b"%d\n" % rng.randrange(10**9) for _ in range(rng.randrange(1, 5)))
    language, code = rng.choice(
        [
            ("python", "import sys\nfor line in sys.stdin:\n    print('heard ' + line, end='')"),
            ("bash", 'while read -r line; do echo "heard $line"; done'),
        ]
    )
    expected = Expected(exited(0), b"".join(b"heard " + line for line in lines))
    return Program("talks", language, code, expected, conversation=lines)


def leaves_files(rng: random.Random) -> Program:
    sizes = {f"out/{i}.bin": rng.choice([0, 1, 4096, 300_000]) for i in range(rng.randrange(1, 5))}
    code = "import os\nos.mkdir('out')\nblock = bytes(range(256)) * 2000\n"
    code += "".join(f"open('{name}', 'wb').write(block[:{size}])\n" for name, size in sizes.items())
    content = bytes(range(256)) * 2000
    digests = {name: "sha256:" + hashlib.sha256(content[:size]).hexdigest() for name, size in sizes.items()}
    return Program("leaves files", "python", code, Expected(exited(0), artifacts=digests), artifacts=("out/*",))


def forks(rng: random.Random) -> Program:
    count = rng.randrange(1, 6)
    python = f"""
        import os
        for i in range({count}):
            pid = os.fork()
            if pid == 0:
                os.write(1, b'child %d\\n' % i)
                os._exit(i)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        """
    bash = f"for ((i = 0; i < {count}; i++)); do (echo child $i; exit $i) & wait $!; echo $?; done"
    out = b"".join(b"child %d\n%d\n" % (i, i) for i in range(count))
    language, code = rng.choice([("python", textwrap.dedent(python)), ("bash", bash)])
    return Program("forks", language, code, Expected(exited(0), out))


def leaves_daemons(rng: random.Random) -> Program:
    """Daemons that ignore what can be ignored and hold the standard streams. The program does not wait for them."""
    python = """
        import os, signal, time
        ready, said = os.pipe()
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() == 0:
                os.write(said, b'x')
            time.sleep(1000)
        os.read(ready, 1)
        print('left')
        """
    bash = """
        (trap '' HUP INT TERM; setsid sleep 1000 &)
        sleep 1000 & disown
        setsid sh -c 'sleep 999 & exec sleep 999' &
        echo left
        """
    language, code = rng.choice([("python", python), ("bash", bash)])
    return Program("leaves daemons", language, textwrap.dedent(code), Expected(exited(0), b"left\n"))


def crashes(rng: random.Random) -> Program:
    language, code, signal = rng.choice(
        [
            ("python", "import ctypes\nprint('before', flush=True)\nctypes.string_at(0)", "SIGSEGV"),
            ("python", "import os\nprint('before', flush=True)\nos.abort()", "SIGABRT"),
            ("python", "import os\nprint('before', flush=True)\nos.kill(os.getpid(), 9)", "SIGKILL"),
            ("bash", "echo before; kill -SEGV $$", "SIGSEGV"),
            ("bash", "echo before; kill -KILL $$", "SIGKILL"),
        ]
    )
    expected = Expected(ends(f"signalled {signal}"), b"before\n", whole=True)
    return Program("crashes", language, code, expected, rng.choice([WARM, FRESH]) if language == "python" else WARM)


COUNTS = """
import time
for i in range({count}):
    print(i)
    time.sleep({pause})
"""


def numbers(count: int) -> bytes:
    return b"".join(b"%d\n" % i for i in range(count))


def outlasts_wall_time(rng: random.Random) -> Program:
    language, code = rng.choice(
        [
            ("python", COUNTS.format(count=10_000, pause=0.02)),
            ("python", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(0)\nsignal.pause()"),
            ("bash", "trap '' TERM INT; for ((i = 0; i < 10000; i++)); do echo $i; sleep 0.02; done"),
        ]
    )
    expected = Expected(ends("timed out WALL SIGKILL"), numbers(10_000))
    return Program("outlasts wall time", language, code, expected, limits={"wall_time": rng.randrange(50, 400)})


def spends_cpu_time(rng: random.Random) -> Program:
    language, code = rng.choice(
        [
            ("python", "print(0, flush=True)\nwhile True: pass"),
            ("bash", "echo 0; while :; do :; done"),
            # Half of it in a child.
            ("bash", "echo 0; (while :; do :; done) & while :; do :; done"),
        ]
    )
    expected = Expected(ends("timed out CPU SIGKILL"), b"0\n")
    return Program("spends cpu time", language, code, expected, limits={"cpu_time": rng.randrange(50, 200)})


def takes_memory(rng: random.Random) -> Program:
    code = "print('before', flush=True)\nx = b'x' * (1 << 30)\nprint('after')"
    expected = Expected(ends("memory SIGKILL"), b"before\n", whole=True)
    options = rng.choice([WARM, FRESH])
    return Program("takes memory", "python", code, expected, options, limits={"memory_bytes": 64 * MIB})


def writes_too_much(rng: random.Random) -> Program:
    limit = rng.choice([1, 10_000, 100_000])
    language, code = rng.choice([("bash", "yes"), ("python", "while True: print('y')")])
    expected = Expected(ends("output SIGKILL"), (b"y\n" * limit)[:limit], whole=True)
    return Program("writes too much", language, code, expected, limits={"output_bytes": limit})


def writes_and_is_cut(rng: random.Random) -> Program:
    limit = rng.choice([1, 10_000, 65_536])
    written = turned(BLOCK, 60)
    code = PRINT_BLOCKS.format(count=60, code=0).replace("print(", "#")
    expected = Expected(exited(0), written[:limit], dropped=len(written) - limit)
    # ON_OUTPUT_LIMIT_DISCARD
    return Program("is cut", "python", code, expected, limits={"output_bytes": limit, "on_output_limit": 2})


def is_interrupted(rng: random.Random) -> Program:
    """SIGINT ends bash before the trap is set; afterwards the trap's answer is its end. A program that has not started
    when it is interrupted is killed."""
    code = "trap 'exit 7' INT; for ((i = 0; i < 10000; i++)); do echo $i; sleep 0.01; done"
    expected = Expected(
        ends("cancelled CLIENT", "cancelled CLIENT SIGKILL", "cancelled CLIENT SIGINT", "cancelled CLIENT 7"),
        numbers(10_000),
    )
    return Program("is interrupted", "bash", code, expected, cancel_after=rng.uniform(0, 0.15), interrupt=True)


def lasts_a_while(rng: random.Random) -> tuple[str, str, dict[str, object], bytes]:
    """A program that ends by itself after about a tenth of a second."""
    language, code, options = rng.choice(
        [
            ("python", COUNTS.format(count=20, pause=0.005), WARM),
            ("python", COUNTS.format(count=20, pause=0.005), FRESH),
            ("bash", "for ((i = 0; i < 20; i++)); do echo $i; sleep 0.002; done", WARM),
        ]
    )
    return language, code, options, numbers(20)


def is_cancelled(rng: random.Random) -> Program:
    language, code, options, out = lasts_a_while(rng)
    expected = Expected(ends("exited 0", "cancelled CLIENT", "cancelled CLIENT SIGKILL"), out)
    return Program("is cancelled", language, code, expected, options, cancel_after=rng.uniform(0, 0.2))


def is_dropped(rng: random.Random) -> Program:
    language, code, options, out = lasts_a_while(rng)
    expected = Expected(ends("exited 0", "cancelled DISCONNECT", "cancelled DISCONNECT SIGKILL"), out)
    return Program("is dropped", language, code, expected, options, drop_after=rng.uniform(0, 0.2))


def session(rng: random.Random) -> list[Program]:
    """Programs on one workspace. Each but the first reads what an earlier one left, also when one between them crashed
    or was killed."""
    size = rng.choice([1, 5000, 200_000])
    content = (bytes(range(256)) * 1000)[:size]
    digest = hashlib.sha256(content).hexdigest().encode()
    write = f"open('a.bin', 'wb').write((bytes(range(256)) * 1000)[:{size}])\nprint('written')"
    steps = [Program("session", "python", write, Expected(exited(0), b"written\n"))]
    between = [crashes, leaves_daemons, is_cancelled, is_dropped, outlasts_wall_time]
    steps += [make(rng) for make in rng.choices(between, k=rng.randrange(3))]
    read_hash = "sha256sum < a.bin; echo x >> a.bin"
    steps.append(Program("session", "bash", read_hash, Expected(exited(0), digest + b"  -\n")))
    if rng.random() < 0.3:
        script = "process.stdout.write(require('fs').readFileSync('a.bin'))"
        steps.append(Program("session", "javascript", script, Expected(exited(0), content + b"x\n")))
    read = "import sys\nsys.stdout.buffer.write(open('a.bin', 'rb').read())"
    steps.append(Program("session", "python", read, Expected(exited(0), content + b"x\n")))
    return steps


# How often each comes, of a thousand. JavaScript and what spends CPU time are rare because they are dear.
MIX: dict[Callable[[random.Random], Program | list[Program]], int] = {
    python_prints: 250,
    python_merges: 50,
    bash_prints: 130,
    javascript_prints: 40,
    reads_stdin: 80,
    talks: 40,
    leaves_files: 50,
    forks: 50,
    leaves_daemons: 50,
    crashes: 50,
    outlasts_wall_time: 30,
    spends_cpu_time: 10,
    takes_memory: 20,
    writes_too_much: 30,
    writes_and_is_cut: 20,
    is_interrupted: 20,
    is_cancelled: 40,
    is_dropped: 20,
    session: 20,
}


def mix(rng: random.Random, count: int, memory_is_limited: bool) -> list[list[Program]]:
    """About `count` programs, in lists of which each runs in one piece: one program alone, or those of a session."""
    makers = {make: weight for make, weight in MIX.items() if memory_is_limited or make is not takes_memory}
    made: list[list[Program]] = []
    left = count
    while left > 0:
        (make,) = rng.choices(list(makers), list(makers.values()))
        programs = make(rng)
        made.append(programs if isinstance(programs, list) else [programs])
        left -= len(made[-1])
    return made
