import sys

print(sys.argv, __name__, __package__, __spec__ and __spec__.name, sys.path[0])
sys.stdout.flush()
raise LookupError("in __main__")
