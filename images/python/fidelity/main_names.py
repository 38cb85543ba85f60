# args: one "two words" "" -x --long=é
import sys

print(__name__, __file__, __spec__, __package__, __doc__, type(__loader__).__name__, __cached__ if "__cached__" in globals() else "no __cached__")
print(sys.argv, sys.orig_argv)
print(sorted(globals()))
print(sys.flags)
print(sys.path, sys.prefix, sys.exec_prefix, sys.executable, sys.base_prefix)
print(sys.warnoptions, sys._xoptions, sys.dont_write_bytecode, sys.pycache_prefix)
if __name__ == "__main__":
    print("is main")
