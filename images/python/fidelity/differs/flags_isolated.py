# interpreter flags: -I
# native: None, no preludes in sys.path
# plain: /run/runnel/preludes/python, no preludes in sys.path
# cell: /run/runnel/preludes/python, no preludes in sys.path
# unbuffered: None, no preludes in sys.path
import os
import sys

there = [path for path in sys.path if "preludes" in path]
print(f"{os.environ.get('PYTHONPATH')}, {there or 'no preludes'} in sys.path")
