import os
import stat
import sys

print(os.getcwd(), os.path.realpath("."), os.path.abspath(__file__), os.environ.get("PWD"), os.environ.get("OLDPWD"))
old = os.umask(0)
os.umask(old)
print(oct(old))
open("f", "w").close()
os.mkdir("d")
for name in ("main.py", "f", "d", "."):
    s = os.stat(name)
    print(name, stat.filemode(s.st_mode), s.st_uid == os.getuid(), s.st_gid == os.getgid())
print(os.getuid(), os.geteuid(), os.getgid(), os.access("main.py", os.W_OK), os.nice(0))
