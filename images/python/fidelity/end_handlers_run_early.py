import atexit
import os


def handler():
    atexit.unregister(handler)
    atexit._run_exitfuncs()
    print("went on", flush=True)
    os._exit(3)


atexit.register(handler)
