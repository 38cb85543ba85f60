import sys

print("sitecustomize", sys.argv, sys.path[:2], file=sys.stderr)
