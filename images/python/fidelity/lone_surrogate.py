import os
import sys

print(ascii(os.fsdecode(b"\xff")), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
open(b"name-\xff", "w").close()
print(ascii(os.listdir()), os.listdir(b"."))
print("\udcff, passed through by surrogateescape")
sys.stdout.reconfigure(errors="strict")
print("\ud800")
