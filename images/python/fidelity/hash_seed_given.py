# env: PYTHONHASHSEED=42
import os
import sys

print(hash("a"), sys.flags.hash_randomization, list({"a", "b", "c", "d"}), os.environ["PYTHONHASHSEED"])
