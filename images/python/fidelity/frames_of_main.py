import sys
import threading
import traceback

frame = sys._getframe()
print(frame.f_back, frame.f_code.co_filename, frame.f_code.co_name, frame.f_globals is globals())
traceback.print_stack()
print([t.name for t in threading.enumerate()], threading.main_thread().name, threading.active_count(), threading.current_thread().ident == threading.main_thread().ident)
print(sys.getrecursionlimit(), sys.gettrace(), sys.getprofile(), sys.getswitchinterval())


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n


print(depth(0))
