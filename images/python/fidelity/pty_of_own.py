import os
import pty
import sys

sys.stdout.flush()
pid, fd = pty.fork()
if pid == 0:
    print(sys.stdin.isatty(), os.get_terminal_size())
    print(input("question: "), flush=True)
    os._exit(0)
seen = b""
while True:
    try:
        seen += os.read(fd, 1000)
    except OSError:
        break
    if seen.endswith(b"question: "):
        os.write(fd, b"answer\n")
print(seen, os.waitpid(pid, 0)[1])
