import os

os._Environ.__del__ = lambda self, write=os.write: write(1, b"del environ\n")
print("end of main", flush=True)
