import sys


def profile(frame, event, argument):
    sys.stdout.write(f"{event} {frame.f_code.co_name} {getattr(argument, '__name__', argument)}\n")


def called():
    return len("abc")


sys.setprofile(profile)
called()
print("end of main")
