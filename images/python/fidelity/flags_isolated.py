# interpreter flags: -I -X dev
import sys

print(sys.path, sys.flags, sys.orig_argv)
open("main.py")
