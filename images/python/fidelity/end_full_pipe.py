# Standard output that can't be flushed at the end: exit code 120.
import os
import sys

read, write = os.pipe()
os.close(read)
sys.stdout.write("lost" if not sys.stdout.line_buffering else "lost")
os.dup2(write, 1)
