import os
import sys

pid = os.fork()
if pid == 0:
    print("child", flush=True)
    sys.exit(7)
_, status = os.waitpid(pid, 0)
print("status", os.waitstatus_to_exitcode(status), flush=True)
pid = os.fork()
if pid == 0:
    print("another child")
else:
    _, status = os.waitpid(pid, 0)
    print("status", os.waitstatus_to_exitcode(status))
