import os
import subprocess

print(os.getpid() == int(subprocess.check_output(["sh", "-c", "echo $PPID"])))
print(os.getpgid(0) == os.getpgrp() == os.getpid() == os.getsid(0))
pid = os.fork()
if pid == 0:
    os._exit(0 if os.getppid() == parent else 1) if (parent := os.getppid()) else os._exit(2)
print(os.waitpid(pid, 0)[1], pid > os.getpid())
