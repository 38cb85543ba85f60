# env: PYTHONPATH=/workspace/lib:/nowhere PYTHONDONTWRITEBYTECODE=1
import os
import sys

import inside

print(inside.__file__, sys.path, os.environ["PYTHONPATH"], sys.flags.dont_write_bytecode, os.listdir("lib"))
