# native: greater than 2
# plain: 2
# cell: 2
import os

print(2 if os.getpid() == 2 else "greater than 2")
