# native: end of main
# cell: end of main
# cell: gc.get_objects
# cold cell: end of main
import os
import sys


def hook(event, arguments):
    if over and event == "gc.get_objects":
        os.write(1, f"{event}\n".encode())


over = False
sys.addaudithook(hook)
print("end of main", flush=True)
over = True
