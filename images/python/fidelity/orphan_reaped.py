import os

told, tell = os.pipe()
watched, held = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.close(held)
        os.read(watched, 1)
        os.write(tell, b"an orphan lives on")
        os._exit(0)
    os._exit(0)
os.wait()
os.close(held)
print(os.read(told, 100))
try:
    os.wait()
except ChildProcessError as e:
    print(e)
