# addresses: any
import atexit


@atexit.register
def last():
    print("last")


@atexit.register
def broken():
    raise KeyError("in atexit")


print("main")
