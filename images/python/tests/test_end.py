"""The quick end: which programs have it, and that those which don't end as Python ends them.

What it must not change is in the corpus (images/python/fidelity), which is run in cells. Here an ordinary process
watches itself, and a finalizer of before the program, which only Python's own end calls, tells the two apart.
"""

import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent.parent
EXTENSION = IMAGES / "runner/target/dist/_runnel_cell.abi3.so"
PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable

WATCHING = """
    import sys

    class Canary:
        def __init__(self):
            import os
            self.write = os.write

        def __del__(self):
            self.write(2, b"own end")

    known = set(sys.modules)
    import atexit
    import gc

    import _runnel_cell
    import _runnel_end

    for name in set(sys.modules) - known:
        del sys.modules[name]
    # Where Python's own end finds it although it is frozen.
    sys.canary = Canary()
    end = _runnel_end.prepare()
    atexit.register(_runnel_cell.end, *end)
    gc.freeze()
    _runnel_end.rehearse(*end[2])
    del end
    main = type(sys)("__main__")
    vars(main).update(vars(sys.modules["__main__"]))
    sys.modules["__main__"] = main
    _runnel_end.watch()
"""

QUICK = {
    "nothing": "",
    "a print": "print('out', end='')",
    "a handler": "import atexit; atexit.register(print, 'out', end='')",
    "a class": "class A: pass\na = A(); a.me = a",
    "a data class and an enumeration": """
        import dataclasses, enum, typing
        @dataclasses.dataclass
        class Point:
            x: int
        class Color(enum.Enum):
            RED = 1
        T = typing.TypeVar("T")
        point, color = Point(1), Color.RED
    """,
    "modules": """
        import argparse, base64, bisect, calendar, collections, contextlib, copy, csv, datetime, decimal, difflib
        import fractions, functools, glob, hashlib, heapq, html, inspect, io, itertools, json, logging, math, operator
        import os, pathlib
        import pprint, queue, random, re, secrets, shutil, statistics, string, subprocess, tempfile, textwrap, threading
        import time, traceback, typing, unicodedata, urllib.parse, urllib.request, uuid, zlib
    """,
    "containers": """
        import collections
        counted, listed = collections.Counter("abc"), collections.defaultdict(list)
        ordered, queued = collections.OrderedDict(a=1), collections.deque([1])
        Pair = collections.namedtuple("Pair", "a b")
        pairs = [Pair(1, 2)]
        listed[1].append(zip([1], [2]))
    """,
    "a decorated function": "import functools\n@functools.lru_cache\ndef f(x): return x\nf(1)",
    "a caught exception": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    kept = error",
    "a closed file": "with open('text', 'w') as file:\n    file.write('x')",
    "a thread that has ended": "import threading\nt = threading.Thread(target=len, args=('',)); t.start(); t.join()",
    "a thread that outlasts the main file": """
        import threading, time
        threading.Thread(target=lambda: (time.sleep(0.1), print("out", end=""))).start()
    """,
    "a child process": "import subprocess\nsubprocess.run(['true'], check=True)",
    "abstract classes": "import collections.abc\nclass A(collections.abc.Sized):\n    __len__ = None\nisinstance(3, A)",
}

OWN = {
    "an exit": "import sys; sys.exit(0)",
    "a finalizer": "class A:\n    def __del__(self): pass\na = A()",
    "a finalizer of an object without fields": "class A:\n    __slots__ = ()\n    def __del__(self): pass\na = A()",
    "an open file": "file = open('text', 'w')",
    "a suspended generator": "def g():\n    yield\ng = g(); next(g)",
    "a callback of a weak reference": "import weakref\nclass A: pass\na = A(); r = weakref.ref(a, lambda r: None)",
    "a daemon thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "another stream": "import io, sys\nsys.stdout = io.StringIO()",
    "a tracer": "import sys\nsys.settrace(lambda *_: None)",
    "a profiler": "import sys\nsys.setprofile(lambda *_: None)",
    "other warnings": "import warnings\nwarnings.simplefilter('always')",
    "a callback of the collector": "import gc\ngc.callbacks.append(lambda *_: None)",
    "a built-in name of its own": "import builtins\nbuiltins._ = 1",
    "foreign code": "import ctypes",
    "a database": "import sqlite3",
    "an unfrozen heap": "import gc\ngc.unfreeze()",
    "very much": "much = [[] for _ in range(300_000)]",
    "handlers taken away": "import atexit\natexit._clear()",
    "a frozen heap": "import gc\nfile = open('text', 'w')\nfile.write('content')\ngc.freeze()",
    "a prompt asked for": "import os\nos.environ['PYTHONINSPECT'] = '1'",
    "warnings filtered by another list": "import warnings\nwarnings.catch_warnings().__enter__()",
    "a finalizer for a class of the interpreter's": "import os\nos._Environ.__del__ = lambda self: None",
}

EXITS = {
    "exit code 3": ("import sys; sys.exit(3)", 3),
    "exit code 3 after another encoding was looked up": ("# coding: latin-1\nraise SystemExit(3)", 3),
    "an exception": ("1 / 0", 1),
    "an interrupt in code run by itself": ("try: exec('raise KeyboardInterrupt')\nexcept KeyboardInterrupt: k = 1", -2),
    "an exit in a function": ("import sys\ndef f(): sys.exit(4)\nf()", 4),
    "an exit in a handler changes nothing": ("import atexit, sys\natexit.register(sys.exit, 5)", 0),
    "output that nobody takes": (
        "import os, sys\nr, w = os.pipe(); os.dup2(w, 1); os.close(r); os.close(w); print(1)",
        120,
    ),
}


@unittest.skipIf("3.9" in subprocess.getoutput(f"{PYTHON} --version"), "3.9 forgets handlers when atexit is imported")
@unittest.skipUnless(EXTENSION.exists(), f"{EXTENSION} is not built: images/runner/build.sh")
class EndTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.workspace = Path(folder.name).resolve()
        self.library = self.workspace / "library"
        self.library.mkdir()
        shutil.copy(EXTENSION, self.library)
        shutil.copy(IMAGES / "python/warm/_runnel_end.py", self.library)
        (self.library / "sitecustomize.py").write_text(textwrap.dedent(WATCHING), encoding="utf-8")

    def run_main(self, source: str) -> subprocess.CompletedProcess:
        main = self.workspace / "main.py"
        main.write_text(textwrap.dedent(source), encoding="latin-1")
        return subprocess.run(
            [PYTHON, main],
            cwd=self.workspace,
            env={"PYTHONPATH": str(self.library), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def test_programs_that_leave_nothing_end_at_once(self) -> None:
        for name, source in QUICK.items():
            with self.subTest(name):
                ran = self.run_main(source)

                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertEqual(ran.stdout, "out" if "'out'" in source or '"out"' in source else "")

    def test_others_end_as_python_ends_them(self) -> None:
        for name, source in OWN.items():
            with self.subTest(name):
                ran = self.run_main(source)

                self.assertEqual((ran.returncode, ran.stderr), (0, "own end"))

    def test_handlers_that_the_program_runs_itself_are_not_the_end(self) -> None:
        ran = self.run_main("""
            import atexit, os
            def handler():
                atexit.unregister(handler)
                atexit._run_exitfuncs()
                os.write(1, b"went on")
                os._exit(3)
            atexit.register(handler)
        """)

        self.assertEqual((ran.returncode, ran.stdout), (3, "went on"))

    def test_what_an_own_end_writes_last_is_not_lost(self) -> None:
        ran = self.run_main("""
            import sys
            class Last:
                def __del__(self):
                    print("last", end="")
            last = Last()
            print("first,", end="")
        """)

        self.assertEqual((ran.returncode, ran.stdout), (0, "first,last"))

    def test_exit_codes_are_python_s_own(self) -> None:
        for name, (source, code) in EXITS.items():
            with self.subTest(name):
                ran = self.run_main(source)

                self.assertEqual(ran.returncode, code)
                self.assertEqual("own end" in ran.stderr, code != 0)

    def test_a_rehearsal_leaves_nothing(self) -> None:
        (self.library / "sitecustomize.py").write_text("")

        ran = self.run_main("""
            import gc, sys
            import _runnel_cell, _runnel_end
            silent, nothing_left, (before,) = _runnel_end.prepare()
            # What the interpreter makes for its own use at the first call of print, and keeps.
            print("", end="")
            modules, attributes = list(sys.modules), sorted(vars(sys))
            gc.collect()
            known = set(map(id, gc.get_objects()))
            _runnel_end.rehearse(before)
            objects = gc.get_objects()
            left = [thing for thing in objects if id(thing) not in known and thing is not known]
            assert (list(sys.modules), sorted(vars(sys))) == (modules, attributes)
            print(left, gc.collect())
        """)

        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "[] 0\n", ""))


if __name__ == "__main__":
    unittest.main()
