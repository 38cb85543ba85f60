# interpreter flags: -OO -W error -X utf8=0 -B
# args: -c argument
import sys
import warnings

assert False, "left out"


def f():
    """Doc."""


print(sys.argv, sys.orig_argv, f.__doc__, sys.flags, sys.warnoptions, sys._xoptions)
warnings.warn("becomes an error")
