"""Programs run with the prelude, compared with the same programs run without it."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

PRELUDE = Path(__file__).resolve().parent.parent / "prelude"
SANDBOX_PATH = "/usr/local/bin:/usr/bin:/bin"
PYTHON = shutil.which("python3", path=SANDBOX_PATH) or sys.executable
PATIENCE = 20

REPORT = """
    import json, os, subprocess, sys

    def stream(s):
        return [s.encoding, s.errors, s.newlines, s.write_through, s.isatty(), s.name, s.mode]

    print(json.dumps({
        "path": sys.path,
        "environ": list(os.environ.items()),
        "environ of a child": subprocess.run(["env"], capture_output=True, text=True, check=True).stdout,
        "argv": [sys.argv, sys.orig_argv if hasattr(sys, "orig_argv") else None],
        "main": [__name__, __file__, __spec__ is None, sorted(vars())],
        "flags": list(sys.flags),
        "streams": [stream(s) for s in (sys.stdin, sys.stdout, sys.stderr)],
        "modules": sorted(set(sys.modules) - {"sitecustomize"}),
        "importers": sorted(sys.path_importer_cache),
        "site": [m.__file__ for n, m in sys.modules.items() if n == "sitecustomize" and "prelude" not in m.__file__],
        "stdin": sys.stdin.read(),
    }))
"""


class SitecustomizeTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.workspace = Path(folder.name).resolve()

    def file(self, name: str, source: str) -> Path:
        path = self.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(source))
        return path

    def environment(self, prelude: bool, requested: dict) -> dict:
        """What the daemon gives a program; docs/extending/languages.md says how the two are joined."""
        environment = {"PATH": SANDBOX_PATH, "LANG": "C.UTF-8", **requested}
        if prelude:
            # Sandboxes show it read-only: it is compiled at every start.
            shutil.rmtree(PRELUDE / "__pycache__", ignore_errors=True)
            own = [requested["PYTHONPATH"]] if "PYTHONPATH" in requested else []
            environment["PYTHONPATH"] = os.pathsep.join([str(PRELUDE), *own])
        return environment

    def start(self, *arguments: str, prelude: bool = True, **requested: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [PYTHON, *map(str, arguments)],
            cwd=self.workspace,
            env=self.environment(prelude, requested),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def outcome(self, *arguments: str, prelude: bool = True, **requested: str) -> tuple:
        """Exit code, stdout and stderr of a program that reads one line."""
        process = self.start(*arguments, prelude=prelude, **requested)
        output, errors = process.communicate(b"a line\n", timeout=PATIENCE)
        return process.returncode, output.decode(errors="backslashreplace"), errors.decode()

    def assert_as_without_prelude(self, *arguments: str, **requested: str) -> None:
        native = self.outcome(*arguments, prelude=False, **requested)
        self.assertEqual(self.outcome(*arguments, **requested), native)

    def line_of(self, process: subprocess.Popen) -> bytes:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        self.assertTrue(ready, "nothing arrived while the program was waiting")
        return os.read(process.stdout.fileno(), 100)

    def test_every_line_arrives_while_the_program_goes_on(self) -> None:
        process = self.start(self.file("main.py", "for i in range(3):\n    print('line', i)\n    input()\n"))

        for i in range(3):
            self.assertEqual(self.line_of(process), b"line %d\n" % i)
            process.stdin.write(b"go on\n")
            process.stdin.flush()

        self.assertEqual(process.wait(PATIENCE), 0)

    def test_what_was_printed_before_a_kill_is_not_lost(self) -> None:
        source = "import os, signal\nprint('before')\nos.kill(os.getpid(), signal.SIGKILL)\n"
        code, output, _ = self.outcome(self.file("main.py", source))

        self.assertEqual((code, output), (-signal.SIGKILL, "before\n"))

    def test_a_program_that_asks_for_no_buffering_gets_that(self) -> None:
        main = self.file("main.py", "import sys\nprint(sys.stdout.line_buffering, sys.stdout.write_through)\n")

        self.assert_as_without_prelude(main, PYTHONUNBUFFERED="1")

    def test_a_program_sees_what_it_sees_without_prelude(self) -> None:
        report = self.file("main.py", REPORT)
        for requested in (
            {},
            {"PYTHONPATH": "/nowhere"},
            {"PYTHONPATH": f"{self.workspace}/lib:/nowhere"},
            {"PYTHONPATH": ""},
            {"PYTHONPATH": ":"},
            {"PYTHONIOENCODING": "latin-1:replace"},
            {"PYTHONNOUSERSITE": "1"},
        ):
            with self.subTest(requested):
                code, output, errors = self.outcome(report, "an argument", "", **requested)
                native = self.outcome(report, "an argument", "", prelude=False, **requested)

                self.assertEqual((code, errors), (0, ""))
                self.assertEqual(json.loads(output), json.loads(native[1]))

    def test_a_module_of_the_workspace_is_found_first(self) -> None:
        self.file("decoy.py", "print('the workspace')\n")
        self.file("lib/decoy.py", "print('PYTHONPATH')\n")
        main = self.file("main.py", "import decoy\n")

        self.assert_as_without_prelude(main, PYTHONPATH=f"{self.workspace}/lib")

    def test_ends_are_as_without_prelude(self) -> None:
        for name, source in (
            ("traceback", "def f():\n    print('x')\n    return 1 / 0\n\nf()\n"),
            ("syntax error", "print('x')\nif\n"),
            ("exit code", "import sys\nsys.exit(3)\n"),
            ("message", "raise SystemExit('no')\n"),
            ("atexit", "import atexit\natexit.register(print, 'last')\nprint('first', end='')\n"),
            ("signal", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"),
            ("closed stdout", "import sys\nprint('x')\nsys.stdout.close()\n"),
            ("bytes and text", "import sys\nsys.stdout.buffer.write(b'\\xff')\nsys.stdout.flush()\nprint('x')\n"),
            ("lone surrogate", "print('\\ud800')\n"),
        ):
            with self.subTest(name):
                self.assert_as_without_prelude(self.file("main.py", source))

    def test_closed_descriptors_are_no_error(self) -> None:
        main = self.file("main.py", "import sys\nopen('seen', 'w').write(repr((sys.stdout, sys.stderr)))\n")
        command = f'"{PYTHON}" "{main}" >&- 2>&-'
        environment = self.environment(prelude=True, requested={})
        code = subprocess.call(["sh", "-c", command], cwd=self.workspace, env=environment)

        self.assertEqual((code, (self.workspace / "seen").read_text()), (0, "(None, None)"))

    def test_a_command_instead_of_a_file(self) -> None:
        self.assert_as_without_prelude("-c", "import os, sys; print(sys.path, sys.argv, dict(os.environ))", "x")

    def test_standard_input_instead_of_a_file(self) -> None:
        native = self.outcome("-", prelude=False)

        self.assertEqual(native[0], 1)
        self.assertEqual(self.outcome("-"), native)

    def test_interpreters_a_program_starts_know_nothing_of_it(self) -> None:
        source = """
            import subprocess, sys
            child = "import os, sys; print(sys.stdout.line_buffering, sys.path, dict(os.environ))"
            print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout)
        """
        self.assert_as_without_prelude(self.file("main.py", source))

    def test_processes_of_multiprocessing_work(self) -> None:
        source = """
            import multiprocessing, os, sys

            def work(x):
                return x * x, sys.path, os.environ.get("PYTHONPATH")

            if __name__ == "__main__":
                for method in "spawn", "forkserver", "fork":
                    with multiprocessing.get_context(method).Pool(2) as pool:
                        print(method, pool.map(work, range(3)))
        """
        main = self.file("main.py", source)

        self.assertIn("(4, ", self.outcome(main)[1])
        self.assert_as_without_prelude(main)

    def test_without_another_it_stays_a_module(self) -> None:
        source = """
            import os, sys
            sys.path = [os.environ["PYTHONPATH"]]
            import sitecustomize
            print(sitecustomize is sys.modules["sitecustomize"], sys.path, "PYTHONPATH" in os.environ)
        """
        outcome = self.outcome("-S", self.file("main.py", source))

        self.assertEqual(outcome, (0, "True [] False\n", ""))

    def test_another_sitecustomize_runs_and_takes_its_place(self) -> None:
        self.file("lib/sitecustomize.py", "import os, sys\nprint('other', sys.path, os.environ['PYTHONPATH'])\n")
        main = self.file("main.py", "import sitecustomize\nprint(sitecustomize.__file__)\n")

        self.assertIn("other", self.outcome(main, PYTHONPATH=f"{self.workspace}/lib")[1])
        self.assert_as_without_prelude(main, PYTHONPATH=f"{self.workspace}/lib")

    def test_another_sitecustomize_fails_as_without_prelude(self) -> None:
        for source in ("{}['key']\n", "import module_that_is_not_there\n", "raise ImportError('no')\n"):
            with self.subTest(source):
                self.file("lib/sitecustomize.py", source)
                main = self.file("main.py", "import sys\nprint('sitecustomize' in sys.modules)\n")

                self.assert_as_without_prelude(main, PYTHONPATH=f"{self.workspace}/lib")


if __name__ == "__main__":
    unittest.main()
