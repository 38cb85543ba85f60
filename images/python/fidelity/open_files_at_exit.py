import os

f = open("left-open.txt", "w")
f.write("flushed at exit")
if os.fork() == 0:
    del f
    os._exit(0)
os.wait()
print(os.path.getsize("left-open.txt"))
