# native: False True
# plain: True True
# cell: True True
# unbuffered: False True
import sys

print(sys.stdout.line_buffering, sys.stderr.line_buffering)
