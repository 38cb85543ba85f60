import fcntl
import os
import stat
import sys

for n in range(3):
    print(n, stat.S_IFMT(os.fstat(n).st_mode) == stat.S_IFIFO, fcntl.fcntl(n, fcntl.F_GETFL) & os.O_ACCMODE, fcntl.fcntl(n, fcntl.F_GETFL) & os.O_NONBLOCK, fcntl.fcntl(n, fcntl.F_GETFD))
print(repr(sys.stdin.read()), os.get_inheritable(0))
