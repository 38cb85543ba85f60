import os
import sys

sys.stdout.close()
try:
    print("lost")
except ValueError as e:
    print(e, file=sys.stderr)
