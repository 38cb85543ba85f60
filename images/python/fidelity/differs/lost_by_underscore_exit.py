# native:
# plain: printed before the end
# unbuffered:
# cell: printed before the end
import os

print("printed before the end")
os._exit(0)
