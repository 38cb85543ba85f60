# native: before the fork
# native: before the fork
# plain: before the fork
# unbuffered: before the fork
# unbuffered: before the fork
# cell: before the fork
import os

print("before the fork")
if os.fork():
    os.wait()
