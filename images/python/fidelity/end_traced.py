import sys

lines = []


def trace(frame, event, argument):
    sys.stdout.write(f"{event} {frame.f_code.co_name}\n")
    return None


def called():
    pass


sys.settrace(trace)
called()
print("end of main")
