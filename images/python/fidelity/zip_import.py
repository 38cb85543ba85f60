import sys
import zipfile

with zipfile.ZipFile("lib.zip", "w") as z:
    z.writestr("inside.py", "def f():\n    return 1 / 0\n")
sys.path.insert(0, "lib.zip")
import inside

print(inside.__file__, type(inside.__loader__).__name__)
inside.f()
