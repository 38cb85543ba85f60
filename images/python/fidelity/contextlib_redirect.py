import contextlib
import io
import os
import sys

with contextlib.redirect_stdout(io.StringIO()) as text:
    print("captured")
print(repr(text.getvalue()))
copy = os.dup(1)
with open("file.txt", "w") as f:
    sys.stdout.flush()
    os.dup2(f.fileno(), 1)
    print("into the file", flush=True)
    os.dup2(copy, 1)
print(open("file.txt").read())
sys.stdout = open("other.txt", "w")
print("into the other file")
sys.stdout = sys.__stdout__
print("back", flush=True)
