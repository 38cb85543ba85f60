# Classes that answer for themselves when they are asked what they are.
class Meta(type):
    def __hash__(cls):
        print("hash of a class")
        return 1

    def __eq__(cls, other):
        print("a class is compared")
        return cls is other

    def __getattribute__(cls, name):
        if name in {"__flags__", "__mro__", "__dict__", "__module__", "__qualname__", "__name__"}:
            print("asked for", name)
        return type.__getattribute__(cls, name)


class Odd(metaclass=Meta):
    pass


class Module(type(__builtins__)):
    def __getattr__(self, name):
        print("asked for", name)
        raise AttributeError(name)


import sys

sys.modules["odd"] = Module("odd")
sys.modules["odder"] = Odd()
sys.modules["oddest"] = type(sys)("oddest")
sys.modules["oddest"].__getattr__ = lambda name: print("asked for", name)
del sys.modules["oddest"].__spec__
odd = Odd()
print("end of main")
