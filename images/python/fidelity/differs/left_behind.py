# waits for: end of output
# native: main ends
# native: said by what main left behind
# plain: main ends
# cell: main ends
import os
import time

print("main ends", flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(1)
    print("said by what main left behind", flush=True)
os._exit(0)
