# native: []
# plain: ['sitecustomize']
# unbuffered: []
# cell: []
# cold cell: ['sitecustomize']
import sys

loaded = set(sys.modules)
import subprocess

code = "import sys; print(*sys.modules)"
natively = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
more = sorted(loaded - natively)
print(more)
