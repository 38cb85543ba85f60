# env: PYTHONUNBUFFERED=1
import os
import sys

print(sys.stdout.line_buffering, sys.stdout.write_through, sys.flags.unbuffered, type(sys.stdout.buffer))
print("kept", end="")
os._exit(0)
