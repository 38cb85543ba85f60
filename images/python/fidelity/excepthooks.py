import sys
import threading

sys.excepthook = lambda kind, error, trace: print("hook", kind.__name__, error, trace.tb_lineno)
threading.excepthook = lambda args: print("thread hook", args.exc_value, args.thread.name)
sys.unraisablehook = lambda args: print("unraisable", args.exc_value)


class D:
    def __del__(self):
        raise KeyError(1)


D()
t = threading.Thread(target=lambda: 1 / 0, name="t")
t.start()
t.join()
raise ValueError("last")
