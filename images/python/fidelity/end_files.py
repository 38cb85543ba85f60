import csv
import gzip
import io

closed = open("closed.txt", "w")
closed.write("x")
closed.close()


class Loud(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        print("write", bytes(data), flush=True)
        return len(data)

    def close(self):
        print("close", flush=True)
        super().close()


text = io.TextIOWrapper(io.BufferedWriter(Loud()))
text.write("kept back")
rows = csv.writer(io.StringIO())
packed = gzip.open("packed.gz", "wt")
packed.write("packed")
print("end of main", flush=True)
