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
from gc import callbacks, garbage, get_debug, get_freeze_count, get_objects
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
    method_descriptor module object odict_iterator property PyCapsule range range_iterator reversed set set_iterator
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


class _Plain:
    """Any class that a class statement made."""


def _is_harmless(module: object) -> bool:
    if type(module) is not type(sys):
        # No extension's. As an object it is looked at with all others.
        return True
    spec = module.__dict__.get("__spec__")
    if spec is None:
        return True
    if type(spec) is not type(sys.__spec__):
        return False
    loader = spec.loader
    if loader is BuiltinImporter or type(loader) is ExtensionFileLoader:
        return spec.name in HARMLESS_EXTENSIONS
    return loader is FrozenImporter or type(loader) in {SourceFileLoader, SourcelessFileLoader}


class Ending:
    """What there was before the program: its standard streams, modules and classes, all of which it got unused."""

    def __init__(self) -> None:
        self.stdout, self.stderr = sys.stdout, sys.stderr
        self.builtins = builtins.__dict__.copy()
        self.modules = frozenset(sys.modules)
        self.can_be_quick = all(map(_is_harmless, sys.modules.values()))
        self.filters = sys.modules["_warnings"].filters
        self.given_filters = list(self.filters)
        self.classes = [kind for kind in get_objects() if isinstance(kind, type)]
        self.finalizable = _runnel_cell.finalizable(self.classes, _Plain)
        monitoring = getattr(sys, "monitoring", None)
        tools = () if monitoring is None else tuple((monitoring.get_tool, (number,)) for number in range(6))
        # What answers None as long as nobody watches calls.
        self.silent = ((sys.gettrace, ()), (sys.getprofile, ()), *tools)

    def watch(self) -> None:
        """The next thing that is to happen is the main file."""
        if self.can_be_quick:
            _runnel_cell.watch(sys.modules["__main__"].__dict__, self.silent, self.leaves_nothing)

    def leaves_nothing(self) -> bool:
        """Whether nobody would notice if this process ended now; then what it has printed is written."""
        if (
            builtins.__dict__ != self.builtins
            or count_threads()
            or getallocatedblocks() > MOST_BLOCKS
            or sys.stdout is not self.stdout
            or sys.stderr is not self.stderr
            or callbacks
            or garbage
            or get_debug()
            or not get_freeze_count()
            or self.filters != self.given_filters
            or _runnel_cell.finalizable(self.classes, _Plain) != self.finalizable
            or type(sys.modules) is not dict
            or not all(_is_harmless(sys.modules[name]) for name in sys.modules.keys() - self.modules)
        ):
            return False
        objects = get_objects()
        # By their ids: a class may have a hash of its own.
        kinds = {id(kind): kind for kind in map(type, objects)}
        if not all(_are_harmless(kind, objects) for kind in kinds.values()):
            return False
        self.stdout.flush()
        self.stderr.flush()
        return True


def _are_harmless(kind: type, objects: list) -> bool:
    """Whether all objects of just this class are."""
    solid = _runnel_cell.solid(kind, _Plain)
    if solid is None:
        return False
    if solid is type:
        return not any(_finalizes_unseen(thing) for thing in objects if type(thing) is kind)
    if solid is ref:
        return all(_is_idle(thing) for thing in objects if type(thing) is kind)
    name = f"{solid.__module__}.{solid.__qualname__}"
    if name in FILES:
        return kind is solid and all(_is_closed(thing) for thing in objects if type(thing) is kind)
    if name in HARMLESS or f"{solid.__module__}.*" in HARMLESS:
        return True
    is_builtin = solid.__module__ == "builtins"
    return is_builtin and (solid.__name__ in HARMLESS_BUILTINS or issubclass(solid, BaseException))


def _finalizes_unseen(kind: type) -> bool:
    """Whether the garbage collector does not know its instances, which have a finalizer."""
    return not FLAGS(kind) & HAVE_GC and _runnel_cell.solid(kind, _Plain) is None


def _is_idle(reference: object) -> bool:
    callback = CALLBACK(reference)
    if callback is None:
        return True
    if type(callback) is type(len):
        return callback.__name__ in CACHES
    if type(callback) is not type(_is_idle) or type(callback.__module__) is not str:
        return False
    name = callback.__module__
    return name in CONTAINERS and name in sys.modules and callback.__globals__ is sys.modules[name].__dict__


def _is_closed(file: object) -> bool:
    """Of a file of exactly a class of `_io`: what it wraps could be the program's own."""
    while type(file).__name__ != "FileIO":
        file = file.buffer if type(file).__name__ == "TextIOWrapper" else file.raw
        if f"{type(file).__module__}.{type(file).__name__}" not in FILES:
            return False
    return file.closed
