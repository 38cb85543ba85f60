"""Holds Python at the end of its start, forks it into cells, and in each fork is as if it had never been there.

Python runs this file at its start because PYTHONPATH names this folder. The interpreter then is a zygote: it imports
the modules that the operator configured (RUNNEL_PRELOAD) and, in native code, forks itself when the runner asks for it
on descriptor 3. A fork comes back from there inside its cell, sealed, with what its program is to be started with. It
makes the process look as if it had been started so, and lets Python go on with its main file.
docs/architecture/cells.md has the bytes, docs/extending/languages.md what a program can still see.

What this file imports beyond the preloaded modules must be in every bare interpreter, or not stay.
"""

import os
import site
import sys

LEASH = 3
CHDIR = 2  # images/runner/src/spawn/child.rs


def _preload() -> set:
    """Returns the names that the workspace could have given to modules of its own, had they not been imported yet."""
    bare = set(sys.modules)
    for name in filter(None, os.environ.get("RUNNEL_PRELOAD", "").split(",")):
        try:
            __import__(name)
        except (Exception, SystemExit) as error:
            print(f"{name} is not preloaded: {error!r}", file=sys.stderr)
    loaded = {name for name in set(sys.modules) - bare if _origin(name) not in {"built-in", "frozen"}}
    return {name.partition(".")[0] for name in loaded}


def _origin(name: str) -> object:
    return getattr(getattr(sys.modules[name], "__spec__", None), "origin", None)


def _buffer_lines() -> None:
    for stream in (sys.stdout, sys.stderr):
        # What a preloaded module has printed must not come out of every fork.
        stream.flush()
        stream.reconfigure(line_buffering=True)


def _zygote() -> tuple:
    """Returns in a fork, with its go and what begins to watch for its end. What can be done before is done before."""
    _buffer_lines()
    known = set(sys.modules)
    import atexit  # noqa: PLC0415 - after the modules that may stay
    import gc  # noqa: PLC0415

    import _runnel_cell  # noqa: PLC0415
    import _runnel_end  # noqa: PLC0415

    for name in set(sys.modules) - known:
        del sys.modules[name]
    *end, before = _runnel_end.prepare()
    atexit.register(_runnel_cell.end, *end, before)
    # Nothing of this was made by the program, so its collections need not look at it, which would copy all pages.
    gc.collect()
    gc.freeze()
    _renew_main()
    os.environ.clear()

    def rehearse() -> None:
        _runnel_end.rehearse(*before)
        _set_environment([b"RUNNEL=1"])
        os.environ.clear()

    _runnel_cell.serve(LEASH)
    return _runnel_cell.receive(rehearse), _runnel_end.watch


def _renew_main() -> None:
    """The program's globals must be seen by collections: the last one, at the end, calls their finalizers."""
    main = type(sys)("__main__")
    vars(main).update(vars(sys.modules["__main__"]))
    sys.modules["__main__"] = main


def _become(go: bytes, preloaded: set) -> None:
    """Sets what the go names."""
    directory, count, *rest = go.split(b"\0")
    argv, variables = rest[: int(count)], rest[int(count) :]
    try:
        if directory:
            os.chdir(directory)
    except OSError as error:
        os.write(LEASH, b"F" + bytes([CHDIR]) + error.errno.to_bytes(4, sys.byteorder))
        os._exit(127)
    _set_environment(variables)
    if _has_users_own_packages() or _shadows(preloaded):
        _start_anew(argv)
    argv = [os.fsdecode(argument) for argument in argv]
    sys.argv[:] = argv[1:]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = argv


def _set_environment(variables: list) -> None:
    for variable in variables:
        name, _, value = variable.partition(b"=")
        # Of two with one name, Python shows the first.
        if name not in os.environb:
            os.environb[name] = value


def _has_users_own_packages() -> bool:
    """They belong on sys.path, and their .pth files may do anything (~/.local)."""
    return bool(site.ENABLE_USER_SITE and os.path.isdir(site.USER_SITE))  # noqa: PTH112 - as in the prelude: no pathlib


def _shadows(preloaded: set) -> bool:
    """Whether the program's folder, the first on sys.path, has a module that would be found in place of a preloaded."""
    with os.scandir() as entries:
        return any(entry.name.partition(".")[0] in preloaded for entry in entries)


def _start_anew(argv: list) -> None:
    """The cold start that the program would have had anywhere else: with the prelude, where this cell has one.

    Python looks into the workspace while it starts, and when this one did it was empty. Exec closes the leash.
    """
    runnel, _, name = _folder().rsplit("/", 2)
    prelude = f"{runnel}/preludes/{name}"
    if os.path.isdir(prelude):  # noqa: PTH112
        os.environ["PYTHONPATH"] = prelude
    os.execve(sys.executable, argv, os.environb)


def _folder() -> str:
    return os.path.dirname(__file__)  # noqa: PTH120


def _reseed() -> None:
    """What was seeded before the fork is the same in all forks. `random` looks after itself."""
    modules = sys.modules
    if "numpy.random" in modules:
        modules["numpy.random"].seed()
    if "multiprocessing.process" in modules:
        modules["multiprocessing.process"].current_process().authkey = os.urandom(32)
    if "uuid" in modules:
        modules["uuid"]._node = modules["uuid"]._last_timestamp = None
    if "_ssl" in modules:
        # OpenSSL notices a fork by its pid; this holds even for a pid that is the zygote's.
        modules["_ssl"].RAND_add(os.urandom(32), 32.0)
    if hasattr(modules.get("threading"), "main_thread"):
        # Some versions keep the zygote's.
        modules["threading"].main_thread()._set_native_id()


def _leave() -> None:
    """Takes away what Python would not have without this file, and this file."""
    sys.path.remove(_folder())
    sys.path_importer_cache.pop(_folder(), None)
    del sys.modules[__name__]


def _is_another_there() -> bool:
    """Whether this file hides one of its name."""
    folders = [folder for folder in sys.path if folder != _folder()]
    return sys.modules["_frozen_importlib_external"].PathFinder.find_spec(__name__, folders) is not None


def _start() -> bool:
    """Returns whether the file that this one hides is there."""
    try:
        another = _is_another_there()
        preloaded = _preload()
        go, watch = _zygote()
        _become(go, preloaded)
        _reseed()
        _leave()
        watch()
    except BaseException as error:
        # Python would go on with a warning.
        sys.stderr.write(f"runnel: {error!r}\n")
        sys.stderr.flush()
        os._exit(1)
    os.close(LEASH)
    return another


if _start():
    import sitecustomize  # noqa: F401
else:
    # As Python expects it.
    raise ModuleNotFoundError(f"No module named {__name__!r}", name=__name__)
