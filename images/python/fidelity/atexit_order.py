import atexit
import threading

atexit.register(print, "registered first, runs last")
atexit.register(print, "registered last, runs first")
threading._register_atexit(print, "before both")
print("main")
