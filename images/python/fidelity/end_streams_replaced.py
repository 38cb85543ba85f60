import io
import sys


class Shouting(io.TextIOBase):
    def __init__(self, stream):
        self.stream = stream
        self.held = []

    def write(self, text):
        self.held.append(text.upper())
        return len(text)

    def flush(self):
        self.stream.write("".join(self.held))
        self.held.clear()
        self.stream.flush()


sys.stdout = Shouting(sys.stdout)
print("held until the end")
