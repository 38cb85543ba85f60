import os

print("before", flush=True)
os.execvp("sh", ["sh", "-c", "echo replaced $0 $1; exit 6", "name", "argument"])
