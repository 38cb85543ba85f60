# native: an ordinary parent
# plain: the parent is process 1
# cell: no parent in sight
import os

parent = os.getppid()
print({0: "no parent in sight", 1: "the parent is process 1"}.get(parent, "an ordinary parent"))
