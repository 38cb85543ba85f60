# env: PYTHONOPTIMIZE=2 PYTHONDEVMODE=1 PYTHONINSPECT=
import sys

assert False, "not with -O"


def f():
    """Doc."""


print(f.__doc__, __debug__, sys.flags)
