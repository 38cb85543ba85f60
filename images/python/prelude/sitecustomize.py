"""Makes a program's text output leave it at every end of line, and then is as if it had never been there.

What an interpreter keeps in its buffers is lost when its program is killed at a limit. Python runs this file at its
start because PYTHONPATH begins with this folder. The program, and every interpreter it starts, then finds PYTHONPATH,
sys.path and another sitecustomize just as they would be without it. Only /proc/self/environ still shows the start.
"""

import os
import sys


def _buffer_lines() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A stream whose descriptor is closed is None; one that writes through (PYTHONUNBUFFERED) is faster already.
        if stream is not None and not stream.write_through:
            stream.reconfigure(line_buffering=True)


def _restore_path() -> None:
    prelude = os.path.dirname(__file__)  # noqa: PTH120 - the program shall find pathlib unimported, as natively
    _, joined, requested = os.environ["PYTHONPATH"].partition(os.pathsep)
    if joined:
        os.environ["PYTHONPATH"] = requested
    else:
        del os.environ["PYTHONPATH"]
    place = sys.path.index(prelude)
    # "prelude:" names the working directory too, where an empty PYTHONPATH names nothing.
    names = 2 if joined and not requested else 1
    del sys.path[place : place + names]
    sys.path_importer_cache.pop(prelude, None)


def _run_other() -> None:
    this = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: F401, PLC0415 - the next one on sys.path, now that this folder is not
    except ModuleNotFoundError as error:
        if error.name != __name__:
            raise
        # The import that is under way looks for it when this file has been run.
        sys.modules[__name__] = this


_buffer_lines()
_restore_path()
_run_other()
