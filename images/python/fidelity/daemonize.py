import os

print("before", flush=True)
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for n in range(3):
            os.dup2(null, n)
        os.write(w, b"daemon is up")
        os.execvp("sleep", ["sleep", "1000"])
    os._exit(0)
os.wait()
print(os.read(r, 100))
