# args: first
import os
import sys

print(sys.argv, sys.flags.optimize, sys.path[0], sys.stdout.encoding, flush=True)
if len(sys.argv) == 2:
    os.execv(sys.executable, [sys.executable, "-O", *sys.argv, "second"])
