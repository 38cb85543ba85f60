import getpass
import os
import shutil
import sys

print([os.isatty(n) for n in range(3)], shutil.get_terminal_size())
for f in (lambda: os.open("/dev/tty", os.O_RDWR), lambda: os.ttyname(0), lambda: os.tcgetpgrp(0), os.getlogin, os.get_terminal_size):
    try:
        print(f())
    except OSError as e:
        print(e)
print(getpass.getuser())
