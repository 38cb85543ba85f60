# native:
# plain: printed before the end
# unbuffered:
# cell: printed before the end
# native code: -9
import os
import signal

print("printed before the end")
os.kill(os.getpid(), signal.SIGKILL)
