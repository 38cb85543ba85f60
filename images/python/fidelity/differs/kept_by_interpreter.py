# native: content
# cell: nothing
# cold cell: content
import os
import sys

pid = os.fork()
if pid == 0:
    os._Environ.kept = open("kept.txt", "w")
    os._Environ.kept.write("content\n")
    sys.exit()
os.waitpid(pid, 0)
with open("kept.txt") as file:
    content = file.read()
print(content.strip() or "nothing")
