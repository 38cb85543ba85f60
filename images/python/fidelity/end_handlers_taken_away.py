import atexit


class Noisy:
    def __del__(self):
        print("del")


noisy = Noisy()
atexit.register(print, "never printed")
atexit._clear()
atexit.register(print, "the only handler")
print("end of main")
