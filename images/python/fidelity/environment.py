# env: LETTERS="ä b" EMPTY= HOME=/tmp
import os
import pwd

for name in sorted(os.environ):
    print(name, repr(os.environ[name]))
print(os.environb[b"LETTERS"])
print(os.path.expanduser("~"), pwd.getpwuid(os.getuid()), os.getcwd(), os.listdir())
