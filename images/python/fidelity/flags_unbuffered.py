# interpreter flags: -u
import os
import sys

print(sys.stdout.write_through, sys.stdout.line_buffering, end="")
os._exit(0)
