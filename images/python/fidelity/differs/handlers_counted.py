# native: 0
# cell: 1
# cold cell: 0
import atexit

print(atexit._ncallbacks())
