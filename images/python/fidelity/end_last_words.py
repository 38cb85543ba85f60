import contextlib
import io
import sys


class Last:
    def __init__(self, stream):
        self.stream = stream

    def __del__(self):
        print("last", end=" ", file=self.stream)


last = Last(sys.stdout)
another = Last(sys.stderr)
redirected = contextlib.redirect_stdout(io.StringIO())
redirected.__enter__()
print("to nowhere")
sys.__stdout__.write("first ")
