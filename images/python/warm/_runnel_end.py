"""Says whether an interpreter would finalize anything, at its end, that somebody could notice.

Where it would not, _runnel_cell ends it at once: to take an interpreter apart costs a fork more than to run a small
program. Whatever is not known to be harmless counts as noticeable, and then Python ends as it always does.
docs/extending/languages.md has the rule in words.
"""

import builtins
import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from _thread import _count as count_threads
from _weakref import ref

# By these names, because the program may have put something else in their places.
from builtins import all, len, map  # noqa: UP029
from gc import callbacks, garbage, get_debug, get_freeze_count, get_objects
from operator import is_
from sys import getallocatedblocks

import _runnel_cell

# Beyond that Python's own end is not much slower than to look at everything.
MOST_BLOCKS = 200_000

HAVE_GC = 1 << 14


def _words(text: str) -> frozenset:
    return frozenset(text.split())


# Classes of C code whose instances take nothing along when they go but memory: MODULE.NAME, or all of a module's.
HARMLESS = _words("""
    _abc._abc_data _abc_data _collections._tuplegetter _csv.* _io.BytesIO _io.StringIO _json.Encoder _json.Scanner
    _random.Random _struct.Struct _thread.RLock _thread._ThreadHandle _thread._local _thread.lock array.array ast.*
    collections.OrderedDict collections._tuplegetter collections.defaultdict collections.deque decimal.Context
    decimal.Decimal decimal.SignalDictMixin functools._lru_cache_wrapper functools._lru_list_elem functools.partial
    itertools.* operator.attrgetter operator.itemgetter operator.methodcaller re.Match re.Pattern types.GenericAlias
    types.SimpleNamespace types.UnionType typing.ParamSpec typing.TypeAliasType typing.TypeVar typing.TypeVarTuple
    unicodedata.UCD
""")
# The same of the module builtins, and its exceptions.
HARMLESS_BUILTINS = _words("""
    builtin_function_or_method builtin_method bytearray bytes bytes_iterator callable_iterator cell classmethod
    classmethod_descriptor code complex Context ContextVar dict dict_itemiterator dict_items dict_keyiterator
    dict_keys dict_valueiterator dict_values enumerate filter float frame frozenset function getset_descriptor int
    iterator list list_iterator list_reverseiterator map mappingproxy member_descriptor method method-wrapper
    method_descriptor object odict_iterator property PyCapsule range range_iterator reversed set set_iterator
    slice staticmethod str str_ascii_iterator str_iterator super Token traceback tuple tuple_iterator
    wrapper_descriptor zip
""")
FILES = _words("_io.BufferedRandom _io.BufferedReader _io.BufferedWriter _io.FileIO _io.TextIOWrapper")
# Of these modules, callbacks of weak references only look after their own containers.
CONTAINERS = _words("_weakrefset logging weakref")
# Callbacks of C code: of abstract classes' caches, and of locals of threads.
CACHES = _words("_destroy _localdummy_destroyed clear_locals")
# Extension modules of the standard library that have nothing to do at the end, or do it in handlers of the C library.
# Missing are those that write when what they made goes (dbm, sqlite3), that hold what is not Python's (ctypes, curses,
# readline, tkinter), and other interpreters.
HARMLESS_EXTENSIONS = _words("""
    _abc _ast _asyncio _bisect _blake2 _bz2 _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr
    _codecs_tw _collections _contextvars _crypt _csv _datetime _decimal _elementtree _functools _hashlib _heapq _hmac
    _imp _io _json _locale _lzma _md5 _multibytecodec _multiprocessing _opcode _operator _pickle _posixshmem
    _posixsubprocess _queue _random _sha1 _sha2 _sha256 _sha3 _sha512 _signal _socket _sre _ssl _stat _statistics
    _string _struct _suggestions _symtable _sysconfig _thread _tokenize _tracemalloc _types _typing _uuid _warnings
    _weakref _zoneinfo array atexit audioop binascii builtins cmath errno faulthandler fcntl gc grp itertools marshal
    math mmap posix pwd pyexpat resource select spwd sys syslog termios time unicodedata zlib
""")
# What a class of the program's can't answer for.
FLAGS = type.__dict__["__flags__"].__get__
CALLBACK = ref.__dict__["__callback__"].__get__


# Made by a class statement, as all of the program's are.
PLAIN = type(sys.__spec__)
# Read so, a class that the program gives to the module is not asked.
SYS = sys.__dict__
BUILTINS = builtins.__dict__


def _is_harmless(module: object) -> bool:
    if type(module) is not type(sys):
        # No extension's. As an object it is looked at with all others.
        return True
    spec = module.__dict__.get("__spec__")
    if spec is None:
        return True
    if type(spec) is not PLAIN:
        return False
    loader = spec.loader
    if loader is BuiltinImporter or type(loader) is ExtensionFileLoader:
        return spec.name in HARMLESS_EXTENSIONS
    return loader is FrozenImporter or type(loader) in {SourceFileLoader, SourcelessFileLoader}


def _are_same(these: object, those: object) -> bool:
    """Whether two collections have the very same things in the same order, without asking the things."""
    return len(these) == len(those) and all(map(is_, these, those))


def _locate_interrupts() -> None:
    """Lets the extension see what an interrupt leaves behind that nobody handled in code run by itself."""
    for step, code in enumerate(("", "raise KeyboardInterrupt", "", "raise KeyboardInterrupt")):
        try:  # noqa: SIM105 - imports nothing
            exec(code, {})
        except KeyboardInterrupt:
            pass
        _runnel_cell.locate(step)
    exec("", {})


# In each fork, something made after the heap was frozen: gone from sight when the program has frozen it again.
MARK = []


def prepare() -> tuple:
    """Called in the zygote, before its heap is frozen. Returns the arguments for `_runnel_cell.end`.

    Among them is what there was before the program: standard streams, modules, classes and the like, all unused.
    Nothing else refers to it, so an end that is Python's own finds it as it would without.
    """
    filters = sys.modules["_warnings"].filters
    classes = [kind for kind in get_objects() if isinstance(kind, type)]
    _locate_interrupts()
    before = {
        "builtins": _flat(BUILTINS.items()),
        "filters": filters,
        "given_filters": list(filters),
        "classes": classes,
        "finalizable": _runnel_cell.finalizable(classes, PLAIN),
        "stdout": sys.stdout,
        "stderr": sys.stderr,
        "can_be_quick": all(map(_is_harmless, sys.modules.values())),
    }
    monitoring = getattr(sys, "monitoring", None)
    tools = () if monitoring is None else tuple((monitoring.get_tool, (number,)) for number in range(6))
    # What answers None as long as nobody watches calls.
    silent = ((sys.gettrace, ()), (sys.getprofile, ()), *tools)
    return silent, leaves_nothing, (before,)


# What small programs do, without a trace. The pages that it writes to are copied before there is a program, not after.
REHEARSAL = compile(
    """
import sys
def squares(count):
    return [number * number for number in range(count)]
text = f"{sum(squares(9)):5.1f} {len(str(0.5))} {len(sorted({'a': 1}.items()))}"
try:
    raise ValueError(text)
except ValueError as error:
    print("", end="")
""",
    "<rehearsal>",
    "exec",
)


def rehearse(before: dict) -> None:
    """Called in a fork that has to wait for its program."""
    compile("print(1)", "main.py", "exec")
    names = {}
    exec(REHEARSAL, names)
    # The function holds them, and they the function.
    names.clear()
    MARK.append([])
    leaves_nothing(before)
    MARK.clear()


def watch() -> None:
    """Called in a fork. The next thing that is to happen is the main file."""
    MARK.append([])
    _runnel_cell.watch(sys.modules["__main__"].__dict__)


def leaves_nothing(before: dict) -> bool:
    """Whether nobody would notice if this process ended now; then what it has printed is written."""
    if (
        not before["can_be_quick"]
        or not _are_same(_flat(BUILTINS.items()), before["builtins"])
        or count_threads()
        or getallocatedblocks() > MOST_BLOCKS
        or SYS.get("stdout") is not before["stdout"]
        or SYS.get("stderr") is not before["stderr"]
        or callbacks
        or garbage
        or get_debug()
        or not get_freeze_count()
        or not _are_same(before["filters"], before["given_filters"])
        or not _has_filters(before["filters"])
        or _runnel_cell.finalizable(before["classes"], PLAIN) != before["finalizable"]
    ):
        return False
    objects = get_objects()
    if not any(thing is MARK[0] for thing in objects):
        return False
    # By their ids: a class may have a hash of its own.
    kinds = {id(kind): kind for kind in map(type, objects)}
    if not all(_are_harmless(kind, objects) for kind in kinds.values()):
        return False
    before["stdout"].flush()
    before["stderr"].flush()
    return True


def _flat(pairs: object) -> list:
    return [thing for pair in pairs for thing in pair]


def _has_filters(filters: list) -> bool:
    """Whether warnings are filtered by this list."""
    warnings = SYS["modules"].get("warnings")
    return warnings is None or warnings.__dict__.get("filters") is filters


def _are_harmless(kind: type, objects: list) -> bool:
    """Whether all objects of just this class are."""
    solid = _runnel_cell.solid(kind, PLAIN)
    if solid is None:
        return False
    name = f"{solid.__module__}.{solid.__qualname__}"
    if name in FILES and kind is not solid:
        return False
    check = _is_closed if name in FILES else CHECKS.get(solid)
    if check is not None:
        return all(check(thing) for thing in objects if type(thing) is kind)
    if name in HARMLESS or f"{solid.__module__}.*" in HARMLESS:
        return True
    is_builtin = solid.__module__ == "builtins"
    return is_builtin and (solid.__name__ in HARMLESS_BUILTINS or issubclass(solid, BaseException))


def _is_seen(kind: type) -> bool:
    """Whether the garbage collector knows its instances, or they have no finalizer."""
    return bool(FLAGS(kind) & HAVE_GC) or _runnel_cell.solid(kind, PLAIN) is not None


def _is_idle(reference: object) -> bool:
    callback = CALLBACK(reference)
    if callback is None:
        return True
    if type(callback) is type(len):
        return callback.__name__ in CACHES
    if type(callback) is not type(_is_idle) or type(callback.__module__) is not str:
        return False
    name = callback.__module__
    module = SYS["modules"].get(name)
    return name in CONTAINERS and type(module) is type(sys) and callback.__globals__ is module.__dict__


def _is_closed(file: object) -> bool:
    """Of a file of exactly a class of `_io`: what it wraps could be the program's own."""
    while type(file).__name__ != "FileIO":
        file = file.buffer if type(file).__name__ == "TextIOWrapper" else file.raw
        if f"{type(file).__module__}.{type(file).__name__}" not in FILES:
            return False
    return file.closed


# Of these each object is looked at.
CHECKS = {type: _is_seen, ref: _is_idle, type(sys): _is_harmless}
